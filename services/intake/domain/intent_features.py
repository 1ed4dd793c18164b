"""What of a message counts for its intent: words, parts of words, and what the words mean.

The lexicon (`intent_data/lexicon.yaml`) says what words mean at a claims desk, so that "nicked" in
a message counts though only "stolen" was ever trained. Parts of words do the same for compounds
and inflections. Meanings also count in pairs: "approved" and "not arrived" in one sentence.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Final

import yaml

from services.intake.domain.intent_words import Word, folded

DATA: Final = Path(__file__).parent / "intent_data"
_PARTS: Final = range(4, 8)
MEANING, PAIR, NEIGHBOURS = 2.0, 0.5, 0.5
"""How much a meaning, two in one sentence and two side by side count, beside 1 for a word."""
_MOST_MEANINGS: Final = 60


def word_features(form: str) -> Iterator[str]:
    """A word and its parts.

    Args:
        form: As in `Word.form`.
    """
    yield f"w:{form}"
    if form[0] != "<":
        edged = f"_{form}_"
        for length in _PARTS:
            for begin in range(len(edged) - length + 1):
                yield edged[begin : begin + length]


def context_features(sentences: Sequence[Sequence[Word]]) -> dict[str, float]:
    """The meanings in a message and how they meet, each once, with how much it counts."""
    features: dict[str, float] = {}
    for sentence in sentences:
        each = meanings_of(sentence)
        together = sorted(frozenset().union(*each))[:_MOST_MEANINGS]
        for number, one in enumerate(together):
            features[f"k:{one}"] = MEANING
            for other in together[number + 1 :]:
                features[f"p:{one}+{other}"] = PAIR
        for before, after in pairwise(each):
            for one in before:
                for other in after:
                    features[f"n:{one} {other}"] = NEIGHBOURS
    return features


def meanings_of(sentence: Sequence[Word]) -> list[frozenset[str]]:
    """What each word of a sentence means; a fixed phrase means something with its first word."""
    found = []
    for number, word in enumerate(sentence):
        meanings = _meanings(word.form)
        for rest, meaning in _lexicon().phrases.get(word.form, ()):
            following = sentence[number + 1 : number + 1 + len(rest)]
            if tuple(each.form for each in following) == rest:
                meanings |= {meaning}
        found.append(meanings)
    return found


@lru_cache(maxsize=50_000)
def _meanings(form: str) -> frozenset[str]:
    if form[0] == "<" or form == "?":
        return frozenset({form})
    lexicon = _lexicon()
    meanings = set(lexicon.words.get(form, ()))
    for length in range(2, len(form) + 1):
        meanings.update(lexicon.beginnings.get(form[:length], ()))
        meanings.update(lexicon.endings.get(form[-length:], ()))
    return frozenset(meanings)


class Lexicon:
    """The lexicon by how its entries are compared.

    Attributes:
        words: Meanings of whole words.
        beginnings: Meanings of all words that begin so.
        endings: Meanings of all words that end so, as German compounds do.
        phrases: Per first word, the words that follow and what all of them mean.
    """

    def __init__(self, entries: dict[str, str]) -> None:
        self.words: dict[str, list[str]] = {}
        self.beginnings: dict[str, list[str]] = {}
        self.endings: dict[str, list[str]] = {}
        self.phrases: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for meaning, words in entries.items():
            for word in words.split():
                self._add(folded(word), meaning)

    def _add(self, word: str, meaning: str) -> None:
        first, *rest = word.replace("-", "_").split("_")
        if rest:
            self.phrases.setdefault(first, []).append((tuple(rest), meaning))
        elif word.endswith("*"):
            self.beginnings.setdefault(word[:-1], []).append(meaning)
        elif word.startswith("*"):
            self.endings.setdefault(word[1:], []).append(meaning)
        else:
            self.words.setdefault(word, []).append(meaning)


@lru_cache(maxsize=1)
def _lexicon() -> Lexicon:
    return Lexicon(yaml.safe_load((DATA / "lexicon.yaml").read_text("utf-8")))
