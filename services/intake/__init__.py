"""Intake: whatever a client sends becomes one clean contact.

Consumes `claims.case-file.v1`, `claims.notices.v1`, `reference.clients.v1` and
`reference.policies.v1`, for the sender check and for people who look for a contact's place; reads
the desk's mailbox over IMAP; takes phone notes, scanned letters and clients' systems' claims over
HTTP. Emits `claims.contact.received.v1`, `claims.contact.passed-on.v1` and
`claims.delivery.reported.v1`.
"""
