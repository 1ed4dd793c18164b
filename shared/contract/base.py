"""The building blocks of every event body: frozen models, exact money, aware times."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, get_args

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

Amount = Annotated[Decimal, Field(max_digits=14, decimal_places=2)]
"""Money in the currency named beside it, exact to the cent; a JSON string, never a float."""

ComputedAmount = Decimal
"""Money that the desk worked out itself: exact like `Amount`, without checking its digits again."""

Instant = Annotated[AwareDatetime, AfterValidator(lambda at: at.astimezone(UTC))]
"""A point in time, always UTC; a time without a zone is refused."""

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
