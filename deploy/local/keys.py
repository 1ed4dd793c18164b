"""The local desk's own sign-in: a signing key in its folder, and tokens for its people.

A deployment trusts an identity provider's keys instead; the services see no difference.
"""

import json
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from joserfc import jwt
from joserfc.jwk import ECKey

from shared.auth import ALGORITHM, AUDIENCE, ISSUER

LIFETIME = timedelta(days=7)
SIGNING_KEY = "signing-key.json"


@dataclass(frozen=True)
class Person:
    """Somebody who works at the local desk."""

    subject: str
    name: str
    role: str


PEOPLE = (
    Person("rita", "Rita Sommer", "representative"),
    Person("ruben", "Ruben Adler", "representative"),
    Person("sven", "Sven Lindqvist", "supervisor"),
    Person("sofia", "Sofia Brandt", "supervisor"),
    Person("hanna", "Hanna Falk", "supervisor"),
    Person("ada", "Ada Wirth", "auditor"),
)


class SigningKey:
    """The desk's ES256 key: made once, kept readable by its owner only.

    Args:
        directory: holds `signing-key.json` (private) and `jwks.json` (public).
    """

    def __init__(self, directory: Path) -> None:
        self.jwks_file = directory / "jwks.json"
        private = directory / SIGNING_KEY
        directory.mkdir(parents=True, exist_ok=True)
        if private.exists():
            self._key = ECKey.import_key(json.loads(private.read_text(encoding="utf-8")))
        else:
            self._key = ECKey.generate_key("P-256", {"use": "sig", "alg": ALGORITHM}, auto_kid=True)
            write_private(private, json.dumps(self._key.as_dict(private=True)))
        public = {"keys": [self._key.as_dict(private=False)]}
        self.jwks_file.write_text(json.dumps(public), encoding="utf-8")

    def token(
        self,
        subject: str,
        name: str,
        roles: Iterable[str],
        lifetime: timedelta = LIFETIME,
        clients: Iterable[str] = (),
    ) -> str:
        """Return a signed token that says who acts; services take their word from it alone.

        `clients` are those for whom a client's system may act.
        """
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": subject,
            "name": name,
            "roles": list(roles),
            "clients": list(clients),
            "iat": now,
            "exp": now + int(lifetime.total_seconds()),
        }
        return jwt.encode({"alg": ALGORITHM, "kid": self._key.kid}, claims, self._key)


def write_tokens(key: SigningKey, directory: Path) -> dict[str, Path]:
    """Write a fresh token per person, readable by the owner only; return the files by subject."""
    files = {}
    for person in PEOPLE:
        files[person.subject] = directory / f"{person.subject}.token"
        write_private(files[person.subject], key.token(person.subject, person.name, [person.role]))
    return files


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner may read, never readable by others even for a moment."""
    file.parent.mkdir(parents=True, exist_ok=True)
    staged = file.with_name(file.name + ".new")
    staged.unlink(missing_ok=True)
    descriptor = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
    staged.replace(file)
