"""Work for other departments: `departments.<name>.tasks.v1`, and what they answer.

A department gets what its task needs and nothing more: the client's name, address or account only
where the task is about just that.
"""

from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import Field

from shared.contract.base import (
    Amount,
    Body,
    ComputedAmount,
    Day,
    Identifier,
    Instant,
    PersonalData,
    ShortText,
    Text,
)


class Department(StrEnum):
    """Who else works on a client's behalf."""

    PAYMENTS = "payments"
    RENEWALS = "renewals"
    ACCOUNTS = "accounts"
    COMPLAINTS = "complaints"


class TaskKind(StrEnum):
    """What a department is asked to do."""

    PAY = "pay"
    TRACE_PAYMENT = "trace_payment"
    CONFIRM_ACCOUNT = "confirm_account"
    CHANGE_ACCOUNT_DATA = "change_account_data"
    RENEW = "renew"
    ANSWER_COMPLAINT = "answer_complaint"


TaskStatus = Literal[
    "requested", "accepted", "done", "refused", "question", "cancelled", "returned"
]
"""How far a task has come; `returned`: a payment that was done came back."""


class TaskDetails(PersonalData):
    """What a department needs for a task; only the fields that its kind is about are there."""

    client_id: Identifier | None = None
    name: ShortText = ""
    policy_number: Identifier | None = None
    iban: str | None = Field(default=None, max_length=34, description="Confirmed, without spaces.")
    unconfirmed_iban: str | None = Field(default=None, max_length=42)
    unconfirmed_address: ShortText | None = None
    unconfirmed_email: ShortText | None = None
    unconfirmed_phone_numbers: tuple[ShortText, ...] = ()
    valid_from: Day | None = Field(default=None, description="From when the new details hold.")
    words: Text = Field(default="", description="What it is about.")


class DepartmentTask(PersonalData):
    """A department task as the case file keeps it, with all that the department was told."""

    task_id: Identifier
    department: Department
    kind: TaskKind
    status: TaskStatus = "requested"
    requested_at: Instant
    due_on: date | None = Field(default=None, description="Until when an answer is expected.")
    amount: ComputedAmount | None = None
    reference: ShortText = Field(default="", description="What the client reads on the statement.")
    details: TaskDetails = TaskDetails()
    answer: ShortText = Field(default="", description="What the department said last.")
    answered_at: Instant | None = None


class DepartmentTaskRequested(Body):
    """`departments.task.requested.v1`: please do this; a repeat has the same task id."""

    task_id: Identifier
    case_id: Identifier
    department: Department
    kind: TaskKind
    requested_at: Instant
    due_on: date | None = None
    amount: Amount | None = Field(default=None, description="Of a payment.")
    currency: str = Field(default="EUR", min_length=3, max_length=3)
    reference: ShortText = Field(default="", description="What the client reads on the statement.")
    details: TaskDetails


class DepartmentTaskCancelled(Body):
    """`departments.task.cancelled.v1`: no longer wanted; a task that is done stays done."""

    task_id: Identifier
    case_id: Identifier
    department: Department
    cancelled_at: Instant
    reason: ShortText = ""


class DepartmentTaskAnswered(Body):
    """`departments.task.answered.v1`: what the department says of a task."""

    task_id: Identifier
    case_id: Identifier
    department: Department
    status: Literal["accepted", "done", "refused", "question", "returned"]
    reason: Identifier | None = Field(default=None, description="Why it was refused or returned.")
    words: ShortText = ""
    at: Instant
