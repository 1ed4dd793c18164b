"""What Outlook packs into winmail.dat (MS-OXTNEF): the text and the files of a mail."""

import asyncio
import json
import mimetypes
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import structlog

from services.intake.domain.attachments import Attachment, safe_name, true_media_type
from services.intake.domain.decoding import clean, decoded
from services.intake.domain.html_text import html_to_text
from services.intake.domain.mail import ParsedMail
from services.intake.domain.parts import TEXT_LIMIT, words_of_file

log = structlog.get_logger(__name__)

_PROJECT: Final = Path(__file__).parents[3]
_SECONDS: Final = 5
_LARGEST: Final = 30_000_000
_HTML_LIMIT: Final = 1_000_000
_MOST_OPENED: Final = 3
_TYPES: Final = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_SIGNATURE: Final = b"\x78\x9f\x3e\x22"
UNOPENED: Final = "an attachment is in Outlook's own format (winmail.dat) and could not be opened"
IN_PART: Final = "an attachment in Outlook's own format (winmail.dat) was opened only in part"
_NO_WORDS: Final = "the mail's text is in Outlook's own format (winmail.dat) and could not be read"


@dataclass(frozen=True, slots=True)
class _Opened:
    text: str
    files: tuple[Attachment, ...]
    only_formatted: bool
    in_part: bool


def is_winmail(attachment: Attachment) -> bool:
    """Say whether an attachment is Outlook's package, whatever it is called."""
    return attachment.data.startswith(_SIGNATURE) or attachment.media_type in _TYPES


async def with_winmail_opened(mail: ParsedMail) -> ParsedMail:
    """The mail with what its winmail.dat held in the place of it; else with the problem named."""
    packages = [each for each in mail.attachments if is_winmail(each)]
    if not packages:
        return mail
    attachments: list[Attachment] = []
    text = mail.text
    problem = mail.problem
    for attachment in mail.attachments:
        is_package = is_winmail(attachment)
        tried = is_package and attachment in packages[:_MOST_OPENED]
        opened = await _opened(attachment.data) if tried else None
        if opened is not None:
            attachments += opened.files
            text = text.strip() or opened.text
            if opened.only_formatted and not text.strip():
                problem = problem or _NO_WORDS
            if opened.in_part:
                attachments.append(attachment)
                problem = problem or IN_PART
        else:
            attachments.append(attachment)
            problem = problem or (UNOPENED if is_package else None)
    return replace(mail, text=text, attachments=tuple(attachments), problem=problem)


async def _opened(data: bytes) -> _Opened | None:
    """What is in a package; None if the program fails on it or takes too much."""
    printed = await _printed(data) if len(data) <= _LARGEST else None
    if printed is None:
        return None
    described, _, rest = printed.partition(b"\n")
    files: list[Attachment] = []
    texts: dict[str, bytes] = {}
    for piece, content in _split(json.loads(described), rest):
        if piece["kind"] == "file":
            name = safe_name(piece["name"])
            stated = mimetypes.guess_type(name)[0] or "application/octet-stream"
            media_type = true_media_type(content, stated)
            text = words_of_file(content, media_type, None)
            files.append(Attachment(name, media_type, content, inline=piece["inline"], text=text))
        else:
            texts.setdefault(piece["kind"], content)
    plain = clean(decoded(texts.get("text", b""), None)).strip()
    if not plain and "html" in texts:
        plain = clean(html_to_text(decoded(texts["html"][:_HTML_LIMIT], None))).strip()
    return _Opened(
        plain[:TEXT_LIMIT],
        tuple(files),
        only_formatted="rtf" in texts,
        in_part="doubt" in texts,
    )


def _split(described: list[dict[str, Any]], rest: bytes) -> Iterator[tuple[dict[str, Any], bytes]]:
    position = 0
    for piece in described:
        yield piece, rest[position : position + piece["size"]]
        position += piece["size"]


async def _printed(data: bytes) -> bytes | None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "services.intake.adapters.winmail_program", str(_SECONDS)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=_PROJECT,
    )
    try:
        async with asyncio.timeout(_SECONDS * 3):
            printed, _ = await process.communicate(data)
    except TimeoutError:
        printed = b""
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        log.info("a winmail.dat can't be opened", exit=process.returncode)
        return None
    return printed
