"""Claims of a rightly signed token that are no use all the same."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from shared.auth import TokenVerifier

KEY = ECKey.generate_key("P-256", {"kid": "k"})


@pytest.fixture
def verifier(tmp_path: Path) -> TokenVerifier:
    file = tmp_path / "jwks.json"
    file.write_text(json.dumps(KeySet([KEY]).as_dict(private=False)))
    return TokenVerifier(file)


def token(**claims: Any) -> str:
    usual = {
        "iss": "claimsdesk",
        "aud": "claimsdesk",
        "sub": "rita",
        "roles": ["representative"],
        "exp": int(time.time()) + 60,
    }
    return jwt.encode({"alg": "ES256", "kid": "k"}, {**usual, **claims}, KEY)


@pytest.mark.parametrize(
    "roles", ["supervisor", [["supervisor"]], [{"supervisor": True}], {"supervisor": 1}, None]
)
def test_roles_that_are_no_list_of_names_give_none(verifier: TokenVerifier, roles: object) -> None:
    assert verifier.actor(token(roles=roles)).roles == frozenset()


def test_names_among_other_things_count(verifier: TokenVerifier) -> None:
    roles = [["supervisor"], "representative", "king"]
    assert verifier.actor(token(roles=roles)).roles == {"representative"}


@pytest.mark.parametrize("subject", ["", "s" * 65, "a\0b", "a\nb", 5])
def test_a_subject_that_no_case_could_hold_is_refused(
    verifier: TokenVerifier, subject: object
) -> None:
    with pytest.raises(ValueError, match="token not valid"):
        verifier.actor(token(sub=subject))
