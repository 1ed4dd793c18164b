"""notify: the right words to the client, once, by email or letter, with a status for everybody.

Consumes: `claims.case-file.v1` (facts `notice_requested`), `claims.delivery-reports.v1`.
Emits: `claims.notices.v1` (kind, channel and status of every notice; no address, no text).

A notice's way: `agents.py` makes a row of it and chooses the channel (`domain/channel.py`); one
automatic answer too many that day is held for a person (`domain/answers.py`);
`sender.py` renders it (`domain/content.py` says what, `templates/` how), guards its mandatory
clauses (`domain/clauses.py`) and hands it to the mail server or to the next print batch;
`printing.py` closes batches, hands them over and takes in what the provider reports.
"""
