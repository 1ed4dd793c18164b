"""Reads the desk's opening hours from a file of their own."""

from pathlib import Path

import yaml
from pydantic import ValidationError

from shared.calendar import BusinessCalendar
from shared.opening_hours import CalendarError
from shared.programmes.models import DeskCalendar


def read_calendar(path: Path) -> BusinessCalendar:
    """Return the calendar in a file with the fields of `calendar` in `desk.yaml`.

    Raises:
        CalendarError: The file can't be read or its hours can't be meant so; the text says which.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        return DeskCalendar.model_validate(content).business
    except ValidationError as error:
        mistakes = "; ".join(
            f"{'.'.join(map(str, mistake['loc'])) or 'file'}: {mistake['msg']}"
            for mistake in error.errors(include_url=False, include_input=False)
        )
        message = f"{path}: {mistakes}"
        raise CalendarError(message) from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        message = f"{path}: can't be read: {error}"
        raise CalendarError(message) from error
