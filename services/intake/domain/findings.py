"""The values found in a contact: where each was read, how sure it is, why it may be wrong."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from services.intake.domain.readable import SourceText
from shared.contract.contacts import Evidence

_CLOSE: Final = 0.1
"""A second value that is nearly as sure as the first one makes both doubtful."""
_DOUBTFUL: Final = 0.6
_MOST_RIVALS: Final = 3
_LONGEST_QUOTE: Final = 200


@dataclass(frozen=True, slots=True)
class Candidate:
    """One reading of a value."""

    value: str
    text: SourceText
    quote: str
    confidence: float
    doubt: str = ""


@dataclass(slots=True)
class Findings:
    """Collects the evidence of one contact.

    Attributes:
        evidence: Every value, the chosen reading of each first.
        reasons: Why a person has to look.
    """

    evidence: list[Evidence] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)

    def note(self, name: str, found: Candidate) -> None:
        """Keep a value as evidence."""
        self.evidence.append(
            Evidence(
                field=name,
                source=found.text.source,
                quote=" ".join(found.quote.split())[:_LONGEST_QUOTE],
                confidence=round(found.confidence, 2),
                value=found.value[:500],
                place=found.text.place[:500],
                doubt=found.doubt[:500],
            )
        )

    def doubt(self, reason: str) -> None:
        """Say why a person has to look."""
        if reason not in self.reasons:
            self.reasons.append(reason)

    def choose(self, name: str, candidates: Iterable[Candidate], called: str) -> Candidate | None:
        """The surest reading of a value; others that are nearly as sure are kept beside it.

        Args:
            name: The field.
            candidates: All readings.
            called: What a person calls the value.
        """
        surest: dict[str, Candidate] = {}
        for candidate in candidates:
            known = surest.get(candidate.value)
            if known is None or known.confidence < candidate.confidence:
                surest[candidate.value] = candidate
        if not surest:
            return None
        best, *others = sorted(surest.values(), key=lambda candidate: -candidate.confidence)
        rivals = [other for other in others if other.confidence >= best.confidence - _CLOSE]
        if not rivals:
            self.note(name, best)
            return best
        self.doubt(f"more than one {called} is named")
        for each in (best, *rivals[:_MOST_RIVALS]):
            doubt = each.doubt or f"another {called} is named too"
            confidence = min(each.confidence, _DOUBTFUL)
            self.note(name, Candidate(each.value, each.text, each.quote, confidence, doubt))
        return best
