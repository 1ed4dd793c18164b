"""Who wrote is neither the policy's holder nor insured by it."""

from collections.abc import Iterator

from services.review.domain.insured import people_of
from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity

CODE = "identity_mismatch"
GROUP = FindingGroup.PROCESSING_ERROR
SEVERITIES = (Severity.REFER,)
REASON = "not_insured"
TEXT = {
    "de": "Der Absender ({client_id}) gehört nicht zum Vertrag {policy_number}.",
    "en": "The sender ({client_id}) does not belong to policy {policy_number}.",
}


def check(subject: ClaimUnderReview) -> Iterator[Finding]:
    """Refer a claim by somebody whom the policy does not know, on any day of its history."""
    client, policy = subject.client_id, subject.policy
    if client is None or policy is None or client == policy.holder_client_id:
        return
    if client not in people_of(policy):
        yield Finding(
            code=CODE,
            group=GROUP,
            severity=Severity.REFER,
            facts={"client_id": client, "policy_number": policy.policy_number},
        )
