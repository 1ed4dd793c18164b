"""A claim before the checks: what they see of it, and the same again without news of its client."""

from collections.abc import Sequence
from typing import Any

from services.review.checks import needs_person
from services.review.domain.accounts import belongs_to_others
from services.review.domain.assessment import assess, open_questions
from services.review.domain.assessment_changes import assessment_changes
from services.review.domain.checklist import brought_up_to_date, waived
from services.review.domain.known import Known
from services.review.domain.subject import ClaimUnderReview
from services.review.domain.transitions import SETTLED, SYSTEM, changed
from shared.contract.assessment import Assessment
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseKind, CaseState
from shared.contract.contacts import ClaimDetails, Document
from shared.contract.facts import Assessed, Fact, InformationReceived


def under_review(
    case: CaseFileUpdated,
    claim: ClaimDetails,
    known: Known,
    *,
    documents: Sequence[Document],
    client_id: str | None,
    needs_person: str | None,
) -> ClaimUnderReview:
    """What the checks see of a claim: the one place that gathers it.

    Args:
        case: The case that it is made in.
        claim: What the client claims by now.
        known: The policy, its other claims, the instant.
        documents: Everything that arrived for the case by now.
        client_id: Who wrote, if that is certain.
        needs_person: Why a person must look first, if so.
    """
    policy, holder, desk = known.policy, known.payee, known.programmes.desk
    reported_on = desk.local_day(case.opened_at)
    subject = ClaimUnderReview(
        claim=claim,
        policy=policy,
        programme=known.programme_for(claim),
        past_claims=known.past_claims,
        documents=documents,
        client_id=client_id,
        channel=case.channel,
        reported_on=reported_on,
        filed_on=desk.calendar.business.in_time_since(reported_on),
        today=known.today,
        needs_person=needs_person,
        waived=waived(case.checklist),
        holder_name=holder.name if holder is not None else "",
        holder_born_on=holder.date_of_birth if holder is not None else None,
        account_confirmed=holder is not None and holder.confirmed_iban is not None,
        account_of_others=belongs_to_others(
            claim.unconfirmed_iban, (known.client, holder), policy, known.accounts
        ),
    )
    _latest[:] = [(known, subject)]
    return subject


_latest: list[tuple[Known, ClaimUnderReview]] = []
"""What was gathered last: a decision's record is written right after its assessment."""


def seen_of(case: CaseFileUpdated, known: Known) -> ClaimUnderReview:
    """What the checks saw when a claim was assessed with exactly this knowledge.

    It need not be gathered again if nothing else was since.
    """
    for then, subject in _latest:
        if then is known and subject.claim is case.claim and subject.documents is case.documents:
            return subject
    return subject_of(case, known)


def subject_of(case: CaseFileUpdated, known: Known) -> ClaimUnderReview:
    """What the checks see of a claim as its case file says it, with what is known now."""
    assert case.claim is not None
    return under_review(
        case,
        case.claim,
        known,
        documents=case.documents,
        client_id=case.sender_client_id,
        needs_person=reason_for_person(case.assessment),
    )


def assessed_again(case: CaseFileUpdated, known: Known) -> Assessment:
    """The claim assessed with what is known now, without news from its client."""
    return assess(subject_of(case, known))


def reassessed(
    case: CaseFileUpdated, known: Known, *, because: Sequence[Fact] = ()
) -> CaseFileUpdated | None:
    """An open claim with what is known now; None if its assessment says the same.

    Nothing is decided and nobody is asked: a claim that waits for its client for nothing any more
    goes to a person, any other stays where it is.

    Args:
        case: The case, with a claim that was assessed before.
        known: The policy, its other claims, the instant.
        because: What happened to the case that calls for it, told first.
    """
    assert case.assessment is not None
    assert case.claim is not None
    again = assessed_again(case, known)
    differs = assessment_changes(case.assessment, again)
    if not differs:
        return None
    checklist = brought_up_to_date(
        case.checklist, open_questions(again.findings), contact_id=SYSTEM
    )
    facts = [*because, Assessed()]
    changes: dict[str, Any] = {}
    if case.state is CaseState.WAITING_FOR_CLIENT and not checklist.is_open:
        facts.append(InformationReceived())
        changes = {"state": CaseState.WAITING_FOR_PERSON, "answer_by": None}
    return changed(
        case,
        known.now,
        facts,
        assessment=again,
        changes=differs,
        checklist=checklist.items,
        programme=known.policy.programme if known.policy else case.programme,
        programme_version=again.programme_version,
        **changes,
    )


def outdated_assessment(case: CaseFileUpdated, known: Known) -> CaseFileUpdated | None:
    """An open claim whose assessment is out of date, with today's; None if it is not."""
    return reassessed(case, known) if _is_open_claim(case) else None


def _is_open_claim(case: CaseFileUpdated) -> bool:
    claimed = case.kind is CaseKind.CLAIM and case.claim is not None
    return claimed and case.assessment is not None and case.state not in SETTLED


def kept_current(case: CaseFileUpdated, known: Known) -> CaseFileUpdated:
    """An open claim after a person's act, assessed with what the act changed, such as a waiver."""
    if not _is_open_claim(case):
        return case
    assert case.assessment is not None
    again = assessed_again(case, known)
    differs = assessment_changes(case.assessment, again)
    if not differs:
        return case
    return case.model_copy(
        update={
            "assessment": again,
            "changes": differs,
            "programme_version": again.programme_version,
            "facts": (*case.facts, Assessed()),
        }
    )


def assessed_as_known(case: CaseFileUpdated, known: Known) -> CaseFileUpdated:
    """The case with its assessment as it is now, where it says the same but of newer facts.

    Such as a policy's revision; so that a decision's record rests on exactly what was known.
    """
    again = assessed_again(case, known)
    return case if again == case.assessment else case.model_copy(update={"assessment": again})


def reason_for_person(assessment: Assessment | None) -> str | None:
    """Why intake wanted a person to look first, as the last assessment tells it."""
    for finding in assessment.findings if assessment else ():
        if finding.code == needs_person.CODE:
            return finding.facts["reason"]
    return None
