"""The files of an assessment: a policy, a claim, and the other claims on the policy.

An author writes only what matters; the rest is an ordinary claim: all persons known, an account
confirmed, reported and assessed on the same day. `docs/programmes.md` shows every field.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from claimsdesk.errors import CommandError
from claimsdesk.policies import unknown_fields, way
from services.review.domain.subject import ClaimUnderReview, PastClaim, invoice_key
from shared.contract.base import Amount, Day
from shared.contract.contacts import Channel, ClaimDetails, Document, DocumentKind
from shared.contract.reference import PolicyChanged
from shared.plain_mistakes import meant, plain_mistakes
from shared.programmes import Programme, Programmes, ProgrammeVersion
from shared.programmes.loading import ProgrammeFile, load_programmes, read_desk
from shared.written_files import Mistake, Place, WrittenFile, WrittenFileError

_HOLDER: Final = "holder"
_ORDINARY_POLICY: Final = {"policy_number": "P-1", "holder_client_id": _HOLDER, "revision": 1}

_Model = TypeVar("_Model", bound=BaseModel)


def _document(written: object) -> object:
    return {"kind": written} if isinstance(written, str) else written


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class WrittenDocument(_Strict):
    """A document of a claim: its kind, and whether anybody can read it."""

    kind: DocumentKind
    readable: bool = True
    blocked: str | None = None


class WrittenSurroundings(_Strict):
    """What is known about a claim beside what the client says; it stands in the claim's file."""

    documents: tuple[Annotated[WrittenDocument, BeforeValidator(_document)], ...] = ()
    channel: Channel = Channel.EMAIL
    client_id: str | None = Field(default=None, description="Who wrote; the holder if absent.")
    reported_on: Day | None = Field(
        default=None, description="The day of the assessment if absent."
    )
    needs_person: str | None = None
    waived: frozenset[str] = frozenset()
    holder_name: str = ""
    holder_born_on: Day | None = None
    account_confirmed: bool = True
    account_of_others: bool = False


class WrittenPastClaim(_Strict):
    """Another claim on the policy."""

    case_id: str | None = None
    date_of_loss: Day | None = None
    benefits: dict[str, Amount] = Field(default={}, description="Net approved, by benefit.")
    invoice_numbers: frozenset[str] = frozenset()
    iban: str | None = None
    is_open: bool = False
    deductible: Amount = Decimal("0.00")


class WrittenHistory(_Strict):
    """The file of the other claims."""

    claims: tuple[WrittenPastClaim, ...]


def read_subject(
    programme: str,
    policy: Path,
    claim: Path,
    history: Path | None,
    *,
    today: date,
    directory: Path | None,
) -> ClaimUnderReview:
    """What the checks see of the claim in these files.

    Args:
        programme: A programme's file, or the code of one in use.
        policy: The policy's file.
        claim: The claim's file.
        history: The other claims on the policy, if there are any.
        today: The day of the assessment.
        directory: The desk's own programmes; None for the shipped ones.

    Raises:
        CommandError: A file can't be used; every mistake is named with its place.
    """
    try:
        programmes, code = _programmes(programme, directory)
        policy_file = WrittenFile(policy, purpose="a policy's file holds fields: `versions: […]`")
        claim_file = WrittenFile(claim, purpose="a claim's file holds fields: `lines: […]`")
        past = _past(history)
    except WrittenFileError as error:
        raise CommandError(str(error)) from error
    known, wrong = _policy(policy_file, code)
    details, surroundings, more = _claim(claim_file)
    if wrong or more or known is None or details is None or surroundings is None:
        raise CommandError("\n".join(dict.fromkeys(map(str, [*wrong, *more]))))
    terms = _terms(programmes, known, details, today)
    reported_on = surroundings.reported_on or today
    rest = surroundings.model_dump(exclude={"documents", "client_id", "reported_on"})
    return ClaimUnderReview(
        claim=details,
        policy=known,
        programme=terms,
        past_claims=[
            PastClaim(
                **{
                    **each.model_dump(),
                    "case_id": each.case_id or f"past-{number}",
                    "invoice_numbers": frozenset(map(invoice_key, each.invoice_numbers)),
                }
            )
            for number, each in enumerate(past, 1)
        ],
        documents=[_stored(each, number) for number, each in enumerate(surroundings.documents, 1)],
        client_id=surroundings.client_id or known.holder_client_id,
        reported_on=reported_on,
        filed_on=programmes.desk.calendar.business.in_time_since(reported_on),
        today=today,
        **rest,
    )


