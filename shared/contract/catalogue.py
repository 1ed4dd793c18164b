"""The topics' catalogue: which event travels where, who writes it, who reads it.

Adding an event is one model in a module beside this one, one `EventType` here, one example in
`examples.py`; `make contract` writes the schemas. What was released (`make release-contract`) may
only grow by optional fields: `make check` refuses anything else and names who reads it.
"""

from dataclasses import dataclass
from enum import StrEnum

from shared.contract.base import Body, holds_personal_data
from shared.contract.case_file import CaseFileUpdated
from shared.contract.contacts import ContactPassedOn, ContactReceived
from shared.contract.departments import (
    Department,
    DepartmentTaskAnswered,
    DepartmentTaskCancelled,
    DepartmentTaskRequested,
)
from shared.contract.escalations import EscalationRaised
from shared.contract.people import PersonChanged, TeamChanged
from shared.contract.public import (
    CaseDecided,
    CaseOpened,
    CaseStateChanged,
    ClockBreached,
    ClockWarned,
    DeliveryReported,
    EscalationChanged,
    NoticeStatusChanged,
)
from shared.contract.reference import ClientChanged, PolicyChanged


class Audience(StrEnum):
    """Who may read a topic; access rights work per topic, not per event."""

    INTERNAL = "internal"
    DEPARTMENT = "department"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class EventType:
    """One kind of event: its CloudEvents type, its body, and which of its fields is the key."""

    name: str
    body: type[Body]
    key_field: str

    @property
    def personal_data(self) -> bool:
        """Does the event tell something about a person?"""
        return holds_personal_data(self.body)

    def key(self, body: Body) -> str:
        """The record's key: events with the same key stay in order."""
        return str(getattr(body, self.key_field))


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic: owner, readers, audience and what operations configure.

    `retention_days` of None keeps the topic compacted: the last record of every key stays. A topic
    of a `department` holds that department's events of a type that all departments have.
    """

    name: str
    owner: str
    readers: tuple[str, ...]
    audience: Audience
    events: tuple[EventType, ...]
    retention_days: int | None
    partitions: int = 8
    department: Department | None = None

    @property
    def compacted(self) -> bool:
        """Does the topic keep the last record of every key for ever?"""
        return self.retention_days is None

    @property
    def dead_letters(self) -> str:
        """Name of the topic for records of this one that a reader could not handle."""
        return f"{self.name}.dlt"


CONTACT_RECEIVED = EventType("claims.contact.received.v1", ContactReceived, "contact_id")
CONTACT_PASSED_ON = EventType("claims.contact.passed-on.v1", ContactPassedOn, "contact_id")
CASE_FILE_UPDATED = EventType("claims.case-file.updated.v1", CaseFileUpdated, "case_id")
CASE_OPENED = EventType("claims.case.opened.v1", CaseOpened, "case_id")
CASE_STATE_CHANGED = EventType("claims.case.state-changed.v1", CaseStateChanged, "case_id")
CASE_DECIDED = EventType("claims.case.decided.v1", CaseDecided, "case_id")
CLOCK_WARNED = EventType("claims.clock.warned.v1", ClockWarned, "case_id")
CLOCK_BREACHED = EventType("claims.clock.breached.v1", ClockBreached, "case_id")
ESCALATION_CHANGED = EventType("claims.escalation.changed.v1", EscalationChanged, "case_id")
ESCALATION_RAISED = EventType("claims.escalation.raised.v1", EscalationRaised, "case_id")
NOTICE_STATUS_CHANGED = EventType("claims.notice.status-changed.v1", NoticeStatusChanged, "case_id")
DELIVERY_REPORTED = EventType("claims.delivery.reported.v1", DeliveryReported, "notice_id")
TASK_REQUESTED = EventType("departments.task.requested.v1", DepartmentTaskRequested, "case_id")
TASK_CANCELLED = EventType("departments.task.cancelled.v1", DepartmentTaskCancelled, "case_id")
TASK_ANSWERED = EventType("departments.task.answered.v1", DepartmentTaskAnswered, "case_id")
POLICY_CHANGED = EventType("reference.policy.changed.v1", PolicyChanged, "policy_number")
CLIENT_CHANGED = EventType("reference.client.changed.v1", ClientChanged, "client_id")
PERSON_CHANGED = EventType("reference.person.changed.v1", PersonChanged, "person_id")
TEAM_CHANGED = EventType("reference.team.changed.v1", TeamChanged, "team_id")

CONTACTS = Topic(
    "claims.contacts.v1",
    owner="intake",
    readers=("review",),
    audience=Audience.INTERNAL,
    events=(CONTACT_RECEIVED, CONTACT_PASSED_ON),
    retention_days=30,
)
CASE_FILE = Topic(
    "claims.case-file.v1",
    owner="review",
    readers=("intake", "escalation", "notify"),
    audience=Audience.INTERNAL,
    events=(CASE_FILE_UPDATED,),
    retention_days=90,
)
CASES = Topic(
    "claims.cases.v1",
    owner="review",
    readers=(),
    audience=Audience.PUBLIC,
    events=(CASE_OPENED, CASE_STATE_CHANGED, CASE_DECIDED),
    retention_days=90,
)
CLOCKS = Topic(
    "claims.clocks.v1",
    owner="escalation",
    readers=("review",),
    audience=Audience.INTERNAL,
    events=(CLOCK_WARNED, CLOCK_BREACHED, ESCALATION_CHANGED, ESCALATION_RAISED),
    retention_days=90,
)
NOTICES = Topic(
    "claims.notices.v1",
    owner="notify",
    readers=("intake", "escalation"),
    audience=Audience.PUBLIC,
    events=(NOTICE_STATUS_CHANGED,),
    retention_days=90,
)
DELIVERY_REPORTS = Topic(
    "claims.delivery-reports.v1",
    owner="intake",
    readers=("notify",),
    audience=Audience.INTERNAL,
    events=(DELIVERY_REPORTED,),
    retention_days=30,
)
POLICIES = Topic(
    "reference.policies.v1",
    owner="policy administration",
    readers=("intake", "review"),
    audience=Audience.INTERNAL,
    events=(POLICY_CHANGED,),
    retention_days=None,
)
CLIENTS = Topic(
    "reference.clients.v1",
    owner="policy administration",
    readers=("intake", "review"),
    audience=Audience.INTERNAL,
    events=(CLIENT_CHANGED,),
    retention_days=None,
)
PEOPLE = Topic(
    "reference.people.v1",
    owner="people administration",
    readers=("escalation", "review"),
    audience=Audience.INTERNAL,
    events=(PERSON_CHANGED, TEAM_CHANGED),
    retention_days=None,
)


TASKS: dict[Department, Topic] = {
    department: Topic(
        f"departments.{department}.tasks.v1",
        owner="review",
        readers=(department.value,),
        audience=Audience.DEPARTMENT,
        events=(TASK_REQUESTED, TASK_CANCELLED),
        retention_days=90,
        department=department,
    )
    for department in Department
}
ANSWERS: dict[Department, Topic] = {
    department: Topic(
        f"departments.{department}.answers.v1",
        owner=department.value,
        readers=("review",),
        audience=Audience.DEPARTMENT,
        events=(TASK_ANSWERED,),
        retention_days=90,
        department=department,
    )
    for department in Department
}

TOPICS: tuple[Topic, ...] = (
    CONTACTS,
    CASE_FILE,
    CASES,
    CLOCKS,
    NOTICES,
    DELIVERY_REPORTS,
    POLICIES,
    CLIENTS,
    PEOPLE,
    *TASKS.values(),
    *ANSWERS.values(),
)

EVENT_TYPES: dict[str, EventType] = {
    event.name: event for topic in TOPICS for event in topic.events
}
TOPICS_OF: dict[str, tuple[Topic, ...]] = {
    name: tuple(topic for topic in TOPICS if event in topic.events)
    for name, event in EVENT_TYPES.items()
}
TYPE_OF_BODY: dict[type[Body], EventType] = {event.body: event for event in EVENT_TYPES.values()}


def topic_for(body: Body) -> Topic:
    """Where an event travels: the topic of its type, or its department's one of them."""
    first, *others = TOPICS_OF[TYPE_OF_BODY[type(body)].name]
    if not others:
        return first
    department: Department = getattr(body, "department")  # noqa: B009
    return next(topic for topic in (first, *others) if topic.department is department)
