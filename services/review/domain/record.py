"""The record of a decision: everything that its assessment saw, so that it can be replayed.

The claim, its documents and checklist, the findings, the arithmetic and the decision stand in the
case file as it was decided. The record holds the rest: the policy, its other claims, the hash of
the programme's terms, and whatever else the checks saw. It is written for every claim that is
approved straight through, so nothing is made or stored twice.
"""

import hashlib
from dataclasses import MISSING, dataclass, fields
from decimal import Decimal
from typing import Any, get_type_hints

import orjson
from pydantic import BaseModel, create_model

from services.review.domain.ledger import Ledger
from services.review.domain.subject import ClaimUnderReview
from shared.contract.case_file import CaseFileUpdated
from shared.contract.reference import PolicyChanged
from shared.programmes import ProgrammeVersion

_FORMAT = 1
_ELSEWHERE = frozenset({"claim", "policy", "programme", "past_claims", "documents", "client_id"})
"""What the checks see and the record holds in the case file or in a text of its own."""
_HINTS = get_type_hints(ClaimUnderReview)
_RECORDED = [
    field for field in fields(ClaimUnderReview) if field.init and field.name not in _ELSEWHERE
]
_OTHERS = tuple(field.name for field in _RECORDED)
_FIELDS: dict[str, Any] = {
    field.name: (_HINTS[field.name], ... if field.default is MISSING else field.default)
    for field in _RECORDED
}
# A field that is added to what the checks see is recorded without a change here; records that were
# written before have its default.
_Inputs: type[BaseModel] = create_model("_Inputs", **_FIELDS)


@dataclass(frozen=True, slots=True)
class Terms:
    """A programme version's terms, complete, by the hash of what they say."""

    version: ProgrammeVersion
    hash: str
    text: str


_terms: dict[int, Terms] = {}


def terms_of(version: ProgrammeVersion) -> Terms:
    """The terms of a version; made once for each object that is in use."""
    known = _terms.get(id(version))
    if known is None:
        text = version.model_dump_json(exclude_unset=True)
        known = Terms(version, hashlib.sha256(text.encode()).hexdigest(), text)
        _terms[id(version)] = known
    return known


def record_text(subject: ClaimUnderReview, ledger: Ledger | None) -> tuple[str, Terms | None]:
    """The record of a decision, and the terms that it rests on.

    Args:
        subject: What the checks saw.
        ledger: The policy's claims then.
    """
    terms = terms_of(subject.programme) if subject.programme else None
    others = {name: getattr(subject, name) for name in _OTHERS}
    inputs = orjson.dumps(others, default=_plain).decode()
    policy = subject.policy.model_dump_json(exclude_none=True) if subject.policy else "null"
    text = (
        f'{{"format":{_FORMAT},"terms":{_quoted(terms)},"inputs":{inputs},"policy":{policy},'
        f'"past_claims":{ledger.to_json() if ledger else "[]"}}}'
    )
    return text, terms


@dataclass(frozen=True, slots=True)
class Record:
    """A decision's record, read again.

    Attributes:
        case: The case file as it was decided; its assessment and its last decision are meant.
        terms: The hash of the terms; None when the programme was unknown.
        policy: The policy as it was known.
        ledger: The policy's claims as they were, this case's own too if it had been noted.
        inputs: What else the checks saw.
    """

    case: CaseFileUpdated
    terms: str | None
    policy: PolicyChanged | None
    ledger: Ledger
    inputs: dict[str, Any]

    def subject(self, programme: ProgrammeVersion | None) -> ClaimUnderReview:
        """What the checks saw, under these terms."""
        assert self.case.claim is not None
        return ClaimUnderReview(
            claim=self.case.claim,
            policy=self.policy,
            programme=programme,
            past_claims=self.ledger.others(self.case.case_id),
            documents=self.case.documents,
            client_id=self.case.sender_client_id,
            **self.inputs,
        )


def read_record(text: str, case: CaseFileUpdated) -> Record:
    """A stored record, beside the case file as it was decided."""
    parts = orjson.loads(text)
    policy = PolicyChanged.model_validate(parts["policy"]) if parts["policy"] else None
    return Record(
        case,
        parts["terms"],
        policy,
        Ledger.from_parsed(case.policy_number or "", parts["past_claims"]),
        dict(_Inputs.model_validate(parts["inputs"])),
    )


def _plain(value: object) -> object:
    """What JSON has no form for, as the model of the inputs reads it."""
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Decimal):
        return str(value)
    message = f"{type(value).__name__} can't be recorded"
    raise TypeError(message)


def _quoted(terms: Terms | None) -> str:
    return f'"{terms.hash}"' if terms else "null"
