"""What later contacts add to a claim: gaps are filled, nothing that was stated is overwritten."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from services.review.domain.claim import claim_after
from shared.contract.assessment import ChecklistItem
from shared.contract.case_file import CaseFileUpdated
from shared.contract.contacts import Claimant, ClaimDetails, ClaimLine, ContactText
from tests.unit.review.desk import contact, opened

LUCA = Claimant(name="Luca Beispiel")
MIA = Claimant(name="Mia Beispiel")


def waiting(*asked: ChecklistItem, **claim: Any) -> CaseFileUpdated:
    """A case with these open questions and this claim."""
    case = opened([("glass", "200.00"), ("fire", "80.00")], kinds=())
    assert case.claim is not None
    return case.model_copy(
        update={"checklist": asked, "claim": case.claim.model_copy(update=claim)}
    )


def answered(case: CaseFileUpdated, **news: Any) -> ClaimDetails:
    return claim_after(case, contact(claim=ClaimDetails(**news)))


@pytest.mark.parametrize(
    ("known", "told", "asked", "after"),
    [
        (None, LUCA, (), LUCA),
        (LUCA, None, (), LUCA),
        (LUCA, MIA, (), LUCA),
        (LUCA, MIA, ("claimant",), MIA),
        (LUCA, None, ("claimant",), LUCA),
        (
            LUCA,
            Claimant(date_of_birth=date(2012, 7, 4)),
            ("date_of_birth",),
            Claimant(name="Luca Beispiel", date_of_birth=date(2012, 7, 4)),
        ),
    ],
)
def test_for_whom_it_is_claimed(known, told, asked, after):
    case = waiting(*(ChecklistItem(item=item) for item in asked), claimant=known)
    assert answered(case, claimant=told).claimant == after


def test_the_answer_to_what_happened_may_be_a_mail_s_plain_words():
    words = ContactText(subject="Re", text=" Der Hagel war es. ")
    reply = contact(claim=None, words=words)
    asked = waiting(ChecklistItem(item="description"), description=" ")
    assert claim_after(asked, reply).description == "Der Hagel war es."
    assert claim_after(waiting(description=" "), reply).description == " "


def test_circumstances_are_added_and_none_is_lost():
    case = waiting(circumstances=("unattended",))
    assert answered(case, circumstances=("intent", "unattended")).circumstances == (
        "unattended",
        "intent",
    )


def test_one_new_line_answers_when_the_one_asked_about_was_bought():
    case = waiting(ChecklistItem(item="purchase_date", line_id=2))
    news = ClaimLine(
        line_id=1, description="x", amount=Decimal("999.00"), bought_on=date(2025, 3, 1)
    )
    lines = answered(case, lines=(news,)).lines
    assert [line.bought_on for line in lines] == [None, date(2025, 3, 1)]
    assert [str(line.amount) for line in lines] == ["200.00", "80.00"]


def test_a_day_of_purchase_that_was_stated_stays():
    case = waiting()
    assert case.claim is not None
    stated = tuple(
        line.model_copy(update={"bought_on": date(2024, 1, 1)}) for line in case.claim.lines
    )
    news = tuple(line.model_copy(update={"bought_on": date(2026, 5, 31)}) for line in stated)
    after = answered(waiting(lines=stated), lines=news)
    assert {line.bought_on for line in after.lines} == {date(2024, 1, 1)}


def priced(amount: str | None, **news: Any) -> dict[str, Any]:
    line = ClaimLine(line_id=1, description="pane", benefit="glass", amount=amount)
    return {"lines": (line,), **news}


def test_the_first_amounts_bring_their_currency_with_them():
    for stated in ({"lines": ()}, priced(None)):
        after = answered(
            waiting(ChecklistItem(item="amount"), **stated), **priced("300", currency="USD")
        )
        assert (after.currency, after.lines[0].amount) == ("USD", Decimal(300))


def test_an_amount_in_another_currency_fills_no_gap_beside_known_ones():
    line = ClaimLine(line_id=2, description="door", benefit="fire")
    case = waiting(ChecklistItem(item="amount", line_id=2), lines=(*priced("200")["lines"], line))
    after = answered(case, currency="USD", **priced("300"))
    assert (after.currency, [each.amount for each in after.lines]) == ("EUR", [Decimal(200), None])
