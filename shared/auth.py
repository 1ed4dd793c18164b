"""Who acts: signed tokens (OIDC JWT), verified by every service itself.

The actor comes only from the token, never from a body or a header.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

ISSUER = "claimsdesk"
AUDIENCE = "claimsdesk"
ALGORITHM = "ES256"
_LONGEST_SUBJECT = 64
"""As an `Identifier` of the contract: who decided is written into the case."""

REPRESENTATIVES = ("representative", "senior_representative", "supervisor")
STAFF = ("trainee", *REPRESENTATIVES)
"""Who works on contacts and cases; a trainee learns it first."""
READERS = (*STAFF, "auditor", "administrator")
"""Who may see them."""
ROLES = frozenset({*READERS, "department", "client_system"})


@dataclass(frozen=True, slots=True)
class Actor:
    """A person or system, as their token says.

    Attributes:
        clients: The clients for whom a client's system may act; a person has none.
    """

    subject: str
    name: str
    roles: frozenset[str]
    clients: frozenset[str] = frozenset()


class TokenVerifier:
    """Checks signature, issuer, audience and expiry against the public keys."""

    def __init__(self, jwks_file: Path) -> None:
        self._keys = KeySet.import_key_set(json.loads(jwks_file.read_text(encoding="utf-8")))
        self._claims = jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": ISSUER},
            aud={"essential": True, "value": AUDIENCE},
            sub={"essential": True},
            exp={"essential": True},
        )

    def actor(self, token: str) -> Actor:
        """The actor of a valid token.

        Raises:
            ValueError: The token is not valid; the text says why.
        """
        try:
            decoded = jwt.decode(token, self._keys, algorithms=[ALGORITHM])
            self._claims.validate(decoded.claims)
        except (JoseError, ValueError) as error:
            message = f"token not valid: {error}"
            raise ValueError(message) from error
        known = ROLES & _texts(decoded.claims.get("roles"))
        subject = decoded.claims["sub"]
        if not (isinstance(subject, str) and len(subject) <= _LONGEST_SUBJECT):
            raise ValueError("token not valid: its subject is no text of at most 64 signs")
        if not subject.isprintable():
            raise ValueError("token not valid: its subject holds control characters")
        clients = _texts(decoded.claims.get("clients"))
        return Actor(subject, str(decoded.claims.get("name", subject)), known, clients)


def _texts(claim: object) -> frozenset[str]:
    """The texts of a list in a token; whatever else stands there counts for nothing."""
    listed = claim if isinstance(claim, list) else []
    return frozenset(each for each in listed if isinstance(each, str))


def current_actor(request: Request) -> Actor:
    """The actor of a request (FastAPI dependency); 401 without a valid token."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise HTTPException(401, "a bearer token is needed", {"WWW-Authenticate": "Bearer"})
    verifier: TokenVerifier = request.app.state.verifier
    try:
        return verifier.actor(token.strip())
    except ValueError as error:
        raise HTTPException(401, str(error), {"WWW-Authenticate": "Bearer"}) from error


def requires(*roles: str) -> Callable[[Actor], Actor]:
    """A FastAPI dependency: the actor, who must have one of these roles; else 403."""
    allowed = frozenset(roles)
    if not allowed <= ROLES:
        message = f"unknown roles: {sorted(allowed - ROLES)}"
        raise ValueError(message)

    def check(actor: Annotated[Actor, Depends(current_actor)]) -> Actor:
        if not actor.roles & allowed:
            raise HTTPException(403, f"needs one of the roles: {', '.join(sorted(allowed))}")
        return actor

    return check
