"""The commands: what a person types, and nothing of what is done then."""
