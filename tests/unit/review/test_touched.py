"""Which policy a contact is about, and whether it is known yet."""

from dataclasses import replace

import pytest

from services.review.touched import Touched
from services.review.waiting_store import Unknown
from shared.contract.contacts import ClaimDetails
from tests.unit.review.desk import HOLDER, client, contact, opened, policy

OTHER = policy(policy_number="HH-2024-000002")


def _touched() -> Touched:
    return Touched(
        policies={each.policy_number: each for each in (policy(), OTHER)},
        only_policies={HOLDER: OTHER.policy_number},
    )


def test_a_new_claim_is_on_the_policy_that_it_names():
    assert _touched().policy_for(contact([("glass", "200.00")]), None) == policy()


def test_a_number_in_a_later_mail_moves_no_case_to_another_policy():
    case = opened([("glass", "200.00")], kinds=())
    answer = contact(claim=ClaimDetails(policy_number=OTHER.policy_number))
    assert _touched().policy_for(answer, case) == policy()


def test_who_names_no_policy_claims_on_their_only_one():
    assert _touched().policy_for(contact([]).model_copy(update={"claim": None}), None) == OTHER


def test_a_policy_that_nobody_knows_is_none():
    nobody = contact(claim=ClaimDetails(policy_number="HH-1999-000001"))
    assert _touched().policy_for(nobody, None) is None


def _names(client_id: str | None, number: str | None, case_id: str | None = None, name: str = "a"):
    claim = ClaimDetails(policy_number=number) if number else None
    return contact(claim=claim, client_id=client_id, case_id=case_id, contact_id=name)


def _with_holder() -> Touched:
    return replace(_touched(), clients={HOLDER: client()})


@pytest.mark.parametrize(
    ("client_id", "number", "unknown"),
    [
        (HOLDER, policy().policy_number, None),
        (None, policy().policy_number, None),
        (HOLDER, None, None),
        (None, None, None),
        (None, "HH-1999-000001", Unknown(policy_number="HH-1999-000001")),
        ("K-9", policy().policy_number, Unknown(client_id="K-9")),
        ("K-9", "HH-1999-000001", Unknown("HH-1999-000001", "K-9")),
    ],
)
def test_a_contact_is_early_when_it_names_what_nobody_told_us_of(client_id, number, unknown):
    early = _with_holder().early([_names(client_id, number)])
    assert early == ({"a": unknown} if unknown else {})


def test_a_policy_without_its_holder_is_not_known_yet():
    early = _touched().early([_names(None, policy().policy_number)])
    assert early == {"a": Unknown(policy_number=policy().policy_number)}


def test_a_case_on_a_known_policy_waits_for_no_number_in_a_later_mail():
    case = opened([("glass", "200.00")], kinds=())
    touched = replace(_with_holder(), cases={case.case_id: case})
    assert touched.early([_names(HOLDER, "HH-1999-000001", case.case_id)]) == {}


def test_what_quotes_the_same_case_waits_behind_the_early_one():
    touched = replace(_with_holder(), waited_for={"C-2"})
    early = touched.early(
        [
            _names(None, None, "C-1", "before"),
            _names(None, "HH-1999-000001", "C-1", "early"),
            _names(None, None, "C-1", "behind"),
            _names(None, None, "C-2", "behind another"),
            _names(None, None, "C-3", "elsewhere"),
        ]
    )
    assert list(early) == ["early", "behind", "behind another"]
