"""Money before the decision: an agency's advance on request, an insurer's interim payment.

Both are granted by a person, once per case, and count as already paid when the claim is decided.
"""

from datetime import date
from decimal import Decimal
from typing import Final

from pydantic import Field

from services.review.domain.acting import (
    Person,
    may_act,
    may_have_decided,
    programme_of,
    within_authority,
)
from services.review.domain.assessment import open_questions
from services.review.domain.known import Known
from services.review.domain.payments import with_payment
from services.review.domain.prompts import PromptCode, with_prompt, without_prompt
from services.review.domain.subject import NOTHING
from services.review.domain.transitions import SETTLED, changed, notice_requested
from shared.contract.base import Amount, Body, Day, ShortText
from shared.contract.case_file import CaseFileUpdated
from shared.contract.decisions import Advance, DecisionOutcome
from shared.contract.facts import AdvanceDecided, AdvanceRequested, Fact, NoticeKind
from shared.errors import Forbidden, RuleViolation
from shared.programmes import ProgrammeVersion

_CAUSE: Final = "advance"


class AdvanceRequest(Body):
    """A person notes that the client asks for an advance."""

    requested_on: Day = Field(description="The day on which the request came in.")
    sequence: int | None = Field(
        default=None, ge=1, description="Sequence of the case file that the person read."
    )


class AdvanceDecision(Body):
    """What a person decides about money before the decision."""

    sequence: int = Field(ge=1, description="Sequence of the case file that the person read.")
    amount: Amount = Field(ge=0, description="Zero refuses it.")
    words: ShortText = Field(default="", description="To the client; a refusal says why.")


class InterimPaymentOffer(Body):
    """A person tells an insurer's client of the interim payment, or makes it."""

    sequence: int = Field(ge=1, description="Sequence of the case file that the person read.")
    amount: Amount | None = Field(
        default=None, gt=0, description="Paid now; without it the client is told that they may ask."
    )
    words: ShortText = ""


def ask_for_advance(
    case: CaseFileUpdated, request: AdvanceRequest, person: Person, known: Known
) -> CaseFileUpdated:
    """The case after a person noted that the client asks for an advance (SGB I §42(1)).

    Raises:
        VersionConflict: The case changed since the person read it.
        Forbidden: Their role does not act on cases.
        RuleViolation: The case is settled, the programme pays none, or it was asked for already.
    """
    may_act(case, request.sequence or case.sequence, person)
    programme = programme_of(case, known)
    if programme is None or not programme.advance:
        raise RuleViolation("no_advance", "this programme pays no advances")
    if case.advance is not None:
        raise RuleViolation("already_requested", "the advance was asked for already")
    if request.requested_on > known.today:
        raise RuleViolation("in_future", "the request can't have come in after today")
    return with_request(changed(case, known.now, ()), request.requested_on, known)


def with_stated_request(
    case: CaseFileUpdated, programme: ProgrammeVersion | None, known: Known
) -> CaseFileUpdated:
    """The case, and with it the advance for which what just came in asks, if it does."""
    asks = case.claim is not None and case.claim.advance_requested
    pays = programme is not None and programme.advance
    if not asks or not pays or case.advance is not None or case.state in SETTLED:
        return case
    return with_request(case, known.today, known)


def with_request(case: CaseFileUpdated, requested_on: date, known: Known) -> CaseFileUpdated:
    """The case with the request for an advance; the facts join those of the change."""
    after = case.model_copy(
        update={
            "advance": Advance(requested_on=requested_on),
            "facts": (*case.facts, AdvanceRequested(requested_on=requested_on)),
        }
    )
    return with_prompt(
        after, PromptCode.ADVANCE_REQUESTED, known.now, requested_on=requested_on.isoformat()
    )


