"""The demo: contacts sent through their real channels, and what the desk made of each.

`run.py` is the story; `contacts.py`, `placeholders.py`, `expectations.py`, `mails.py` and
`results.py` are pure, `sending.py`, `settling.py`, `people.py` and `mailboxes.py` talk to the desk.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from claimsdesk.demo.results import Result
    from deploy.local.desk import LocalDesk


def send_samples(
    desk: "LocalDesk", say: "Callable[[str], None]" = lambda _: None
) -> "list[Result]":
    """Send the sample contacts to a desk that was given the sample reference data.

    Args:
        desk: A desk that is ready.
        say: Told each contact's result as it comes.
    """
    from claimsdesk.demo import command

    return command.send_samples(desk, say)
