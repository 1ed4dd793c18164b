"""Which benefit a claimed expense belongs to, proposed by the programmes' keywords."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final

Keywords = Mapping[str, Iterable[str]]
"""Benefit code → words of the programme data, in the order in which ties are decided."""

_Hits = frozenset[tuple[str, str]]
"""A benefit's code and what in the text speaks for it, each once."""

_LINE_WEIGHT: Final = 2
_INFLECTED = r"(?:e|en|er|es|s|n|schaden|schäden|schadens)?"
_TOKEN = re.compile(r"\w+")
_LONGEST_TOKEN: Final = 80
_LEAST_NAME: Final = 4
_DEED: Final = frozenset({"gestohlen", "stolen"})
"""What happened, not what it happened to: these words of one line speak for all lines."""


def propose_benefit(description: str, context: str, keywords: Keywords) -> str | None:
    """The benefit that a line's own words, or else the words around it, speak for.

    A benefit that narrows another one, as `bicycle_theft` narrows `theft`, also gains by the
    wider one's words, and loses if the text tells another peril altogether: a bicycle that burnt.

    Args:
        description: What the line says.
        context: The rest of the client's text.
        keywords: The programmes' words per benefit.

    Returns:
        The benefit's code, or None when nothing speaks for any.
    """
    vocabulary = _vocabulary(keywords)
    return _best(vocabulary, vocabulary.hits(description), vocabulary.hits(context))


def propose_benefits(
    descriptions: Sequence[str], context: str, keywords: Keywords
) -> list[str | None]:
    """The benefit of each line of a list.

    What is told around the list counts for a line without the words by which other lines are
    named: a helmet is no bicycle because a bicycle stands above it.
    """
    vocabulary = _vocabulary(keywords)
    names = [_names(description) for description in descriptions]
    every_name = frozenset().union(*names)
    tokens = set(_TOKEN.findall(context.lower()))
    naming = {
        token: held for token in tokens if (held := [name for name in every_name if name in token])
    }
    common = vocabulary.hits_of(tokens - naming.keys()) | vocabulary.phrases_in(context.lower())
    proposed = []
    for description in descriptions:
        own = description.lower()
        rest = {
            part
            for token, held in naming.items()
            for part in _without([name for name in held if name not in own], token)
        }
        around = common | vocabulary.hits_of(rest)
        proposed.append(_best(vocabulary, vocabulary.hits(description), around))
    return proposed


def _names(description: str) -> frozenset[str]:
    words = _TOKEN.findall(description.lower())
    return frozenset(word for word in words if len(word) >= _LEAST_NAME) - _DEED


def _without(names: Iterable[str], token: str) -> list[str]:
    for name in names:
        token = token.replace(name, " ")
    return token.split()


def _best(vocabulary: "_Vocabulary", line: _Hits, around: _Hits) -> str | None:
    total = dict.fromkeys(vocabulary.codes, 0)
    for hits, weight in ((line, _LINE_WEIGHT), (around, 1)):
        for code, _ in hits:
            total[code] += weight
    scores = {code: _score(code, total) for code in total}
    best = max(scores, key=lambda code: scores[code], default=None)
    return best if best is not None and scores[best] > 0 else None


def _score(code: str, total: Mapping[str, int]) -> int:
    wider = next((other for other in total if code.endswith(f"_{other}")), None)
    if wider is None or not total[code]:
        return total[code]
    others = sum(hits for other, hits in total.items() if other not in {code, wider})
    if others and not total[wider]:
        return 0
    return total[code] + total[wider]


def _vocabulary(keywords: Keywords) -> "_Vocabulary":
    return _vocabulary_of(tuple((code, tuple(words)) for code, words in keywords.items()))


class _Vocabulary:
    """The words of all benefits, looked up token by token: texts repeat few words all the time."""

    def __init__(self, keywords: tuple[tuple[str, tuple[str, ...]], ...]) -> None:
        self.codes = tuple(code for code, _ in keywords)
        self._phrases = [
            (word.lower(), re.compile(_alternative(word), re.IGNORECASE), code)
            for code, words in keywords
            for word in words
            if not word.isalnum()
        ]
        self._patterns = [
            (code, pattern) for code, words in keywords if (pattern := _pattern(words)) is not None
        ]
        self._hits_of_token = lru_cache(maxsize=20_000)(self._look_up)

    def hits(self, text: str) -> _Hits:
        lowered = text.lower()
        return self.hits_of(set(_TOKEN.findall(lowered))) | self.phrases_in(lowered)

    def hits_of(self, tokens: Collection[str]) -> _Hits:
        found = (self._hits_of_token(token) for token in tokens if len(token) <= _LONGEST_TOKEN)
        return frozenset().union(*found)

    def phrases_in(self, lowered: str) -> _Hits:
        return frozenset(
            (code, phrase)
            for phrase, pattern, code in self._phrases
            if phrase in lowered and pattern.search(lowered)
        )

    def _look_up(self, token: str) -> _Hits:
        return frozenset(
            (code, match[0])
            for code, pattern in self._patterns
            for match in pattern.finditer(token)
        )


@lru_cache(maxsize=64)
def _vocabulary_of(keywords: tuple[tuple[str, tuple[str, ...]], ...]) -> _Vocabulary:
    return _Vocabulary(keywords)


def _pattern(words: Sequence[str]) -> re.Pattern[str] | None:
    """Long words count inside compounds too; short ones only as a whole or as a compound's end."""
    single = sorted((word for word in words if word.isalnum()), key=len, reverse=True)
    return re.compile("|".join(map(_alternative, single)), re.IGNORECASE) if single else None


def _alternative(word: str) -> str:
    if len(word) > 6:
        return re.escape(word)
    begin = "" if len(word) > 4 else r"(?<!\w)"
    return begin + re.escape(word) + _INFLECTED + r"(?!\w)"
