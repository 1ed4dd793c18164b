"""Escalation's edges beside the database: a calendar file, and the end of the case file's log."""