def _programmes(named: str, directory: Path | None) -> tuple[Programmes, str]:
    """The programmes to assess by, and the code of the one that is meant.

    Raises:
        CommandError: No programme in use has that code.
        ProgrammeError: Its file has mistakes.
    """
    path = Path(named)
    if path.suffix in {".yaml", ".yml", ".json"} or path.exists():
        if not path.is_file():
            message = f"{path} is not there"
            raise CommandError(message)
        desk = read_desk(path.parent)
        programme: Programme = ProgrammeFile(path, desk).programme
        return Programmes(desk, {programme.code: programme}), programme.code
    programmes = load_programmes(directory)
    if named not in programmes.by_code:
        message = f"no programme {named!r} in use; {meant(named, programmes.by_code)}"
        raise CommandError(message)
    return programmes, named


def _terms(
    programmes: Programmes, policy: PolicyChanged, claim: ClaimDetails, today: date
) -> ProgrammeVersion | None:
    return programmes.version_on(policy.programme, claim.date_of_loss or today)


def _policy(file: WrittenFile, code: str) -> tuple[PolicyChanged | None, list[Mistake]]:
    written = {**_ORDINARY_POLICY, "programme": code, **file.content}
    policy, wrong = built(file, (), written, PolicyChanged)
    if policy is not None and policy.programme != code:
        said = f"the policy is one of {policy.programme!r}, and not of {code!r}"
        wrong.append(file.mistake(("programme",), said))
    return policy, wrong


def _claim(
    file: WrittenFile,
) -> tuple[ClaimDetails | None, WrittenSurroundings | None, list[Mistake]]:
    details = {
        name: value for name, value in file.content.items() if name in ClaimDetails.model_fields
    }
    if isinstance(details.get("lines"), list):
        details["lines"] = [
            {"line_id": number, "description": "", **line} if isinstance(line, dict) else line
            for number, line in enumerate(details["lines"], 1)
        ]
    beside = {name: value for name, value in file.content.items() if name not in details}
    fields = {*ClaimDetails.model_fields, *WrittenSurroundings.model_fields}
    wrong = [
        file.mistake((name,), f"no such field; {meant(name, fields)}")
        for name in map(str, beside)
        if name not in fields
    ]
    beside = {name: value for name, value in beside.items() if name in fields}
    claim, of_claim = built(file, (), details, ClaimDetails)
    surroundings, of_rest = built(file, (), beside, WrittenSurroundings)
    return claim, surroundings, [*wrong, *of_claim, *of_rest]


def _past(path: Path | None) -> tuple[WrittenPastClaim, ...]:
    if path is None:
        return ()
    file = WrittenFile(path, purpose="a history's file holds `claims: […]`")
    history, wrong = built(file, (), file.content, WrittenHistory)
    if wrong or history is None:
        raise WrittenFileError(*wrong)
    return history.claims


def built(
    file: WrittenFile, place: Place, written: Mapping[str, Any], model: type[_Model]
) -> tuple[_Model | None, list[Mistake]]:
    """A model of something in a file, and every mistake in it, unknown fields too.

    Args:
        file: The file.
        place: Where in it.
        written: What it says there, perhaps completed.
        model: What it is.
    """
    try:
        value = model.model_validate(written)
    except ValidationError as error:
        return None, [
            file.mistake((*place, *where), said) for where, said in plain_mistakes(error, model)
        ]
    unknown = [
        file.mistake((*place, *way(field)), "no such field")
        for field in unknown_fields(written, value.model_dump())
    ]
    return value, unknown


def _stored(document: WrittenDocument, number: int) -> Document:
    return Document(
        document_id=f"document-{number}",
        kind=document.kind,
        media_type="application/pdf",
        size=1,
        sha256=f"{number:064d}",
        readable=document.readable,
        blocked=document.blocked,
    )
