"""Numbers that name something: policy numbers, bank accounts, invoice numbers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from schwifty import IBAN
from schwifty.exceptions import SchwiftyException

_POLICY = re.compile(
    r"(?<![A-Za-z0-9-])([A-Za-z]{2,3})\s?[-‐–—/ ]?\s?(\d{4})\s?[-‐–—/ ]?\s?(\d{6})(?![\w])(?!-\d)"
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
_IBAN = re.compile(r"(?<![A-Za-z0-9])([A-Za-z]{2}\s?\d{2}(?:[\s-]?[A-Za-z0-9]){10,34})")
_IBAN_LABEL = re.compile(r"iban[\s.:#)(]*(?:lautet|ist|is)?[\s:]*$", re.IGNORECASE)
_INVOICE = re.compile(
    r"(?:rechnungs?[-\s]?(?:nummer|nr\.?|no\.?)|invoice\s?(?:number|no\.?|nr\.?|#|id)"
    r"|beleg[-\s]?(?:nummer|nr\.?)|quittungs?[-\s]?(?:nummer|nr\.?)|receipt\s?(?:number|no\.?|#)"
    r"|re\.?-?nr\.?|bill\s?(?:number|no\.?))\s{0,20}[:.#]?\s{0,40}"
    r"(?P<number>[A-Z0-9][A-Z0-9/_.-]{1,30})"
    r"|(?:rechnung|invoice|quittung|receipt)\s{1,3}"
    r"(?P<bare>(?=[A-Z/_-]{0,6}\d)[A-Z0-9][A-Z0-9/_-]{2,30})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Reference:
    """A number in its normal form, where it stands, and how sure its meaning is."""

    value: str
    start: int
    end: int
    confidence: float


def policy_numbers(text: str) -> list[Reference]:
    """Policy numbers like `HH-2024-000123`, the surest first; also typed without hyphens."""
    found: dict[str, Reference] = {}
    for match in _POLICY.finditer(text):
        value = f"{match[1].upper()}-{match[2]}-{match[3]}"
        before = text[max(0, match.start() - 40) : match.start()]
        if not (match[1].isupper() or "-" in match[0]):
            continue
        labelled = bool(_POLICY_LABEL.search(before))
        if not labelled and (match[1].upper() in _NO_POLICY or _OTHER_LABEL.search(before)):
            continue
        confidence = 0.98 if labelled else 0.9 if "-" in match[0] else 0.6
        hit = Reference(value, match.start(), match.end(), confidence)
        if value not in found or found[value].confidence < confidence:
            found[value] = hit
    return sorted(found.values(), key=lambda hit: (-hit.confidence, hit.start))


def ibans(text: str) -> list[Reference]:
    """Bank accounts: valid ones; one that is called IBAN but is not valid, as it was written."""
    return list(_ibans(text))


def _ibans(text: str) -> Iterator[Reference]:
    for match in _IBAN.finditer(text):
        compact = re.sub(r"[\s-]", "", match[1]).upper()
        if value := _valid_iban(compact):
            yield Reference(value, match.start(), match.end(), 0.98)
        elif _IBAN_LABEL.search(text[max(0, match.start() - 20) : match.start()]):
            written = match[1].splitlines()[0].rstrip()
            yield Reference(written[:42], match.start(), match.end(), 0.4)


def _valid_iban(compact: str) -> str | None:
    """The account at the beginning of a run of letters and digits: words may follow it."""
    for length in range(min(34, len(compact)), 14, -1):
        if _check_digits_hold(compact[:length]):
            try:
                return str(IBAN(compact[:length]))
            except SchwiftyException:
                continue
    return None


def _check_digits_hold(account: str) -> bool:
    """ISO 7064 mod 97: cheap enough to try every length before the library looks."""
    rearranged = account[4:] + account[:4]
    return int("".join(str(int(sign, 36)) for sign in rearranged)) % 97 == 1


def invoice_numbers(text: str) -> list[Reference]:
    """Invoice numbers that a text names as such; each has a digit."""
    found: dict[str, Reference] = {}
    for match in _INVOICE.finditer(text):
        number = (match["number"] or match["bare"]).rstrip("./-_")
        if any(sign.isdigit() for sign in number) and not _is_date(number):
            found.setdefault(number, Reference(number, match.start(), match.end(), 0.9))
    return list(found.values())


def _is_date(number: str) -> bool:
    return bool(re.fullmatch(r"\d{1,2}[./-]\d{1,2}[./-]?(?:\d{2,4})?|\d{4}-\d{2}-\d{2}", number))
