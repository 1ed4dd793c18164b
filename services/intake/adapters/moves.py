"""The way out of the inbox: mails that the desk has are moved into the mailbox's other folders.

A server may refuse that: no space for the copy, a folder that somebody deleted. The mails are safe
then, only seen by everybody as if they waited; they are tried again until they can go.
"""

import re
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

from imap_tools import BaseMailBox
from imap_tools.errors import MailboxFolderCreateError

PROCESSED: Final = "Processed"
MACHINE: Final = "Machine"
LARGE: Final = "Large"
"""Mails that are larger than the desk reads: people look at them there."""
MOVE_AGAIN_SECONDS: Final = 5.0
_MOST_AT_ONCE: Final = 100
"""Servers refuse long commands."""
_RESPONSE_CODE = re.compile(rb"\[([A-Z-]{1,40})")


class Refused(Exception):
    """The server said no to a command.

    Attributes:
        code: Its response code, such as `OVERQUOTA` (RFC 9208), never its text: that may name
            people.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Moves:
    """Moves mails, and remembers which ones the server would not move."""

    def __init__(self, box: BaseMailBox) -> None:
        self._box = box
        self._unmoved: dict[str, str] = {}
        self._code = ""
        self._tried_at = 0.0

    @property
    def waiting(self) -> frozenset[str]:
        """The uids of what can't be moved for now."""
        return frozenset(self._unmoved)

    @property
    def problem(self) -> str | None:
        """Why mails that the desk has are still in the inbox; None when there are none."""
        if not self._unmoved:
            return None
        why = f" ({self._code})" if self._code else ""
        return f"mails that the desk has can't be moved out of the inbox{why}"

    def file(self, folders: Mapping[str, str]) -> None:
        """Move mails out of the inbox; one that somebody deleted meanwhile is no fault.

        What the server refuses to move stays and is tried again later: the desk has it.
        """
        for folder in dict.fromkeys(folders.values()):
            uids = [uid for uid, target in folders.items() if target == folder]
            for start in range(0, len(uids), _MOST_AT_ONCE):
                self._move_or_note(uids[start : start + _MOST_AT_ONCE], folder)

    def _move_or_note(self, uids: Sequence[str], folder: str) -> None:
        try:
            self._move(uids, folder)
        except Refused as refusal:
            if len(uids) > 1 and refusal.code != "OVERQUOTA":
                # It may be about one of them.
                for uid in uids:
                    self._move_or_note([uid], folder)
                return
            self._unmoved |= dict.fromkeys(uids, folder)
            self._code = refusal.code
            self._tried_at = time.monotonic()

    def again(self) -> None:
        """Try once more to move what could not be moved, if it is time to."""
        if self._unmoved and time.monotonic() - self._tried_at > MOVE_AGAIN_SECONDS:
            unmoved, self._unmoved = self._unmoved, {}
            self.file(unmoved)

    def _move(self, uids: Sequence[str], folder: str) -> None:
        try:
            self._move_to(uids, folder)
        except Refused:
            if self._box.folder.exists(folder):
                raise
            try:
                self._box.folder.create(folder)
            except MailboxFolderCreateError as error:
                raise Refused(_code(error.command_result[1])) from None
            self._move_to(uids, folder)

    def _move_to(self, uids: Sequence[str], folder: str) -> None:
        client, chosen = self._box.client, ",".join(uids)
        if "MOVE" in client.capabilities:
            accept(*client.uid("MOVE", chosen, folder))
            return
        accept(*client.uid("COPY", chosen, folder))
        accept(*client.uid("STORE", chosen, "+FLAGS.SILENT", r"(\Deleted)"))
        # Without UIDPLUS everything goes that somebody marked as deleted, as IMAP has it.
        expunged = (
            client.uid("EXPUNGE", chosen) if "UIDPLUS" in client.capabilities else client.expunge()
        )
        accept(*expunged)


def accept(status: str, answer: Sequence[Any]) -> None:
    """Go on after an OK only.

    Raises:
        Refused: The server said no.
    """
    if status != "OK":
        raise Refused(_code(answer))


def _code(answer: Sequence[Any]) -> str:
    told = b" ".join(part for part in answer if isinstance(part, bytes))
    match = _RESPONSE_CODE.search(told)
    return match[1].decode("ascii") if match else ""
