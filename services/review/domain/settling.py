"""What follows from the end of a case, whoever or whatever ended it."""

from services.review.domain.known import Known
from services.review.domain.payments import with_payment
from services.review.domain.prompts import PromptCode, without_prompt
from services.review.domain.quality import drawn
from shared.contract.case_file import CaseFileUpdated


def after_decision(case: CaseFileUpdated, known: Known, by: str) -> CaseFileUpdated:
    """The case after the decision that stands last in it, with all that follows from it.

    Args:
        case: The case after the decision; the facts of what follows join those of the decision.
        known: What is known, under the lock that decides about money.
        by: Who decided.
    """
    return with_payment(drawn(without_proposal(case, by), known), known)


def without_proposal(case: CaseFileUpdated, by: str) -> CaseFileUpdated:
    """The case without the trainee's proposal that something else took the place of."""
    if case.proposal is None:
        return case
    return without_prompt(case.model_copy(update={"proposal": None}), PromptCode.PROPOSAL, by)
