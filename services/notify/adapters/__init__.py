"""The edges of notify: templates, mail server, typesetter, print spool, programme data."""
