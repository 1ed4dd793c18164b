"""The assessment of a claim: all findings, the covered amount per line, what to do next.

Pure, and fast on purpose: it runs for every claim under a lock on its policy.
"""

from collections.abc import Sequence
from decimal import Decimal

from services.review.checks import (
    AMOUNT_CHECKS,
    CHECKS,
    identity_mismatch,
    needs_person,
    no_amount,
    no_purchase_date,
    non_positive_amount,
    proposed_reasons,
    unknown_policy,
    unknown_programme,
)
from services.review.domain.arithmetic import AGREED, price
from services.review.domain.priced import PricedLine, total
from services.review.domain.subject import NOTHING, ClaimUnderReview
from shared.contract.assessment import Assessment, Finding, Recommendation, Severity

PERSON_FIRST = frozenset(
    check.CODE for check in (needs_person, unknown_policy, unknown_programme, identity_mismatch)
)
"""Findings under which asking the client makes no sense, or would ask the wrong one."""

_OF_AMOUNTS = frozenset(check.CODE for check in AMOUNT_CHECKS)
_AMOUNTS_UNKNOWN = frozenset(
    check.CODE for check in (no_amount, non_positive_amount, no_purchase_date)
)
"""Findings after which there may be more than the arithmetic leaves now."""

_BEFORE_ARITHMETIC = tuple(check.check for check in CHECKS)
_AFTER_ARITHMETIC = tuple((check.STEP.value, check.check) for check in AMOUNT_CHECKS)


def assess(subject: ClaimUnderReview) -> Assessment:
    """Run every check, work out what is covered, and recommend what to do.

    Only an approval may ever happen without a person, and only if nothing at all was found and
    the amount is within the programme's automatic limit; a recommended denial never does.
    """
    findings = [finding for check in _BEFORE_ARITHMETIC for finding in check(subject)]
    rejected, all_rejected = _rejections(findings)
    lines = price(subject, rejected=rejected, all_rejected=all_rejected)
    taken_by = {step.step for line in lines for step in line.steps}
    findings += [
        finding
        for step, check in _AFTER_ARITHMETIC
        if step in taken_by
        for finding in check(subject, lines)
    ]

    claimed = sum([line.claimed for line in lines], NOTHING)
    covered = total(lines)
    recommendation = _recommend(findings, lines, covered, in_full=taken_by <= AGREED)
    programme, policy = subject.programme, subject.policy
    return Assessment(
        programme=programme.code if programme else None,
        programme_version=programme.version if programme else None,
        policy_revision=policy.revision if policy else None,
        findings=tuple(findings),
        reasons=proposed_reasons(findings) if findings else (),
        lines=tuple([line.assessed() for line in lines]),
        currency=subject.claim.currency,
        claimed=claimed,
        covered=covered,
        recommendation=recommendation,
        straight_through=(
            recommendation is Recommendation.APPROVE
            and all(finding.severity is Severity.NOTE for finding in findings)
            and programme is not None
            and NOTHING < covered <= programme.automatic_limit
        ),
    )


def open_questions(findings: Sequence[Finding]) -> list[Finding]:
    """The findings to ask the client about; nobody is asked about a line that is rejected."""
    rejected, all_rejected = _rejections(findings)
    if all_rejected:
        return []
    return [
        finding
        for finding in findings
        if finding.severity is Severity.ASK and finding.line_id not in rejected
    ]


def _rejections(findings: Sequence[Finding]) -> tuple[frozenset[int], bool]:
    """The rejected lines, and whether the whole claim is rejected.

    That nothing is left of an amount rejects nothing as long as an amount is not known.
    """
    lines: set[int] = set()
    whole = False
    for finding in findings:
        if finding.severity is Severity.REJECT:
            if finding.code in _OF_AMOUNTS and any(
                each.code in _AMOUNTS_UNKNOWN for each in findings
            ):
                continue
            if finding.line_id is None:
                whole = True
            else:
                lines.add(finding.line_id)
    return frozenset(lines), whole


def _recommend(
    findings: Sequence[Finding], lines: Sequence[PricedLine], covered: Decimal, *, in_full: bool
) -> Recommendation:
    """What to do; `in_full` if nothing was taken away but what the client agreed to bear."""
    if findings and (by_findings := _by_findings(findings, lines)):
        return by_findings
    if not covered:
        return Recommendation.DENY
    return Recommendation.APPROVE if in_full else Recommendation.APPROVE_IN_PART


def _by_findings(findings: Sequence[Finding], lines: Sequence[PricedLine]) -> Recommendation | None:
    """What the findings lead to whatever the amount is; None if they leave it to the amount."""
    if any(finding.code in PERSON_FIRST for finding in findings):
        return Recommendation.REFER
    rejected, all_rejected = _rejections(findings)
    every_line = bool(lines) and all(line.line_id in rejected for line in lines)
    if all_rejected or every_line:
        return Recommendation.DENY
    if open_questions(findings):
        return Recommendation.ASK_CLIENT
    if any(finding.severity is Severity.REFER for finding in findings):
        return Recommendation.REFER
    return None
