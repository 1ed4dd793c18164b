"""The command line: start a desk, show it at work, and keep its topics and reference data."""
