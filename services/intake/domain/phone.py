"""The note of a telephone call, as a representative keys it in."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, Self

import phonenumbers
from pydantic import AfterValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from services.intake.domain.extraction import says_anything
from services.intake.domain.identify import Identified, KnownCase, Suspicion
from services.intake.domain.normalise import Circumstances
from services.intake.domain.stated import Name, Stated, StatedClaim, details_of
from shared.contract.contacts import (
    Channel,
    ContactReceived,
    ContactText,
    Evidence,
    IdentityCheck,
    Intent,
    Sender,
)

_HOME: Final = "DE"
"""Where a number without a country code is dialled."""

Question = Literal[
    "date_of_birth", "postal_address", "postcode", "policy_number", "last_claim", "bank_account"
]
"""What a caller can be asked to show who they are."""


def normalised_number(text: str) -> str | None:
    """A telephone number in the form of ITU-T E.164; None if nobody could dial it."""
    try:
        number = phonenumbers.parse(text, _HOME)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _dialable(text: str) -> str:
    number = normalised_number(text)
    if number is None:
        raise PydanticCustomError("phone_number", "no telephone number that can be called back")
    return number


PhoneNumber = Annotated[
    str,
    StringConstraints(strip_whitespace=True, pattern=r"^\+?[0-9 ()/.-]{3,30}$"),
    AfterValidator(_dialable),
]


class AskedQuestion(Stated):
    """One check question and how the caller did; the answer itself is never kept."""

    question: Question
    result: Literal["passed", "failed", "not_asked"]


class NoteDraft(StatedClaim):
    """A note that is still being keyed in: every field may be missing.

    Attributes:
        check_questions: What the caller was asked. Names alone are the short form: all of them had
            the outcome that `check_questions_passed` says.
        check_questions_passed: The verdict of who asked; follows from the questions if left out.
    """

    caller_name: Name | None = None
    call_back_number: PhoneNumber | None = None
    intent: Intent = Intent.CLAIM
    check_questions: tuple[AskedQuestion, ...] = Field(default=(), max_length=10)
    check_questions_passed: bool | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_short_form(cls, values: Any) -> Any:
        asked = values.get("check_questions") if isinstance(values, Mapping) else None
        if not isinstance(asked, list) or not all(isinstance(each, str) for each in asked):
            return values
        result = "passed" if values.get("check_questions_passed") is True else "failed"
        return {**values, "check_questions": [{"question": q, "result": result} for q in asked]}

    @property
    def caller_identified(self) -> bool:
        """Did the caller show who they are: something asked and passed, and nothing failed?"""
        results = {each.result for each in self.check_questions}
        passed = "passed" in results and "failed" not in results
        return passed and self.check_questions_passed is not False

    @property
    def claims_more_than_was_asked(self) -> bool:
        """Is the caller said to be identified without a passed question, or with a failed one?"""
        return self.check_questions_passed is True and not self.caller_identified

    @property
    def says_something(self) -> bool:
        """Is there anything to work on?"""
        return bool(self.text or self.lines)


class PhoneNote(NoteDraft):
    """One call: who called, what they want, and how their identity was checked."""

    caller_name: Name
    call_back_number: PhoneNumber

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.claims_more_than_was_asked:
            raise PydanticCustomError(
                "check_questions",
                "which check questions were passed? name at least one, none failed",
            )
        if not self.says_something:
            raise PydanticCustomError("no_content", "a note needs a text or at least one line")
        return self


def identify_caller(note: NoteDraft, case: KnownCase | None) -> Identified:
    """Whose a note is.

    Without passed check questions a caller is a stranger: their case number leads to the
    unidentified queue, their client number counts for nothing. With them, they are the client of
    the case that they name, or the client that they name.

    Args:
        note: The note.
        case: What is known of the case that it names.
    """
    if not note.caller_identified:
        if note.case_id is None:
            return Identified()
        return Identified(note.case_id, suspicion=Suspicion.CALLER_NOT_IDENTIFIED)
    owner = case.client_id if case else None
    if owner and note.client_id and owner != note.client_id:
        return Identified(note.case_id, note.client_id, Suspicion.UNKNOWN_SENDER)
    return Identified(note.case_id, note.client_id or owner)


def contact_of_note(
    note: PhoneNote, keyed_by: str, identified: Identified, around: Circumstances
) -> ContactReceived:
    """The contact that a telephone note is, exactly as it was keyed in."""
    claim = details_of(note)
    return ContactReceived(
        contact_id=around.contact_id,
        channel=Channel.PHONE,
        received_at=around.received_at,
        language=note.language,
        intent=note.intent,
        intent_evidence="keyed in",
        case_id=None if identified.suspicion else identified.case_id,
        client_id=identified.client_id,
        sender=Sender(
            name=note.caller_name,
            address=note.call_back_number,
            authenticated=note.caller_identified,
        ),
        words=ContactText(subject="", text=note.text),
        claim=claim if note.intent is Intent.CLAIM or says_anything(claim) else None,
        evidence=_named_client(note),
        documents=around.documents,
        keyed_by=keyed_by,
        needs_person=around.needs_person,
        identity_checks=tuple(
            IdentityCheck(question=each.question, result=each.result, asked_by=keyed_by)
            for each in note.check_questions
        ),
    )


def _named_client(note: NoteDraft) -> tuple[Evidence, ...]:
    """A client number that the caller gave and did not prove: a proposal for a person."""
    if note.client_id is None or note.caller_identified:
        return ()
    return (Evidence(field="client_id", source="note", quote=note.client_id, confidence=0.3),)
