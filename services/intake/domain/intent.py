"""What a client wants, proposed from scored words; a person may change it.

A complaint has to be recognised as one (BaFin Rundschreiben 3/2013 (VA)), so it counts before
anything else in the same contact. Asking for one's money or for an answer is none.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from services.intake.domain.intent_cues import CUES, NOT_A_COMPLAINT
from shared.contract.contacts import Intent

_READ: Final = 6000
_SUBJECT_WEIGHT: Final = 1.5
_ENOUGH: Final = 2.0
_COMPLAINT_ENOUGH: Final = 4.0


@dataclass(frozen=True, slots=True)
class Signs:
    """What is known of a contact beside its words.

    Attributes:
        refers: It names one of our cases or answers one of our notices.
        answers: Its subject begins like a reply.
        amounts: It lists expenses.
        date_of_loss: It tells when a loss happened.
        policy_number: It names a policy.
        loss_words: It holds words by which the programmes know their benefits.
    """

    refers: bool = False
    answers: bool = False
    amounts: bool = False
    date_of_loss: bool = False
    policy_number: bool = False
    loss_words: bool = False


@dataclass(frozen=True, slots=True)
class ProposedIntent:
    """An intent with the words that speak for it."""

    intent: Intent
    evidence: str


def propose_intent(subject: str, text: str, signs: Signs) -> ProposedIntent:
    """The intent that most speaks for; `other` when hardly anything speaks for any.

    Args:
        subject: Of a mail; empty otherwise.
        text: The client's own words, without history.
        signs: What else is known.
    """
    text = text[:_READ].replace("’", "'")
    scores, quotes = _scored(subject, text)
    if not (signs.amounts or signs.date_of_loss):
        scores[Intent.CLAIM] -= _question_points(text)
    for intent, score in _from_signs(signs):
        scores[intent] += score
    if scores[Intent.COMPLAINT] >= _COMPLAINT_ENOUGH:
        return _proposed(Intent.COMPLAINT, quotes)
    best = max(scores, key=lambda intent: scores[intent])
    return _proposed(best if scores[best] >= _ENOUGH else Intent.OTHER, quotes)


def _question_points(text: str) -> float:
    """Points off a claim for asking: "Is water damage covered?" tells of no loss."""
    if "?" not in text:
        return 0.0
    return 1.0 if re.search(r"[.!]\s", text) else 4.0


def _proposed(intent: Intent, quotes: dict[Intent, list[str]]) -> ProposedIntent:
    return ProposedIntent(intent, "; ".join(dict.fromkeys(quotes[intent]))[:300])


def _scored(subject: str, text: str) -> tuple[dict[Intent, float], dict[Intent, list[str]]]:
    scores = dict.fromkeys(Intent, 0.0)
    quotes: dict[Intent, list[str]] = {intent: [] for intent in Intent}
    for part, weight in ((subject, _SUBJECT_WEIGHT), (text, 1.0)):
        words = NOT_A_COMPLAINT.sub(" ", part)
        for intent, cue, points in CUES:
            # Saying it twice does not make it truer.
            if match := cue.search(words):
                scores[intent] += points * weight
                if points > 0:
                    quotes[intent].append(" ".join(match[0].split()))
    return scores, quotes


def _from_signs(signs: Signs) -> Sequence[tuple[Intent, float]]:
    return (
        (Intent.REPLY, 4.0 * signs.refers + signs.answers),
        (Intent.CLAIM, 2.0 * signs.amounts + 2.0 * signs.date_of_loss),
        # A new claim rarely quotes an old case.
        (Intent.CLAIM, -2.0 * signs.refers),
        (Intent.CLAIM, 0.5 * signs.policy_number + 2.0 * signs.loss_words),
    )
