"""Telephone numbers in texts, in the international form E.164."""

import re
from collections.abc import Iterator
from typing import Final

import phonenumbers

from services.intake.domain.references import Reference

_HOME: Final = "DE"
"""The country of numbers that name none; the desk's own."""
_CANDIDATE = re.compile(r"(?<![\w./-])(?:\+|00|\(?0)[1-9()][\d ()/.–-]{4,22}\d(?![\w-]|[.,/]\d)")
_LABEL = re.compile(
    r"(?:tel(?:efon)?(?:nummer|-?nr)?|fon|phone(?: number)?|mobil(?:e|nummer|funk)?(?: number)?"
    r"|handy(?:nummer|-?nr)?|rückruf(?:nummer)?|cell|call(?: me)?(?: back)?(?: on| at)?"
    r"|reach me (?:on|at)|erreich\w+ (?:\w+ ){0,3}unter|unter(?: der nummer)?|nummer|number"
    r"|\b[tm])(?:\s(?:tagsüber|privat|dienstlich|mobil|abends|daytime|home|work|office))?[\s.:)(/]*(?:lautet|ist|is|now|jetzt)?[\s:]*$",
    re.IGNORECASE,
)
_FAX = re.compile(r"fax[\w-]*[\s.:)(]*$", re.IGNORECASE)
_OTHER_NUMBER = re.compile(
    r"(?:rechnung\w*|invoice|kunden\w*|iban|konto\w*|vertrag\w*|polic\w*|versicherung\w*|vorgang\w*"
    r"|aktenzeichen|az|bestell\w*|order|ref\w*)[-\s]?(?:nummer|nr|no|number)?[\s.:#)(]*$",
    re.IGNORECASE,
)
_MOST: Final = 10


def telephone_numbers(text: str) -> list[Reference]:
    """The telephone numbers of a text, each once; fax numbers are none."""
    found: dict[str, Reference] = {}
    for hit in _all(text):
        if hit.value not in found or found[hit.value].confidence < hit.confidence:
            found[hit.value] = hit
        if len(found) == _MOST:
            break
    return list(found.values())


def _all(text: str) -> Iterator[Reference]:
    for match in _CANDIDATE.finditer(text):
        before = text[max(0, match.start() - 40) : match.start()]
        if _FAX.search(before) or _OTHER_NUMBER.search(before):
            continue
        labelled = bool(_LABEL.search(before))
        if not (labelled or _stands_alone(text, match)):
            continue
        if number := _parsed(match[0].split("\n")[0]):
            confidence = 0.95 if labelled else 0.75
            yield Reference(number, match.start(), match.end(), confidence)


def _stands_alone(text: str, match: re.Match[str]) -> bool:
    """Without a word for it a number counts only in international form, or on a line of its own."""
    if match[0].startswith(("+", "00")):
        return True
    line = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
    after = text[match.end() : match.end() + 2].strip(" ")
    return not line.strip(" -•|,") and (not after or after.startswith("\n"))


def _parsed(written: str) -> str | None:
    plain = written.replace("(0)", "")
    try:
        number = phonenumbers.parse(plain, _HOME)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
