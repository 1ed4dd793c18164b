"""Which benefit a claimed expense belongs to, proposed by the programmes' keywords."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

Keywords = Mapping[str, Iterable[str]]
"""Benefit code → words of the programme data, in the order in which ties are decided."""

_LINE_WEIGHT: Final = 2
_INFLECTED = r"(?:e|en|er|es|s|n|schaden|schäden|schadens)?"


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
    line = {code: _hits(words, description) for code, words in keywords.items()}
    around = {code: _hits(words, context) for code, words in keywords.items()}
    total = {code: _LINE_WEIGHT * line[code] + around[code] for code in line}
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


def _hits(words: Iterable[str], text: str) -> int:
    pattern = _pattern(tuple(words))
    return len({match[0].lower() for match in pattern.finditer(text)}) if pattern else 0


@lru_cache(maxsize=256)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str] | None:
    """Long words count inside compounds too; short ones only as a whole or as a compound's end."""
    if not words:
        return None
    return re.compile(
        "|".join(_alternative(word) for word in sorted(words, key=len, reverse=True)),
        re.IGNORECASE,
    )


def _alternative(word: str) -> str:
    if len(word) > 6:
        return re.escape(word)
    begin = "" if len(word) > 4 else r"(?<!\w)"
    return begin + re.escape(word) + _INFLECTED + r"(?!\w)"
