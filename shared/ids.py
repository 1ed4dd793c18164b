"""Ids: derived ones that repeat when their cause repeats, and case ids for the telephone."""

import hashlib
import re
import secrets
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""No 0, 1, I, L, O: they are misread and misheard. 31 signs: a prime, so that the weighted check
sign below finds every single wrong sign and every swap of neighbours."""
_VALUE = {sign: value for value, sign in enumerate(_ALPHABET)}
_BODY_LENGTH = 8
_HYPHENS = 3
_HYPHEN = re.compile(r"[-_\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
"""Word processors, telephones and OCR make other dashes of hyphens; file names have underscores."""
_BETWEEN = rf"(?:\s?{_HYPHEN.pattern}\s?|\s?)"
_CASE_ID = re.compile(
    rf"(?<![A-Za-z0-9])C{_BETWEEN}([{_ALPHABET}]{{4}}){_BETWEEN}([{_ALPHABET}]{{4}}){_BETWEEN}"
    rf"([{_ALPHABET}])(?![A-Za-z0-9])",
    re.IGNORECASE,
)


def derived_id(*parts: str) -> str:
    """A UUID that is the same for the same parts, so that a repeat can be recognised.

    Version 8 of RFC 9562; for event ids (type, key, cause) and notices (case, kind, cause).
    """
    h = hashlib.blake2b("\x1f".join(parts).encode(), digest_size=16).hexdigest()
    return f"{h[:8]}-{h[8:12]}-8{h[13:16]}-{'89ab'[int(h[16], 16) % 4]}{h[17:20]}-{h[20:]}"


def inbox_key(source: str, event_id: str) -> bytes:
    """The 16 bytes under which an event is remembered; CloudEvents ids are unique per source."""
    return hashlib.blake2b(f"{source}\x1f{event_id}".encode(), digest_size=16).digest()


def random_id() -> str:
    """A fresh id that can't be guessed."""
    return str(uuid.uuid4())


def _check_sign(body: str) -> str:
    total = sum(_VALUE[sign] * (weight + 2) for weight, sign in enumerate(body))
    return _ALPHABET[total % len(_ALPHABET)]


def derived_case_id(*parts: str) -> str:
    """A case id that repeats for the same parts: `C-7K3M-9PQR-T`.

    Short, readable over the telephone, not guessable in sequence, with a check sign.
    """
    digest = int.from_bytes(
        hashlib.blake2b("\x1f".join(parts).encode(), digest_size=16).digest(), "big"
    )
    return _case_id_of(digest)


def new_case_id() -> str:
    """A fresh random case id."""
    return _case_id_of(secrets.randbits(128))


def _case_id_of(number: int) -> str:
    signs = []
    for _ in range(_BODY_LENGTH):
        number, value = divmod(number, len(_ALPHABET))
        signs.append(_ALPHABET[value])
    body = "".join(signs)
    return f"C-{body[:4]}-{body[4:]}-{_check_sign(body)}"


@dataclass(frozen=True, slots=True)
class CaseNumber:
    """What looks like a case id in a text.

    Attributes:
        case_id: In its normal form.
        valid: False if its check sign does not fit: it is mistyped.
        start: Where it begins in the text.
        end: Where it ends.
    """

    case_id: str
    valid: bool
    start: int
    end: int


def case_numbers(text: str) -> Iterator[CaseNumber]:
    """Everything in a text that looks like a case id, in order.

    With a wrong check sign only what has its hyphens: without them it is any word with a C. Written
    apart it needs a digit: words may stand beside a C, too.
    """
    for match in _CASE_ID.finditer(text):
        body = (match[1] + match[2]).upper()
        check = match[3].upper()
        hyphens = len(_HYPHEN.findall(match[0]))
        apart = any(sign.isspace() for sign in match[0])
        valid = _check_sign(body) == check
        if apart and hyphens < _HYPHENS and body.isalpha():
            continue
        if valid or (hyphens == _HYPHENS and not apart):
            case_id = f"C-{body[:4]}-{body[4:]}-{check}"
            yield CaseNumber(case_id, valid, match.start(), match.end())


def find_case_ids(text: str) -> list[str]:
    """Every valid case id in a text, normalised, in order of appearance, each once.

    A number with a typing error fails its check sign and is not returned.
    """
    return list(dict.fromkeys(number.case_id for number in case_numbers(text) if number.valid))
