"""Numbers that name something: policy numbers, bank accounts, invoice numbers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from schwifty import IBAN, registry
from schwifty.exceptions import SchwiftyException

from services.intake.domain.lowering import lowered

_POLICY = re.compile(
    r"(?<![A-Za-z0-9-])([A-Za-z]{2,3})\s?[-‐–—/ ]?\s?(\d{4})\s?[-‐–—/ ]?\s?(\d{6})(?![\w])(?!-\d)"
)
_MISREAD_POLICY = re.compile(
    r"(?<![A-Za-z0-9-])([A-Z]{2,3})\s?[-‐–—/ ]\s?([\dOolISB]{4})\s?[-‐–—/ ]\s?([\dOolISB]{6})(?!\w)"
)
_POLICY_LABEL = re.compile(
    r"(?:versicherungs(?:schein)?[- ]?(?:nr|nummer)|vers\.?-?\s?nr|policen?[- ]?(?:nr|nummer)"
    r"|police"
    r"|vertrags?[- ]?(?:nr|nummer)|vertrag|versicherung|vsnr|versicherungsschein|aktenzeichen"
    r"|policy(?:\s?(?:no|number|#|id))?|contract(?:\s?(?:no|number))?|leistungsnummer|bescheid"
    r"|customer number|kundennummer)[\s.:#(]*(?:lautet|ist|is)?[\s:]*$",
    re.IGNORECASE,
)
_OTHER_LABEL = re.compile(
    r"(?:rechnung(?:s?[- ]?(?:nr|nummer))?|invoice(?:\s?(?:no|number|#))?|beleg[- ]?(?:nr|nummer)?"
    r"|quittung(?:s?[- ]?(?:nr|nummer))?|receipt(?:\s?(?:no|number))?|bestell(?:ung|nummer|-?nr)"
    r"|order(?:\s?(?:no|number))?|vorgangs[- ]?(?:nr|nummer)|tagebuch[- ]?(?:nr|nummer))[\s.:#(]*$",
    re.IGNORECASE,
)
_NO_POLICY: Final = frozenset(
    {"RE", "RG", "RNR", "INV", "AZ", "NR", "NO", "TEL", "FAX", "VOM", "BIS"}
)
_IBAN = re.compile(r"(?<![A-Za-z0-9])([A-Za-z]{2}\s?\d{2}(?:[\s.-]?[A-Za-z0-9]){10,34})")
_IBAN_LABEL = re.compile(
    r"(?:iban|konto\w*|bankverbindung|bank ?account|account(?: number)?)[\s.:#)(]*"
    r"(?:lautet|ist|is)?[\s:]*$",
    re.IGNORECASE,
)
_SEPARATORS = re.compile(r"[\s.-]")
_LONGEST_IBAN: Final = 34
_MISREAD: Final = str.maketrans("OoIlSB", "001158")
"""Letters that OCR and people take for figures."""
READ_AS_FIGURES: Final = "letters were read as figures"
_FIGURES_ONLY: Final = frozenset({"DE", "AT", "BE", "ES", "DK", "FI", "NO", "PL", "SE", "CZ"})
_INVOICE_WORDS = re.compile(
    r"rechnung|re\.?[-\s]?nr|invoice|beleg|quittung|receipt|bill|rg\.?[-\s]?nr"
)
_INVOICE = re.compile(
    r"(?:rechnungs?[-\s]?(?:nummer|nr\.?|no\.?)|invoice\s?(?:number|no\.?|nr\.?|#|id)"
    r"|beleg[-\s]?(?:nummer|nr\.?)|quittungs?[-\s]?(?:nummer|nr\.?)|receipt\s?(?:number|no\.?|#)"
    r"|r[eg]\.?[-\s]?nr\.?|bill\s?(?:number|no\.?))\s{0,20}(?:lautet|ist|is|was)?\s{0,3}[:.#]?"
    r"\s{0,40}(?P<number>[a-z0-9][a-z0-9/_.-]{1,30}(?:\s\d{2,10}(?![\d.,]))?)"
    r"|(?:rechnung|invoice|quittung|receipt)\s{1,3}"
    r"(?P<bare>(?=[a-z/_-]{0,6}\d)[a-z0-9][a-z0-9/_-]{2,30})"
)


@dataclass(frozen=True, slots=True)
class Reference:
    """A number in its normal form, where it stands, and how sure its meaning is.

    Attributes:
        value: The number; one that is wrong as it was written.
        start: Where it begins in the text.
        end: Where it ends.
        confidence: 0 to 1.
        doubt: Why it is wrong; empty for a right one.
    """

    value: str
    start: int
    end: int
    confidence: float
    doubt: str = ""


def policy_numbers(text: str) -> list[Reference]:
    """Policy numbers like `HH-2024-000123`, the surest first; also typed without hyphens."""
    found: dict[str, Reference] = {}
    for match in _POLICY.finditer(text):
        value = f"{match[1].upper()}-{match[2]}-{match[3]}"
        before = text[max(0, match.start() - 40) : match.start()]
        labelled = bool(_POLICY_LABEL.search(before))
        if not (labelled or match[1].isupper() or "-" in match[0]):
            continue
        if not labelled and (match[1].upper() in _NO_POLICY or _OTHER_LABEL.search(before)):
            continue
        confidence = 0.98 if labelled else 0.9 if "-" in match[0] else 0.6
        hit = Reference(value, match.start(), match.end(), confidence)
        if value not in found or found[value].confidence < confidence:
            found[value] = hit
    return sorted(found.values() or _misread(text), key=lambda hit: (-hit.confidence, hit.start))


def _misread(text: str) -> Iterator[Reference]:
    """Policy numbers that are called so, with letters where only figures can be."""
    for match in _MISREAD_POLICY.finditer(text):
        if _POLICY_LABEL.search(text[max(0, match.start() - 40) : match.start()]):
            figures = [match[part].translate(_MISREAD) for part in (2, 3)]
            if all(part.isdigit() for part in figures):
                value = "-".join([match[1], *figures])
                yield Reference(value, match.start(), match.end(), 0.7, READ_AS_FIGURES)


def ibans(text: str) -> list[Reference]:
    """Bank accounts: valid ones; one that is called IBAN but is not valid, as it was written."""
    return list(_ibans(text))


def _ibans(text: str) -> Iterator[Reference]:
    position = 0
    while match := _IBAN.search(text, position):
        hit = _account(text, match)
        # What follows a short account may be the next one.
        position = hit.end if hit else match.start() + 2
        if hit:
            yield hit


def _account(text: str, match: re.Match[str]) -> Reference | None:
    compact = _SEPARATORS.sub("", match[1]).upper()
    start = match.start()
    if value := _valid_iban(compact):
        return Reference(value, start, start + _reach(match[1], len(value)), 0.98)
    if not _IBAN_LABEL.search(text[max(0, start - 25) : start]):
        return None
    if value := _valid_iban(_read_as_figures(compact)):
        end = start + _reach(match[1], len(value))
        return Reference(value, start, end, 0.8, READ_AS_FIGURES)
    written = _as_written(match[1])
    return Reference(written[:42], start, start + len(written), 0.4, _wrong(written))


def _reach(run: str, signs: int) -> int:
    """How far so many letters and figures reach in a run with separators."""
    for place, sign in enumerate(run):
        signs -= sign.isalnum()
        if not signs:
            return place + 1
    return len(run)


def _valid_iban(compact: str) -> str | None:
    """The account at the beginning of a run of letters and digits: words may follow it."""
    length = _iban_length(compact[:2])
    if length is None or len(compact) < length or not _check_digits_hold(compact[:length]):
        return None
    try:
        return str(IBAN(compact[:length]))
    except SchwiftyException:
        return None


def _check_digits_hold(account: str) -> bool:
    """ISO 7064 mod 97: cheap enough to try before the library looks."""
    rearranged = account[4:] + account[:4]
    return int("".join(str(int(sign, 36)) for sign in rearranged)) % 97 == 1


@lru_cache(maxsize=1024)
def _iban_length(country: str) -> int | None:
    try:
        return int(registry.get_iban_spec(country).iban_length)
    except SchwiftyException:
        return None


def _read_as_figures(compact: str) -> str:
    country = compact[:2]
    if country not in _FIGURES_ONLY:
        return compact
    length = _iban_length(country)
    return country + compact[2:length].translate(_MISREAD)


def _as_written(run: str) -> str:
    """The account of a run of signs, without the words that follow it."""
    kept = ""
    for group in re.split(r"(?<=\s)", run.split("\n", 1)[0]):
        if kept and not any(sign.isdigit() for sign in group):
            break
        kept += group
    length = _iban_length(run[:2].upper()) or _LONGEST_IBAN
    return kept[: _reach(kept, length)].rstrip(" .-")


def _wrong(written: str) -> str:
    length = _iban_length(written[:2].upper())
    signs = len(_SEPARATORS.sub("", written))
    if length is None:
        return "no valid IBAN: there is no such country"
    if signs != length:
        return f"no valid IBAN: {signs} signs instead of {length}"
    return "no valid IBAN: its check digits do not fit"


def invoice_numbers(text: str) -> list[Reference]:
    """Invoice numbers that a text names as such; each has a digit."""
    low = lowered(text)
    found: dict[str, Reference] = {}
    end = 0
    for word in _INVOICE_WORDS.finditer(low):
        if word.start() < end or (match := _INVOICE.match(low, word.start())) is None:
            continue
        name = "number" if match["number"] else "bare"
        start, end = match.span(name)
        number = text[start:end].rstrip("./-_")
        if not _is_number(number) and " " in number:
            number = number.split()[0]
        if any(sign.isdigit() for sign in number) and not _is_date(number):
            found.setdefault(number, Reference(number, match.start(), end, 0.9))
    return list(found.values())


def _is_number(number: str) -> bool:
    """`RE 4711` is one number; figures behind a number are something else."""
    first, _, second = number.partition(" ")
    return not second or first.isalpha()


def _is_date(number: str) -> bool:
    return bool(re.fullmatch(r"\d{1,2}[./-]\d{1,2}[./-]?(?:\d{2,4})?|\d{4}-\d{2}-\d{2}", number))
