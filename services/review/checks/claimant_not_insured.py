"""The person for whom it is claimed is not insured by the policy."""

from collections.abc import Iterator

from services.review.domain.insured import claimed_for, is_named
from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity

CODE = "claimant_not_insured"
GROUP = FindingGroup.POLICY
SEVERITIES = (Severity.REJECT,)
REASON = "not_insured"
TEXT = {
    "de": "Die Person, für die beantragt wird, gehört am {date_of_loss} nicht zu den Versicherten "
    "von {policy_number}.",
    "en": "The person claimed for is not among the insured of {policy_number} on {date_of_loss}.",
}


def check(subject: ClaimUnderReview) -> Iterator[Finding]:
    """Reject a claim for somebody whom the policy did not insure on the day of loss.

    A policy without a list insures anybody, unless the programme asks for one.
    """
    policy, programme, version = subject.policy, subject.programme, subject.version
    if not is_named(subject.claim.claimant):
        return
    if policy is None or programme is None or version is None:
        return
    if not version.insured_persons and not programme.insured_persons_required:
        return
    if claimed_for(subject) is None:
        day = subject.claim.date_of_loss
        yield Finding(
            code=CODE,
            group=GROUP,
            severity=Severity.REJECT,
            facts={
                "policy_number": policy.policy_number,
                "date_of_loss": day.isoformat() if day else "-",
            },
        )
