"""Intake's edges: the mailbox, and the reading of PDFs and scans."""
