"""An exclusion of the programme applies, or the client's words hint at one."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Final

from services.review.checks.check import IN_FACTS
from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity
from shared.contract.contacts import ClaimDetails
from shared.programmes import ProgrammeVersion
from shared.programmes.prepared import prepared
from shared.programmes.terms import Exclusion

CODE = "exclusion"
GROUP = FindingGroup.COVERAGE
SEVERITIES = (Severity.REJECT, Severity.REFER)
REASON = IN_FACTS
TEXT = {
    "de": "Ausschluss „{names}“ wegen „{seen}“.",
    "en": "Exclusion “{names}” because of “{seen}”.",
}
_UNNAMED = "exclusion"
"""The reason of an exclusion that names none."""
_SIGNS: Final = (("\u2019", "'"), ("\u00ad", ""), ("\u200b", ""))
"""A telephone's apostrophe, and what is not seen: soft hyphens, spaces without width."""


def check(subject: ClaimUnderReview) -> Iterator[Finding]:
    """Reject what a stated circumstance excludes; refer what the client's words hint at.

    Words alone deny nothing, not even as a recommendation: they may be negated.
    """
    programme, claim = subject.programme, subject.claim
    if programme is None:
        return
    told = _plain(" ".join([claim.description, *[line.description for line in claim.lines]]))
    if not claim.circumstances and not _hints_at_any(_every_word(programme), told):
        return
    yield from _found(programme.exclusions, claim.circumstances, told, None)
    for line in claim.lines:
        benefit = subject.benefit(line.benefit)
        if benefit is not None and benefit.exclusions:
            words = _plain(f"{claim.description} {line.description}")
            yield from _found(benefit.exclusions, claim.circumstances, words, line.line_id)


def hint_of(programme: ProgrammeVersion, claim: ClaimDetails, words: str) -> str | None:
    """The first word of a text that hints at an exclusion of what is claimed."""
    told = _plain(words)
    if not _hints_at_any(_every_word(programme), told):
        return None
    claimed = {line.benefit for line in claim.lines}
    of_claimed = (each for code, each in programme.benefits.items() if code in claimed)
    for exclusions in (programme.exclusions, *(each.exclusions for each in of_claimed)):
        for code, exclusion in exclusions.items():
            if code not in claim.circumstances and (word := _hint(exclusion, told)) is not None:
                return word
    return None


@prepared
def _every_word(programme: ProgrammeVersion) -> tuple[str, ...]:
    """Every word that hints at any exclusion: most claims have none of them."""
    of_benefits = (each.exclusions for each in programme.benefits.values())
    exclusions = chain(programme.exclusions.values(), *(each.values() for each in of_benefits))
    return tuple(dict.fromkeys(_plain(word) for each in exclusions for word in each.keywords))


def _hints_at_any(words: tuple[str, ...], told: str) -> bool:
    for word in words:  # noqa: SIM110 - a generator costs more than the search itself
        if word in told:
            return True
    return False


def _found(
    exclusions: Mapping[str, Exclusion], stated: tuple[str, ...], told: str, line_id: int | None
) -> Iterator[Finding]:
    for code, exclusion in exclusions.items():
        if code in stated:
            severity, seen = Severity.REJECT, code
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
                "names": f"{exclusion.names.de} / {exclusion.names.en}",
                "seen": seen,
                IN_FACTS: exclusion.reason or _UNNAMED,
            },
        )


def _hint(exclusion: Exclusion, told: str) -> str | None:
    """The first of its words with which a word of the text begins."""
    for word in exclusion.keywords:
        if re.search(rf"\b{re.escape(_plain(word))}", told):
            return word
    return None


def _plain(text: str) -> str:
    """In lower case, with single spaces, however the client's program writes spaces and signs."""
    plain = text.lower()
    if not plain.isascii():
        plain = unicodedata.normalize("NFKC", plain)
        for sign, instead in _SIGNS:
            plain = plain.replace(sign, instead)
    return plain if plain.isprintable() and "  " not in plain else " ".join(plain.split())
