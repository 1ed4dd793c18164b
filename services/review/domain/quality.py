"""Quality review: a share of decisions, per programme, is looked at by a second person."""

import hashlib
from decimal import Decimal
from typing import Literal

from pydantic import Field, model_validator

from services.review.domain.acting import SUPERVISOR, Person, is_current, may_work, programme_of
from services.review.domain.known import Known
from services.review.domain.prompts import PromptCode, with_prompt, without_prompt
from services.review.domain.transitions import changed
from shared.contract.base import Body, Count, ShortText
from shared.contract.case_file import CaseFileUpdated
from shared.contract.decisions import Decision, QualityReview
from shared.contract.facts import QualityReviewDrawn, QualityReviewed
from shared.errors import Forbidden, RuleViolation

REVIEWERS = frozenset({"senior_representative", SUPERVISOR})
_ALL = 1 << 64


class QualityRequest(Body):
    """What a second person says of a decision."""

    sequence: Count | None = Field(
        default=None, description="Sequence of the case file that the person read."
    )
    result: Literal["passed", "failed"]
    comment: ShortText = ""

    @model_validator(mode="after")
    def _says_what_is_wrong(self) -> "QualityRequest":
        if self.result == "failed" and not self.comment.strip():
            raise ValueError("say what is wrong with the decision")
        return self


def is_drawn(case_id: str, share: Decimal) -> bool:
    """Does a case fall into the share of its programme that is reviewed?

    Always the same answer for the same case, so that a repeated event draws nothing anew, and
    nobody can choose what is reviewed.

    Args:
        case_id: The case.
        share: From 0, nothing, to 1, everything.
    """
    digest = hashlib.blake2b(case_id.encode(), digest_size=8, person=b"quality").digest()
    return int.from_bytes(digest, "big") < share * _ALL


def drawn(case: CaseFileUpdated, known: Known) -> CaseFileUpdated:
    """The case with a review of the decision that was just made, if it falls into the share.

    Args:
        case: The case after the decision; the facts join those of the decision.
        known: The programmes, and the instant.
    """
    programme = programme_of(case, known)
    if programme is None or not is_drawn(case.case_id, programme.quality_share):
        return case
    decision_id = case.decisions[-1].decision_id
    after = case.model_copy(
        update={
            "quality_review": QualityReview(decision_id=decision_id),
            "facts": (*case.facts, QualityReviewDrawn(decision_id=decision_id)),
        }
    )
    return with_prompt(after, PromptCode.QUALITY_REVIEW, known.now)


def review(
    case: CaseFileUpdated, request: QualityRequest, person: Person, known: Known
) -> CaseFileUpdated:
    """A second person says whether a drawn decision is right; the decision itself stays.

    Args:
        case: The case as it is, in whatever state.
        request: The result.
        person: Who they are; only from their token.
        known: The instant.

    Raises:
        VersionConflict: The case changed since the person read it.
        Forbidden: They had a hand in it, or their role reviews nothing.
        RuleViolation: No decision of the case waits for a review.
    """
    may_work(person)
    if not REVIEWERS & set(person.roles):
        raise Forbidden("role", "a senior representative or a supervisor reviews decisions")
    is_current(case, case.sequence if request.sequence is None else request.sequence)
    if case.quality_review is None or case.quality_review.result != "open":
        raise RuleViolation("not_drawn", "no decision of this case waits for a review")
    decision = reviewed_decision(case, case.quality_review)
    if person.subject in (decision.by, decision.proposed_by, *case.keyed_by):
        raise Forbidden("involved", "who keyed a claim in or decided it does not review it")
    said = {
        "result": request.result,
        "by": person.subject,
        "at": known.now,
        "comment": request.comment,
    }
    told = QualityReviewed(
        decision_id=decision.decision_id, result=request.result, by=person.subject
    )
    after = changed(
        case, known.now, [told], quality_review=case.quality_review.model_copy(update=said)
    )
    return without_prompt(after, PromptCode.QUALITY_REVIEW, person.subject)


def reviewed_decision(case: CaseFileUpdated, about: QualityReview) -> Decision:
    """The decision that a review is about."""
    return next(each for each in case.decisions if each.decision_id == about.decision_id)
