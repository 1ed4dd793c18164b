"""The embedded default: a whole claims desk on one machine with nothing but Python.

Apache Kafka and GreenMail run on the Java runtime of a wheel, the services run as
processes under a supervisor, and all state lives in one folder.
"""
