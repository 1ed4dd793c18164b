"""An exclusion of the programme applies, or the client's words hint at one."""

import re
from collections.abc import Iterator, Mapping

from services.review.checks.check import IN_FACTS
from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity
from shared.programmes.terms import Exclusion

CODE = "exclusion"
GROUP = FindingGroup.COVERAGE
SEVERITIES = (Severity.REJECT, Severity.REFER)
REASON = IN_FACTS
TEXT = {
    "de": "Ausschluss „{exclusion}“: {seen}.",
    "en": "Exclusion “{exclusion}”: {seen}.",
}
_UNNAMED = "exclusion"
"""The reason of an exclusion that names none."""


def check(subject: ClaimUnderReview) -> Iterator[Finding]:
    """Reject what a stated circumstance excludes; refer what the client's words hint at.

    Words alone deny nothing, not even as a recommendation: they may be negated.
    """
    programme, claim = subject.programme, subject.claim
    if programme is None:
        return
    told: str | None = None
    if programme.exclusions:
        told = _plain(" ".join((claim.description, *(each.description for each in claim.lines))))
        yield from _found(programme.exclusions, claim.circumstances, told, None)
    for line in claim.lines:
        benefit = subject.benefit(line.benefit)
        if benefit is not None and benefit.exclusions:
            words = _plain(f"{claim.description} {line.description}")
            yield from _found(benefit.exclusions, claim.circumstances, words, line.line_id)


def _found(
    exclusions: Mapping[str, Exclusion], stated: tuple[str, ...], told: str, line_id: int | None
) -> Iterator[Finding]:
    for code, exclusion in exclusions.items():
        if code in stated:
            severity, seen = Severity.REJECT, "stated"
        elif (word := _hint(exclusion, told)) is not None:
            severity, seen = Severity.REFER, word
        else:
            continue
        yield Finding(
            code=CODE,
            group=GROUP,
            severity=severity,
            line_id=line_id,
            facts={
                "exclusion": code,
                "seen": seen,
                IN_FACTS: exclusion.reason or _UNNAMED,
            },
        )


def _hint(exclusion: Exclusion, told: str) -> str | None:
    """The first of its words with which a word of the text begins."""
    for word in exclusion.keywords:
        if word in told and re.search(rf"\b{re.escape(word)}", told):
            return word
    return None


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
