"""What a client wants, proposed from their words; a person may change it.

A complaint has to be recognised as one (BaFin Rundschreiben 3/2013 (VA)), so it is proposed
already when it is nearly as likely as the likeliest intent. Asking for one's money or for an answer
is none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import Final

from services.intake.domain.intent_model import INTENTS, shipped_model
from services.intake.domain.intent_words import Word, sentences_of
from shared.contract.contacts import Intent

_COMPLAINT_MARGIN: Final = 0.3
"""A complaint that is missed costs more than one too many."""
_QUOTES: Final = 4
_WEAK: Final = 0.3
"""Share of the strongest word's weight below which a word is not quoted."""
_MARKS: Final = ("?", "!")
_ANSWERING: Final = {
    Intent.REPLY: 0.8,
    Intent.PAYMENT_DELAY: 0.35,
    Intent.OTHER: 0.35,
    Intent.COMPLAINT: 0.3,
    Intent.PROCESSING_DELAY: 0.3,
    Intent.RENEWAL: 0.25,
    Intent.ACCOUNT_CHANGE: 0.2,
    Intent.CLAIM: 0.08,
}
"""How often a contact with an intent answers us or names a case: assumed, not measured."""


@dataclass(frozen=True, slots=True)
class Signs:
    """What is known of a contact beside its words.

    Attributes:
        refers: It names one of our cases or answers one of our notices.
        answers: Its subject begins like a reply.
    """

    refers: bool = False
    answers: bool = False


@dataclass(frozen=True, slots=True)
class ProposedIntent:
    """An intent with the words that speak for it."""

    intent: Intent
    evidence: str


def propose_intent(subject: str, text: str, signs: Signs) -> ProposedIntent:
    """The likeliest intent of a message, with the words that most speak for it.

    Args:
        subject: Of a mail; empty otherwise.
        text: The client's own words, without history.
        signs: What else is known.
    """
    sentences = sentences_of(subject, text)
    if not sentences:
        return ProposedIntent(Intent.REPLY if signs.refers else Intent.OTHER, "")
    scores = dict(zip(INTENTS, shipped_model().scores(sentences), strict=True))
    weight = 1.0 if signs.refers else 0.5 * signs.answers
    for intent, share in _ANSWERING.items():
        scores[intent] += weight * log(share)
    scores[Intent.COMPLAINT] += _COMPLAINT_MARGIN
    best = max(scores, key=lambda intent: scores[intent])
    return ProposedIntent(best, _evidence(best, sentences))


def _evidence(intent: Intent, sentences: Sequence[Sequence[Word]]) -> str:
    """The words that most speak for an intent, neighbours together."""
    model = shipped_model()
    spoken = [model.speaking_for(intent, sentence) for sentence in sentences]
    ranked = sorted((each for sentence in spoken for each in sentence), reverse=True)
    if not ranked or ranked[0] <= 0:
        return ""
    least = max(ranked[: 2 * _QUOTES][-1], _WEAK * ranked[0])
    quotes = [
        quote
        for sentence, points in zip(sentences, spoken, strict=True)
        for quote in _quotes(sentence, points, least)
    ]
    return "; ".join(dict.fromkeys(quotes))[:300]


def _quotes(sentence: Sequence[Word], points: Sequence[float], least: float) -> list[str]:
    quotes: list[list[str]] = [[]]
    for word, each in zip(sentence, points, strict=True):
        if each >= least and word.form not in _MARKS:
            quotes[-1].append(word.written)
        elif quotes[-1]:
            quotes.append([])
    return [" ".join(words) for words in quotes if words]
