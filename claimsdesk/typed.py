"""What a person types as the value of an option."""

from datetime import date

from claimsdesk.errors import CommandError


def as_day(text: str) -> date:
    """The day that a person means.

    Raises:
        CommandError: It is no day, or not written as ISO 8601 does.
    """
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        message = f"{text!r} is no day: write it like 2026-12-24"
        raise CommandError(message) from None
