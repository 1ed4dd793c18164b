"""Whose account a claim names, as review learns it from clients and claims, on both databases."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from shared.contract.reference import InsuredPerson, PolicyVersion
from tests.support.review_desk import a_claim, a_client, a_policy, client_id
from tests.support.review_inside import ReviewInside, review_inside

CONFIRMED = "DE89370400440532013000"
NAMED = "DE02120300000000202051"
INVALID = "DE02120300000000202052"


@pytest.fixture
async def desk(database_url: str, tmp_path: Path) -> AsyncIterator[ReviewInside]:
    async with review_inside(database_url, tmp_path) as inside:
        numbers = range(1, 5)
        first = a_client(1).model_copy(update={"confirmed_iban": CONFIRMED})
        await inside.tell(first, *(a_client(n) for n in numbers if n > 1))
        await inside.tell(*(a_policy(n) for n in numbers))
        yield inside


def naming(number: int, iban: str, name: str = "") -> Any:
    """A client's claim that names an account."""
    claim = a_claim(number, name)
    details = claim.claim.model_copy(update={"unconfirmed_iban": iban})
    return claim.model_copy(update={"claim": details})


async def found(desk: ReviewInside, contact_id: str) -> list[str]:
    case = await desk.case_of(contact_id)
    return [finding["code"] for finding in case["assessment"]["findings"]]


async def test_an_account_that_is_confirmed_for_another_client(desk: ReviewInside):
    await desk.tell(naming(1, "de89 3704 0044 0532 0130 00"), naming(2, CONFIRMED))
    assert await found(desk, "contact-1") == []
    assert await found(desk, "contact-2") == ["account_of_another_client"]


async def test_an_account_that_another_client_named_in_the_same_batch(desk: ReviewInside):
    await desk.tell(naming(2, NAMED), naming(3, NAMED))
    assert await found(desk, "contact-2") == []
    assert await found(desk, "contact-3") == ["account_of_another_client"]


async def test_an_account_that_another_client_named_before(desk: ReviewInside):
    await desk.tell(naming(2, NAMED))
    await desk.tell(naming(3, "de02 1203 0000 0000 2020 51"))
    assert await found(desk, "contact-3") == ["account_of_another_client"]


async def test_what_can_be_no_account_is_nobody_s(desk: ReviewInside):
    await desk.tell(naming(2, INVALID))
    await desk.tell(naming(3, INVALID))
    assert await found(desk, "contact-3") == ["invalid_iban"]


async def test_the_people_of_a_policy_may_share_an_account(desk: ReviewInside):
    together = PolicyVersion(
        valid_from=date(2024, 1, 1),
        insured_persons=(
            InsuredPerson(relation="holder"),
            InsuredPerson(relation="spouse", client_id=client_id(1)),
        ),
    )
    await desk.tell(a_policy(4).model_copy(update={"versions": (together,), "revision": 2}))
    await desk.tell(naming(4, CONFIRMED))
    assert await found(desk, "contact-4") == []
