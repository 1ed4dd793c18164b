"""The public topics and the internal ones between desk services: cases, notices, clocks.

`claims.cases.v1` and `claims.notices.v1` are read by any department: ids, states and coarse
outcomes only, nothing personal.
"""

from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import Field

from shared.contract.base import Body, Count, Day, Identifier, Instant, ShortText
from shared.contract.cases import CaseKind, CaseState
from shared.contract.contacts import Channel
from shared.contract.facts import NoticeKind


class CaseOpened(Body):
    """`claims.case.opened.v1`: a case exists."""

    case_id: Identifier
    sequence: Count
    kind: CaseKind
    programme: Identifier | None = None
    state: CaseState
    opened_at: Instant


class CaseStateChanged(Body):
    """`claims.case.state-changed.v1`: whom the case waits for changed."""

    case_id: Identifier
    sequence: Count
    kind: CaseKind
    state: CaseState
    changed_at: Instant


class CaseDecided(Body):
    """`claims.case.decided.v1`: the case was approved, approved in part or denied."""

    case_id: Identifier
    sequence: Count
    kind: CaseKind
    outcome: Literal["approved", "partly_approved", "denied"]
    decided_at: Instant


class ClockWarned(Body):
    """`claims.clock.warned.v1`: a time limit comes near."""

    case_id: Identifier
    clock: Identifier = Field(description="Its kind, as the programme's data call it.")
    run: Count = Field(description="Counts restarts of this clock on this case.")
    due_at: Instant
    deadline: Day | None = Field(
        default=None, description="The day that the client or a department was told, if any."
    )


class ClockBreached(Body):
    """`claims.clock.breached.v1`: a time limit has passed."""

    case_id: Identifier
    clock: Identifier = Field(description="Its kind, as the programme's data call it.")
    run: Count
    due_at: Instant
    deadline: Day | None = Field(
        default=None, description="The day that the client or a department was told, if any."
    )


class EscalationReason(StrEnum):
    """Why a case is before a supervisor."""

    OVERDUE = "overdue"
    BY_HAND = "by_hand"
    OVER_AUTHORITY = "over_authority"


class EscalationChanged(Body):
    """`claims.escalation.changed.v1`: an escalation was opened, accepted, returned or closed."""

    escalation_id: Identifier
    case_id: Identifier
    status: Literal["opened", "accepted", "returned", "closed"]
    reason: EscalationReason
    by: Identifier | None = Field(default=None, description="The supervisor who acted.")
    instruction: ShortText = ""
    at: Instant


class NoticeStatus(StrEnum):
    """How far a notice has come.

    `uncertain`: the process ended between handing it to the mail server and noting that; a
    person decides, it is never sent again silently.
    """

    CREATED = "created"
    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    RETURNED = "returned"
    FAILED = "failed"
    UNCERTAIN = "uncertain"


class NoticeStatusChanged(Body):
    """`claims.notice.status-changed.v1`: kind, channel and status; no address, no text."""

    notice_id: Identifier
    case_id: Identifier
    kind: NoticeKind
    channel: Channel
    status: NoticeStatus
    sequence: Count = Field(description="Grows by one with every status of this notice.")
    held_because: Identifier | None = Field(
        default=None,
        description="Why a created notice waits for a person to release it: 'answers_per_day'.",
    )
    posted_on: date | None = Field(
        default=None,
        description="Once sent: the day of posting, or of the email's dispatch; deemed service"
        " counts from it (SGB X §37(2)).",
    )
    at: Instant


class DeliveryReported(Body):
    """`claims.delivery.reported.v1`: what a mail server said about a notice, read by intake."""

    notice_id: Identifier
    status: Literal["bounced", "delivered"]
    code: ShortText = Field(default="", description="RFC 3463 enhanced status code.")
    reported_at: Instant
