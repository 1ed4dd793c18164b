"""A raw mail to what intake works with. Any bytes give a result: nothing here raises.

The standard library parses in its compatibility mode (`bounded`): the newer mode parses headers
when they are read, raises on some malformed ones, and costs several times as much. Headers are
decoded in `decoding` instead.
"""

import hashlib
import re
from dataclasses import dataclass, field
from typing import Final

from services.intake.domain.attachments import Attachment
from services.intake.domain.authentication import is_authenticated
from services.intake.domain.author import author_of
from services.intake.domain.bounded import parsed
from services.intake.domain.decoding import one_line
from services.intake.domain.parts import content_of, headers_of

_MOST_REFERENCES: Final = 100
_OWN_HEADERS = re.compile(
    rb"^(?:message-id|from|subject):[^\n]*(?:\n[ \t][^\n]*){0,1000}", re.IGNORECASE | re.MULTILINE
)
_FOLD = re.compile(rb"\n[ \t]+")
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_LONE_CR = re.compile(rb"\r(?!\n)")
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,500}>")


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """A mail as intake understands it.

    Attributes:
        headers: All headers, decoded, by lower-case name.
        sender_address: The address in `From`, lower case; empty when there is none.
        authenticated: Our own server vouches for that address (see `authentication`).
        references: The Message-IDs in `References` and `In-Reply-To`, the answered one last.
        text: The whole text, with quoted history and signature.
        reports: Texts of a delivery report's parts: the status and what was returned.
        is_report: The mail itself is a report, not one that somebody attached to it.
        problem: Why a person has to look at the original; None for a mail that could be read.
    """

    headers: dict[str, list[str]] = field(default_factory=dict)
    message_id: str = ""
    subject: str = ""
    sender_name: str = ""
    sender_address: str = ""
    authenticated: bool = False
    references: tuple[str, ...] = ()
    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    reports: tuple[str, ...] = ()
    is_report: bool = False
    problem: str | None = None

    def header(self, name: str) -> str:
        """The first header of that name; empty when there is none."""
        return self.headers.get(name, [""])[0]


def parse_mail(raw: bytes, authserv_id: str) -> ParsedMail:
    """The mail in raw bytes; one that can't be read comes back with its problem.

    Args:
        raw: As the server delivered it.
        authserv_id: The server whose Authentication-Results are trusted.
    """
    try:
        message, unread = parsed(raw)
        headers = headers_of(message)
        author = author_of(message)
        content = content_of(message)
    except Exception as error:  # whatever the library raises, the mail is kept
        return ParsedMail(problem=f"the mail can't be parsed ({type(error).__name__})")
    unsigned = None if "from" in headers else "the mail does not say who sent it"
    return ParsedMail(
        headers=headers,
        message_id=_first_id(headers, "message-id"),
        subject=one_line(headers.get("subject", [""])[0]),
        sender_name=author.name,
        sender_address=author.address,
        authenticated=author.plain
        and not _has_hidden_lines(raw)
        and is_authenticated(
            headers.get("authentication-results", ()), authserv_id, author.address
        ),
        references=_references(headers),
        text=content.text,
        attachments=content.attachments,
        reports=content.reports,
        is_report=content.is_report,
        problem=unread or content.problem or unsigned,
    )


def _has_hidden_lines(raw: bytes) -> bool:
    """Say whether a carriage return stands alone in the headers: only here it ends a line.

    Behind one a stranger's header could pass for our server's, which did not see and remove it.
    """
    end = _HEAD_END.search(raw)
    return bool(_LONE_CR.search(raw, 0, end.start() if end else len(raw)))


def fingerprint(raw: bytes) -> str:
    """A digest of what a sender wrote: Message-ID, From, Subject and body.

    It is the same for every delivery of one mail, whatever trace headers the way added. A mail
    that only borrows the Message-ID of another one has a fingerprint of its own, so nobody can
    make the desk drop somebody else's mail as a duplicate.
    """
    head, _, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    own = [_FOLD.sub(b" ", match[0]) for match in _OWN_HEADERS.finditer(head)]
    digest = hashlib.sha256(b"\n".join(sorted(own)))
    digest.update(b"\n\n" + body.rstrip())
    return digest.hexdigest()


def _references(headers: dict[str, list[str]]) -> tuple[str, ...]:
    found = (
        message_id
        for name in ("references", "in-reply-to")
        for value in headers.get(name, ())
        for message_id in _MESSAGE_ID.findall(value) or value.split()[:_MOST_REFERENCES]
    )
    newest_last = list(dict.fromkeys(reversed(list(found))))[:_MOST_REFERENCES]
    return tuple(reversed(newest_last))


def _first_id(headers: dict[str, list[str]], name: str) -> str:
    value = headers.get(name, [""])[0]
    match = _MESSAGE_ID.search(value)
    return (match[0] if match else value.strip())[:500]