def decide_advance(
    case: CaseFileUpdated, decision: AdvanceDecision, person: Person, known: Known
) -> CaseFileUpdated:
    """The case after a person granted or refused the advance.

    Raises:
        VersionConflict: The case changed since the person read it.
        Forbidden: They may not decide this case, or not about so much.
        RuleViolation: None was asked for, it is decided, it is more than what is expected, or a
            refusal without a reason.
    """
    may_act(case, decision.sequence, person)
    may_have_decided(case, person)
    if case.advance is None or case.advance.status != "requested":
        raise RuleViolation("not_requested", "no advance waits for a decision")
    if not decision.amount and len(decision.words.strip()) < 3:
        raise RuleViolation("reason_missing", "a refusal tells the client why")
    expected = case.assessment.covered if case.assessment else NOTHING
    _may_grant(case, decision.amount, expected, person, known)
    after = _decided(
        case, case.advance.requested_on, decision.amount, decision.words, person, known
    )
    return with_payment(without_prompt(after, PromptCode.ADVANCE_REQUESTED, person.subject), known)


def with_interim_payment(case: CaseFileUpdated, known: Known) -> CaseFileUpdated | None:
    """The case with the prompt that its client may demand what is due at least (VVG §14(2)).

    Returns:
        None for a case that is settled or has it.
    """
    if case.state in SETTLED or case.advance is not None:
        return None
    after = with_prompt(
        changed(case, known.now, ()),
        PromptCode.INTERIM_PAYMENT,
        known.now,
        amount=f"{expected_minimum(case):.2f}",
        currency=case.assessment.currency if case.assessment else "EUR",
    )
    return after if after.facts else None


def expected_minimum(case: CaseFileUpdated) -> Decimal:
    """What is presumably due at least: what is covered of lines without an open question."""
    if case.assessment is None:
        return NOTHING
    asked = {item.item for item in case.checklist if item.status == "open"}
    questions = [
        question
        for question in open_questions(case.assessment.findings)
        if question.facts["item"] in asked
    ]
    if any(question.line_id is None for question in questions):
        return NOTHING
    doubtful = {question.line_id for question in questions}
    certain = (line.covered for line in case.assessment.lines if line.line_id not in doubtful)
    return sum(certain, NOTHING)


def offer_interim_payment(
    case: CaseFileUpdated, offer: InterimPaymentOffer, person: Person, known: Known
) -> CaseFileUpdated:
    """The case after a person told the client of the interim payment, or made it.

    Raises:
        VersionConflict: The case changed since the person read it.
        Forbidden: They may not decide this case, or not about so much.
        RuleViolation: No insurer's claim, paid before, or more than what is expected at least.
    """
    may_act(case, offer.sequence, person)
    may_have_decided(case, person)
    programme = programme_of(case, known)
    if programme is None or programme.kind != "insurer":
        raise RuleViolation("no_interim_payment", "only an insurer's client may demand one")
    if case.advance is not None:
        raise RuleViolation("already_decided", "an interim payment was made already")
    if offer.amount is None:
        notice = notice_requested(
            case.case_id, NoticeKind.INTERIM_PAYMENT, str(case.sequence + 1), words=offer.words
        )
        after = changed(case, known.now, [notice])
    else:
        _may_grant(case, offer.amount, expected_minimum(case), person, known)
        after = _decided(case, known.today, offer.amount, offer.words, person, known)
        after = with_payment(after, known)
    return without_prompt(after, PromptCode.INTERIM_PAYMENT, person.subject)


def _may_grant(
    case: CaseFileUpdated, amount: Decimal, expected: Decimal, person: Person, known: Known
) -> None:
    if amount > expected:
        message = f"no more than what is expected so far: {expected:.2f}"
        raise RuleViolation("over_expected", message)
    if amount and not within_authority(case, DecisionOutcome.APPROVE, amount, person, known):
        raise Forbidden("over_authority", "the amount is over their authority")


def _decided(
    case: CaseFileUpdated,
    requested_on: date,
    amount: Decimal,
    words: str,
    person: Person,
    known: Known,
) -> CaseFileUpdated:
    """The case after the amount was granted, or refused if it is zero; the client is told."""
    advance = Advance(
        requested_on=requested_on,
        status="granted" if amount else "refused",
        amount=amount,
        by=person.subject,
    )
    facts: list[Fact] = [
        AdvanceDecided(amount=amount, by=person.subject),
        notice_requested(case.case_id, NoticeKind.INTERIM_PAYMENT, _CAUSE, words=words),
    ]
    return changed(case, known.now, facts, advance=advance)
