"""Is the text layer of a PDF's page the words that a person sees on it?"""

import itertools
import re
import unicodedata
from typing import Final

FEWEST_LETTERS: Final = 20
"""A page with fewer letters has no text layer worth the name: a scanner's stamp, a page number."""
FEWEST_BESIDE_A_PICTURE: Final = 200
"""A page that is mostly a picture has its words in the picture; a stamp or header is not them."""
_PICTURE_SHARE: Final = 0.5
_ODD_SHARE: Final = 0.2
_PAIR_SHARE: Final = 0.27
"""Of German or English letter pairs some 60 % are among the usual ones, of random ones 15 %."""
_FEWEST_PAIRS: Final = 30
_USUAL_PAIRS: Final = frozenset(
    re.findall(
        r"\S+",
        "en er ch te de nd ei ie in es ge un ne it st be ic an re he au ng se ht di si hr sc le da"
        " us ns el al is ss mi ve rt ra li as ti ha hi ma et at ta ar or on nt th ou me ea to of io"
        " co ro il ri ll no ed ho la wi ur em lt ig rs ke tr ab ag am ap ec ac ca ce ct ee pr fo fa"
        " nu um mm rd sa ru vo br",
    )
)


def is_text(text: str) -> bool:
    """Say whether a text is more than a stamp or a page number."""
    return letters_in(text) >= FEWEST_LETTERS


def letters_in(text: str) -> int:
    """How many letters a text has."""
    return sum(sign.isalpha() for sign in text)


def needs_picture(text: str, pictured: float) -> bool:
    """Say whether a page has to be read from its picture.

    Args:
        text: Its text layer.
        pictured: The share of the page that pictures cover, 0 to 1.
    """
    letters = letters_in(text)
    if letters < FEWEST_LETTERS or is_garbage(text):
        return True
    return pictured > _PICTURE_SHARE and letters < FEWEST_BESIDE_A_PICTURE


def is_garbage(text: str) -> bool:
    """Say whether a text layer is no language: fonts without a way back to letters give such.

    Signs without meaning tell it, or pairs of Latin letters that no language of the desk joins so.
    Other alphabets are not judged.
    """
    signs = [sign for sign in text if not sign.isspace()]
    odd = sum(unicodedata.category(sign) in _ODD_CATEGORIES or sign == "�" for sign in signs)
    if odd > _ODD_SHARE * len(signs):
        return True
    lowered = text.lower()
    pairs = [
        first + second
        for first, second in itertools.pairwise(lowered)
        if _is_latin(first) and _is_latin(second)
    ]
    if len(pairs) < _FEWEST_PAIRS:
        return False
    return sum(pair in _USUAL_PAIRS for pair in pairs) < _PAIR_SHARE * len(pairs)


_ODD_CATEGORIES: Final = frozenset({"Co", "Cn", "Cc", "Cs"})
"""Private use, unassigned, controls, halves of characters."""


def _is_latin(sign: str) -> bool:
    return sign.isalpha() and sign < "\u0250"
