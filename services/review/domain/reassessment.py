"""A claim before the checks: what they see of it, and the same again without news of its client."""

from collections.abc import Sequence

from services.review.checks import needs_person
from services.review.domain.assessment import assess
from services.review.domain.checklist import waived
from services.review.domain.known import Known
from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Assessment
from shared.contract.case_file import CaseFileUpdated
from shared.contract.contacts import ClaimDetails, Document


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
    return ClaimUnderReview(
        claim=claim,
        policy=known.policy,
        programme=known.programme_for(claim),
        past_claims=known.past_claims,
        documents=documents,
        client_id=client_id,
        channel=case.channel,
        reported_on=known.programmes.desk.local_day(case.opened_at),
        today=known.today,
        needs_person=needs_person,
        waived=waived(case.checklist),
    )


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


def reason_for_person(assessment: Assessment | None) -> str | None:
    """Why intake wanted a person to look first, as the last assessment tells it."""
    for finding in assessment.findings if assessment else ():
        if finding.code == needs_person.CODE:
            return finding.facts["reason"]
    return None
