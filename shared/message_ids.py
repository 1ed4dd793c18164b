"""Message-IDs of our notices: they name the notice, and nobody else can make one.

A reply or a bounce quotes the Message-ID of what it answers. The keyed digest in it proves that
the id came from us, so a guessed notice id says nothing. RFC 5322, section 3.6.4.
"""

import hashlib
import hmac
import re
from collections.abc import Iterator

_DIGEST_SIGNS = 16
"""64 bits in hexadecimal: too many to guess by sending mails, short enough for a header line."""

_OURS = re.compile(
    rf"<?notice\.([A-Za-z0-9-]{{1,64}})\.([0-9a-f]{{{_DIGEST_SIGNS}}})@[A-Za-z0-9.-]{{1,255}}>?"
)


def message_id_of(notice_id: str, key: str, domain: str) -> str:
    """The Message-ID, with angle brackets, under which a notice is sent.

    Args:
        notice_id: The notice; a UUID.
        key: The secret that intake and notify share.
        domain: The domain of the desk's own address.

    Raises:
        ValueError: No key, or a notice id or domain that could not be read back.
    """
    if not key:
        raise ValueError("Message-IDs need a key: set CLAIMSDESK_NOTICE_KEY")
    message_id = f"<notice.{notice_id}.{_digest(notice_id, key)}@{domain}>"
    if _OURS.fullmatch(message_id) is None:
        msg = f"not usable in a Message-ID: notice {notice_id!r}, domain {domain!r}"
        raise ValueError(msg)
    return message_id


def notice_id_of(message_id: str, key: str) -> str | None:
    """The notice that a Message-ID of ours names; None for anybody else's or a forged one.

    The domain is not compared, so that a desk may change its address.
    """
    match = _OURS.fullmatch(message_id.strip())
    return _checked(match, key) if match else None


def notice_ids_in(text: str, key: str) -> list[str]:
    """The notices whose Message-IDs appear anywhere in a text, in order, each once."""
    return list(dict.fromkeys(_all_checked(text, key)))


def _all_checked(text: str, key: str) -> Iterator[str]:
    for match in _OURS.finditer(text):
        if notice_id := _checked(match, key):
            yield notice_id


def _checked(match: re.Match[str], key: str) -> str | None:
    notice_id, digest = match.groups()
    if key and hmac.compare_digest(digest, _digest(notice_id, key)):
        return notice_id
    return None


def _digest(notice_id: str, key: str) -> str:
    return hmac.new(key.encode(), notice_id.encode(), hashlib.sha256).hexdigest()[:_DIGEST_SIGNS]
