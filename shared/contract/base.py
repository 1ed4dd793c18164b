"""The building blocks of every event body: frozen models, exact money, aware times."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, get_args

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

Amount = Annotated[Decimal, Field(max_digits=14, decimal_places=2)]
"""Money in the currency named beside it, exact to the cent; a JSON string, never a float."""

ComputedAmount = Decimal
"""Money that the desk worked out itself: exact like `Amount`, without checking its digits again."""


def _in_utc(at: datetime) -> datetime:
    if not 1971 <= at.year <= 2199:
        raise ValueError("not between 1971 and 2199, as far as the desk's calendar reaches")
    return at.astimezone(UTC)


def _within_reach(day: date) -> date:
    if not 1900 <= day.year <= 2199:
        raise ValueError("not between 1900 and 2199")
    return day


Instant = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A point in time, always UTC; one without a zone or out of the calendar's reach is refused."""

Day = Annotated[date, AfterValidator(_within_reach)]
"""A day that periods can be counted from: years 1 and 9999 leave no room for that."""

Count = Annotated[int, Field(ge=1, le=2**31 - 1)]
"""What grows by one, within the range of a database's integer."""

Revision = Annotated[int, Field(ge=1, le=2**63 - 1)]
"""What somebody else counts, perhaps in milliseconds, within the range of a big integer."""

Identifier = Annotated[str, Field(min_length=1, max_length=64)]
ShortText = Annotated[str, Field(max_length=500)]
Text = Annotated[str, Field(max_length=100_000)]


class Body(BaseModel):
    """A value inside an event.

    Unknown fields are ignored: an added optional field is a compatible change, so a reader of
    yesterday must read the event of tomorrow.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", ser_json_inf_nan="strings")


class PersonalData(Body):
    """A value that tells something about a natural person.

    Kept in models of its own, so that a field with personal data is seen by its type: public
    events hold none (a test walks their models), logs never print one.
    """

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"

    __str__ = __repr__


def holds_personal_data(model: type[BaseModel]) -> bool:
    """Is personal data anywhere in the model?"""
    return any(issubclass(part, PersonalData) for part in _models_in(model))


def _models_in(annotation: Any) -> set[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        fields = (_models_in(field.annotation) for field in annotation.model_fields.values())
        return {annotation}.union(*fields)
    return set().union(*(_models_in(part) for part in get_args(annotation)))


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """A UTC instant, for examples and tables."""
    return datetime(year, month, day, hour, minute, tzinfo=UTC)
