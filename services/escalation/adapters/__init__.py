"""Escalation's edge beside the database: a calendar file."""
