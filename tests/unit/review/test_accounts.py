"""Whether the account that a claim names is somebody else's."""

import pytest

from services.review.domain.accounts import account_key, belongs_to_others
from tests.unit.review.desk import HOLDER, client, policy

IBAN = "DE89370400440532013000"
OTHER = client(client_id="client-9")


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("DE89 3704 0044 0532 0130 00", IBAN),
        ("de89-3704-0044-0532-0130-00", IBAN),
        (f"IBAN: {IBAN}", IBAN),
        ("", None),
        (" - ", None),
        (None, None),
    ],
)
def test_an_account_has_one_spelling(written: str | None, key: str | None):
    assert account_key(written) == key


@pytest.mark.parametrize(
    ("users", "confirmed", "suspicious"),
    [
        (set(), None, False),
        ({HOLDER}, None, False),
        ({"client-9"}, None, True),
        ({HOLDER, "client-9"}, None, True),
        # Whoever else named it: it was confirmed for its owner.
        ({HOLDER, "client-9"}, "de89 3704 0044 0532 0130 00", False),
        ({HOLDER, "client-9"}, "DE02120300000000202051", True),
    ],
)
def test_another_client_s_account_is_suspicious(
    users: set[str], confirmed: str | None, suspicious: bool
):
    holder = client(confirmed_iban=confirmed)
    assert belongs_to_others(IBAN, (holder, None), policy(), {IBAN: users}) is suspicious


def test_somebody_who_is_no_client_may_name_the_holder_s_account_only():
    nobody = (None, None)
    assert not belongs_to_others(IBAN, nobody, policy(), {IBAN: {HOLDER}})
    assert belongs_to_others(IBAN, nobody, policy(), {IBAN: {"client-9"}})
    assert not belongs_to_others(IBAN, nobody, None, {IBAN: {"client-9"}})


def test_a_client_without_a_policy_has_an_account_of_their_own_too():
    assert not belongs_to_others(IBAN, (OTHER,), None, {IBAN: {"client-9"}})
    assert belongs_to_others(IBAN, (OTHER,), None, {IBAN: {HOLDER}})
