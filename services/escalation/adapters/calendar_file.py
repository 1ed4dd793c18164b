"""Reads the desk's opening hours from a file of their own."""

from pathlib import Path

from pydantic import ValidationError

from shared.calendar import BusinessCalendar
from shared.opening_hours import CalendarError
from shared.programmes.models import DeskCalendar
from shared.written_files import WrittenFileError, mistakes_of, named, values_in


def read_calendar(path: Path) -> BusinessCalendar:
    """Return the calendar in a file with the fields of `calendar` in `desk.yaml`.

    Raises:
        CalendarError: The file can't be read or its hours can't be meant so; the text says which.
    """
    try:
        return DeskCalendar.model_validate(values_in(path)).business
    except ValidationError as error:
        mistakes = "; ".join(f"{named(place)}: {said}" for place, said in mistakes_of(error))
        message = f"{path}: {mistakes}"
        raise CalendarError(message) from None
    except WrittenFileError as error:
        raise CalendarError(str(error)) from error
