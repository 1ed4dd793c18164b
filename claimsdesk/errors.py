"""What a command of `claimsdesk` reports to the person at the terminal."""

from shared.errors import DeskError


class CommandError(DeskError):
    """A command can't do what was asked; the text says why and what to do. Exit status 1."""
