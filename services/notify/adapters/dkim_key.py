"""Signs mails (DKIM, RFC 6376), so that a client's mail server knows that they are ours."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import dkim

from shared.errors import DeskError

_SIGNED: Final = [
    name.encode()
    for name in (
        "from",
        "to",
        "subject",
        "date",
        "message-id",
        "auto-submitted",
        "mime-version",
        "content-type",
        "content-language",
    )
]


class DkimFault(DeskError):
    """The key can't sign; found at start, not when a client waits."""


@dataclass(frozen=True, slots=True)
class DkimKey:
    """A private RSA key and where its public half is published: `<selector>._domainkey.<domain>`.

    Attributes:
        key: In PEM.
    """

    domain: str
    selector: str
    key: bytes

    @classmethod
    def read(cls, file: Path, domain: str, selector: str) -> "DkimKey":
        """The key in a file; it is tried once.

        Raises:
            DkimFault: It can't be read, or is no RSA key; the text names the file only.
        """
        try:
            made = cls(domain, selector, file.read_bytes())
            made.signed(b"From: desk@example.org\r\n\r\n\r\n")
        except (OSError, ValueError, dkim.DKIMException) as error:
            message = f"{file}: {type(error).__name__}: no private RSA key that can sign"
            raise DkimFault(message) from None
        return made

    def signed(self, mail: bytes) -> bytes:
        """The mail under its signature.

        `From` is signed twice, so that nobody adds a second one on the way.
        """
        header = dkim.sign(
            mail,
            self.selector.encode(),
            self.domain.encode(),
            self.key,
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=[*_SIGNED, b"from"],
        )
        assert isinstance(header, bytes)
        return header + mail
