"""Intake: whatever a client sends becomes one clean contact.

Consumes `claims.case-file.v1`, `claims.notices.v1` and `reference.clients.v1`, for the sender
check; reads the desk's mailbox over IMAP; takes phone notes and scanned letters over HTTP.
Emits `claims.contact.received.v1` and `claims.delivery.reported.v1`.
"""
