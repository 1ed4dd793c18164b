"""The cells of a spreadsheet's CSV: amounts, days and lists as spreadsheets write them."""

import re
from datetime import date
from decimal import Decimal
from typing import Final

_LIST: Final = "|"
_YES: Final = frozenset({"yes", "true", "1", "ja", "wahr", "x"})
_NO: Final = frozenset({"no", "false", "0", "nein", "falsch", ""})


class CellError(ValueError):
    """A cell that can't be read; the text says why."""


def text(cell: str) -> object:
    """A text."""
    return cell


def listed(cell: str) -> object:
    """Several texts with `|` between them."""
    return [part for part in (each.strip() for each in cell.split(_LIST)) if part]


def amount(cell: str) -> object:
    """An amount with a point or a comma for the cents, and with thousands separators or not."""
    compact = cell.replace(" ", "").replace("\N{NO-BREAK SPACE}", "")
    if re.fullmatch(r"-?\d{1,3}([.,])\d{3}", compact):
        whole = re.sub("[.,]", "", compact)
        message = f"'{cell}' can be read in two ways: write the cents too, such as {whole}.00"
        raise CellError(message)
    if re.fullmatch(r"-?\d+([.,]\d{1,2})?", compact):
        return _not_below_zero(compact.replace(",", "."))
    if re.fullmatch(r"-?\d{1,3}(\.\d{3})+(,\d{1,2})?", compact):
        return _not_below_zero(compact.replace(".", "").replace(",", "."))
    if re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d{1,2})?", compact):
        return _not_below_zero(compact.replace(",", ""))
    message = f"'{cell}' is no amount: write it like 1234.56 or 1234,56"
    raise CellError(message)


def _not_below_zero(written: str) -> str:
    if Decimal(written) < 0:
        message = f"is below zero: {written}"
        raise CellError(message)
    return written


def day(cell: str) -> object:
    """A day as ISO 8601 or German spreadsheets write it."""
    written = re.sub(r"[ T]00:00(:00)?$", "", cell)
    if match := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", written):
        number_of_day, month, year = map(int, match.groups())
    elif match := re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", written):
        year, month, number_of_day = map(int, match.groups())
    else:
        message = f"'{cell}' is no day: write it like 2026-01-31 or 31.01.2026"
        raise CellError(message)
    try:
        return date(year, month, number_of_day)
    except ValueError:
        message = f"'{cell}' is no day of the calendar"
        raise CellError(message) from None


def yes_or_no(cell: str) -> object:
    """Yes or no, in English or German."""
    if cell.lower() in _YES:
        return True
    if cell.lower() in _NO:
        return False
    message = f"'{cell}' is neither yes nor no"
    raise CellError(message)


def number(cell: str) -> object:
    """A whole number."""
    if not re.fullmatch(r"\d{1,19}", cell):
        message = f"'{cell}' is no whole number"
        raise CellError(message)
    return int(cell)
