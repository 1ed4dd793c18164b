"""Which policy a contact is about."""

from services.review.touched import Touched
from shared.contract.contacts import ClaimDetails
from tests.unit.review.desk import HOLDER, contact, opened, policy

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
