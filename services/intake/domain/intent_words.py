"""A message as the intent model sees it: words, classes of numbers, and sentences."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

READ: Final = 6000
"""Signs of a message that are read; what a client wants stands at the beginning."""
_LONGEST_WORD: Final = 40
_FOLDED: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "é": "e", "è": "e"})
_MONTHS: Final = (
    r"jan(?:uary?|\.)?|januar|feb(?:ruary?|\.)?|februar|märz|mär|mar(?:ch|\.)?|apr(?:il|\.)?"
    r"|ma[iy]|jun[ie]?|jul[iy]?|aug(?:ust|\.)?|sept?(?:ember|\.)?|o[ck]t(?:ober|\.)?"
    r"|nov(?:ember|\.)?|de[cz](?:ember|\.)?"
)
# Numbers count by what they are, not by their digits. Every part is bounded: mails are untrusted.
_TOKEN: Final = re.compile(
    rf"""
    (?P<iban>\b[a-z]{{2}}\d{{2}}(?:\ ?[\da-z]{{4}}){{2,7}}(?:\ ?[\da-z]{{1,3}})?\b)
    |(?P<mail>[\w.+-]{{1,64}}@[\w-]{{1,64}}(?:\.[\w-]{{1,64}}){{1,5}})
    |(?P<money>(?:\b(?:eur|usd|chf|gbp)|[€$£])\ ?\d[\d.,]{{0,20}}
        |\b\d[\d.,]{{0,20}}(?:-)?\ ?(?:t?eur\b|euros?\b|pounds?\b|dollars?\b|t?€|[$£]))
    |(?P<ref>\b[a-z]{{1,4}}-[\d-]{{0,10}}\d[\w-]{{0,30}})
    |(?P<date>\b\d{{1,2}}\.\ ?(?:\d{{1,2}}\.(?:\ ?\d{{2,4}}\b)?|(?:{_MONTHS})\b(?:\ \d{{4}})?)
        |\b\d{{4}}-\d\d-\d\d\b|\b\d{{1,2}}/\d{{1,2}}/\d{{2,4}}\b
        |\b\d{{1,2}}(?:st|nd|rd|th)?\ (?:{_MONTHS})\b(?:\ \d{{4}})?
        |\b(?:{_MONTHS})\ \d{{1,2}}(?:st|nd|rd|th)?\b(?:,?\ \d{{4}})?)
    |(?P<num>\d[\d.,:/-]{{0,30}})
    |(?P<word>[^\W\d_]+(?:'[^\W\d_]+)?)
    |(?P<mark>[?!]+)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_SENTENCE_END: Final = re.compile(r"(?<=[^\W\d_)])[.!?]\s|[?!]+|\n\s*\n")
_OUR_SUBJECT: Final = re.compile(r"\s*(?:(?:re|aw|antw|antwort)\s*:\s*)", re.IGNORECASE)
# Who says that it is no complaint does not complain with these words.
_NO_COMPLAINT: Final = re.compile(
    r"\b(?:keine?|nicht als|no|not an?|without|ohne) (?:formelle |offizielle |formal |eine )?"
    r"(?:beschwerde|complaint|reklamation|vorwurf|criticism|kritik)"
    r"|\bno (?:reason|cause) (?:to complain|for complaint)"
    r"|\bkeinen grund zur (?:beschwerde|klage)|\bbeschwerdemanagement"
    r"|\bbeschwere mich (?:gar |ja |doch )?nicht|\b(?:will|möchte) mich (?:gar )?nicht beschweren"
    r"|\bnot (?:here to |trying to |wishing to )?complain(?:ing)?\b|\bcan'?t complain"
    r"|\bnicht (?:meckern|böse gemeint|schimpfen)|\bbeschwerdefrei",
    re.IGNORECASE,
)
NO_COMPLAINT: Final = "<nocomplaint>"


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a message.

    Attributes:
        form: Lower case without umlauts; `<money>` and the like for what is no word.
        written: As the client wrote it.
    """

    form: str
    written: str


def sentences_of(subject: str, text: str) -> list[list[Word]]:
    """A message's sentences, the subject first.

    A subject that begins as a reply's was written by us, so it says nothing of what the client
    wants; it is read only if there is nothing else.
    """
    text = text[:READ]
    if _OUR_SUBJECT.match(subject) and text.strip():
        subject = ""
    parts = [subject[:READ], *_split(text.replace("’", "'"))]
    return [words for words in (list(_words(part)) for part in parts) if words]


def _split(text: str) -> Iterator[str]:
    begin = 0
    for end in _SENTENCE_END.finditer(text):
        yield text[begin : end.end()]
        begin = end.end()
    yield text[begin:]


def _words(part: str) -> Iterator[Word]:
    begin = 0
    for denied in _NO_COMPLAINT.finditer(part):
        yield from _tokens(part[begin : denied.start()])
        yield Word(NO_COMPLAINT, denied[0])
        begin = denied.end()
    yield from _tokens(part[begin:])


def _tokens(part: str) -> Iterator[Word]:
    for match in _TOKEN.finditer(part):
        kind = match.lastgroup
        if kind == "word":
            yield Word(match[0].lower().translate(_FOLDED)[:_LONGEST_WORD], match[0])
        elif kind == "mark":
            yield Word("?" if "?" in match[0] else "!", match[0])
        else:
            yield Word(f"<{kind}>", match[0])


def folded(word: str) -> str:
    """A word in the form in which words are compared."""
    return word.lower().translate(_FOLDED)
