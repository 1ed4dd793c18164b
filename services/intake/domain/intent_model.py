"""The trained model: what every word and meaning speaks for, and how sure that makes an intent.

A linear model: each feature has one weight per intent, and they add up. So a person can be shown
the words that decided. `make intent-model` trains it; nothing learns while the desk runs.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import sqrt
from typing import Final

from services.intake.domain.intent_features import (
    DATA,
    context_features,
    meanings_of,
    word_features,
)
from services.intake.domain.intent_words import Word
from shared.contract.contacts import Intent

WEIGHTS: Final = DATA / "weights.json"
INTENTS: Final = tuple(Intent)
LEAST_WORDS: Final = 4
"""A shorter message weighs no more than one of so many words."""

Scores = tuple[float, ...]
"""One number per intent, in the order of `INTENTS`."""
_NOTHING: Final[Scores] = (0.0,) * len(INTENTS)


@dataclass(frozen=True)
class Model:
    """What training found.

    Attributes:
        weights: Per feature, one weight per intent.
        start: Per intent, what it has before any word was read.
    """

    weights: Mapping[str, Scores]
    start: Scores

    def scores(self, sentences: Sequence[Sequence[Word]]) -> Scores:
        """How much speaks for each intent: natural logarithms of odds, up to a common constant."""
        forms = {word.form for sentence in sentences for word in sentence}
        context = context_features(sentences)
        parts = [self._of_word(form) for form in forms]
        parts.extend(
            tuple(weight * times for weight in self.weights[feature])
            for feature, times in context.items()
            if feature in self.weights
        )
        length = sqrt(max(len(forms), LEAST_WORDS))
        return tuple(
            start + total / length for start, total in zip(self.start, _sum(parts), strict=True)
        )

    def speaking_for(self, intent: Intent, sentence: Sequence[Word]) -> list[float]:
        """How much each word of a sentence speaks for an intent rather than for the others."""
        place = INTENTS.index(intent)
        spoken = []
        for word, meanings in zip(sentence, meanings_of(sentence), strict=True):
            scores = _sum(
                [self._of_word(word.form)]
                + [self.weights.get(f"k:{meaning}", _NOTHING) for meaning in meanings]
            )
            spoken.append(scores[place] - sum(scores) / len(scores))
        return spoken

    @cached_property
    def _words(self) -> dict[str, Scores]:
        return {}

    def _of_word(self, form: str) -> Scores:
        known = self._words.get(form)
        if known is None:
            known = _sum(self.weights[f] for f in word_features(form) if f in self.weights)
            if len(self._words) < _WORDS_KEPT:
                self._words[form] = known
        return known


_WORDS_KEPT: Final = 50_000


def _sum(parts: Iterable[Scores]) -> Scores:
    totals = tuple(map(sum, zip(*parts, strict=True)))
    return totals or _NOTHING


@lru_cache(maxsize=1)
def shipped_model() -> Model:
    """The model that the desk ships with."""
    stored = json.loads(WEIGHTS.read_text("utf-8"))
    step: float = stored["step"]
    return Model(
        {name: tuple(step * each for each in row) for name, row in stored["weights"].items()},
        tuple(step * each for each in stored["start"]),
    )
