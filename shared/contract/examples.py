"""One example of every event: read by people, by departments' tests and by ours."""

from datetime import date, timedelta
from decimal import Decimal

from shared.contract.assessment import (
    ArithmeticStep,
    AssessedLine,
    Assessment,
    ChecklistItem,
    Finding,
    FindingGroup,
    Recommendation,
    Severity,
)
from shared.contract.base import Body, utc
from shared.contract.case_file import CaseClient, CaseFileUpdated
from shared.contract.cases import CaseKind, CaseState
from shared.contract.contacts import (
    Channel,
    ClaimDetails,
    ClaimLine,
    ContactPassedOn,
    ContactReceived,
    ContactText,
    Document,
    DocumentKind,
    Evidence,
    Handover,
    Intent,
    Language,
    Sender,
)
from shared.contract.departments import (
    Department,
    DepartmentTaskAnswered,
    DepartmentTaskCancelled,
    DepartmentTaskRequested,
    TaskDetails,
    TaskKind,
)
from shared.contract.escalations import EscalationRaised
from shared.contract.facts import (
    Assessed,
    InformationRequested,
    NoticeKind,
    NoticeRequested,
    Opened,
)
from shared.contract.people import Absence, PersonChanged, SupervisorLevel, TeamChanged
from shared.contract.public import (
    CaseDecided,
    CaseOpened,
    CaseStateChanged,
    ClockBreached,
    ClockWarned,
    DeliveryReported,
    EscalationChanged,
    EscalationReason,
    NoticeStatus,
    NoticeStatusChanged,
)
from shared.contract.reference import ClientChanged, PolicyChanged, PolicyVersion, PostalAddress

_CASE = "C-7K3M-9PQR-D"
_CONTACT = "2f0c7f5e-8a44-8f0f-9d0a-6f5d0f0b7a11"
_NOTICE = "a3c0de00-1111-8222-9333-444455556666"
_TASK = "5d0e1f00-2222-8333-9444-555566667777"
_CLIENT = "client-1001"
_POLICY = "HH-2024-000123"
_RECEIVED = utc(2026, 11, 23, 9, 15)

_CLAIM = ClaimDetails(
    policy_number=_POLICY,
    date_of_loss=date(2026, 11, 20),
    description="Mein Fahrrad wurde aus dem Keller gestohlen.",
    lines=(
        ClaimLine(
            line_id=1,
            description="Fahrrad",
            benefit="bicycle_theft",
            amount=Decimal("450.00"),
            invoice_number="R-2024-77",
        ),
    ),
    stated_total=Decimal("450.00"),
)
_INVOICE = Document(
    document_id="0b8c2a7e-52f1-4d6c-9a53-3f0e9d1f7c20",
    kind=DocumentKind.INVOICE,
    media_type="application/pdf",
    size=18_230,
    sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
)
_ADDRESS = PostalAddress(lines=("Erika Müller", "Lindenstraße 5", "10969 Berlin"))

_EXAMPLES: tuple[Body, ...] = (
    ContactReceived(
        contact_id=_CONTACT,
        channel=Channel.EMAIL,
        received_at=_RECEIVED,
        language=Language.GERMAN,
        intent=Intent.CLAIM,
        intent_evidence="gestohlen",
        client_id=_CLIENT,
        sender=Sender(name="Erika Müller", address="erika@example.org", authenticated=True),
        words=ContactText(
            subject="Schadenmeldung", text="Mein Fahrrad wurde aus dem Keller gestohlen."
        ),
        claim=_CLAIM,
        evidence=(
            Evidence(
                field="policy_number", source="body", quote=_POLICY, confidence=0.99, value=_POLICY
            ),
        ),
        documents=(_INVOICE,),
    ),
    ContactPassedOn(
        contact_id=_CONTACT,
        received_at=_RECEIVED,
        handover=Handover(body="health_insurance", by="rita", at=utc(2026, 11, 23, 10)),
    ),
    CaseFileUpdated(
        case_id=_CASE,
        sequence=1,
        kind=CaseKind.CLAIM,
        state=CaseState.WAITING_FOR_CLIENT,
        opened_at=_RECEIVED,
        updated_at=_RECEIVED,
        channel=Channel.EMAIL,
        programme="household",
        programme_version="2026-01-01",
        policy_number=_POLICY,
        client=CaseClient(
            client_id=_CLIENT,
            name="Erika Müller",
            salutation="Sehr geehrte Frau Müller",
            emails=("erika@example.org",),
            email_consent=True,
            postal_address=_ADDRESS,
        ),
        correspondents=("erika@example.org",),
        claim=_CLAIM,
        contact_ids=(_CONTACT,),
        documents=(_INVOICE,),
        assessment=Assessment(
            programme="household",
            programme_version="2026-01-01",
            policy_revision=1,
            findings=(
                Finding(
                    code="required_document_missing",
                    group=FindingGroup.MISSING_INFORMATION,
                    severity=Severity.ASK,
                    line_id=1,
                    facts={"document": "police_report", "benefit": "bicycle_theft"},
                ),
            ),
            lines=(
                AssessedLine(
                    line_id=1,
                    benefit="bicycle_theft",
                    claimed=Decimal("450.00"),
                    covered=Decimal("400.00"),
                    steps=(
                        ArithmeticStep(
                            step="deductible", before=Decimal("450.00"), after=Decimal("400.00")
                        ),
                    ),
                ),
            ),
            claimed=Decimal("450.00"),
            covered=Decimal("400.00"),
            recommendation=Recommendation.ASK_CLIENT,
            straight_through=False,
        ),
        checklist=(ChecklistItem(item="document:police_report", line_id=1),),
        answer_by=date(2026, 12, 7),
        facts=(
            Opened(contact_id=_CONTACT),
            Assessed(),
            InformationRequested(deadline=date(2026, 12, 7)),
            NoticeRequested(notice_id=_NOTICE, notice=NoticeKind.INFORMATION_REQUEST),
        ),
    ),
    CaseOpened(
        case_id=_CASE,
        sequence=1,
        kind=CaseKind.CLAIM,
        programme="household",
        state=CaseState.WAITING_FOR_CLIENT,
        opened_at=_RECEIVED,
    ),
    CaseStateChanged(
        case_id=_CASE,
        sequence=2,
        kind=CaseKind.CLAIM,
        state=CaseState.WAITING_FOR_PERSON,
        changed_at=utc(2026, 11, 24, 8),
    ),
    CaseDecided(
        case_id=_CASE,
        sequence=3,
        kind=CaseKind.CLAIM,
        outcome="approved",
        decided_at=utc(2026, 11, 24, 8, 20),
    ),
    ClockWarned(case_id=_CASE, clock="first_response", run=1, due_at=utc(2026, 11, 24, 10)),
    ClockBreached(case_id=_CASE, clock="resolution", run=1, due_at=utc(2026, 12, 1, 17)),
    EscalationChanged(
        escalation_id="c9a1a6a0-7777-8888-9999-000011112222",
        case_id=_CASE,
        status="returned",
        reason=EscalationReason.OVERDUE,
        by="sven",
        instruction="Bitte den Kaufbeleg noch einmal prüfen.",
        at=utc(2026, 12, 1, 17, 30),
    ),
    EscalationRaised(
        escalation_id="c9a1a6a0-7777-8888-9999-000011112222",
        case_id=_CASE,
        reason=EscalationReason.OVERDUE,
        because="unattended",
        team="team-household",
        level=2,
        to="hanna",
        at=utc(2026, 12, 2, 9),
    ),
    NoticeStatusChanged(
        notice_id=_NOTICE,
        case_id=_CASE,
        kind=NoticeKind.INFORMATION_REQUEST,
        channel=Channel.EMAIL,
        status=NoticeStatus.SENT,
        sequence=2,
        posted_on=date(2026, 11, 23),
        at=utc(2026, 11, 23, 9, 16),
    ),
    DeliveryReported(
        notice_id=_NOTICE, status="bounced", code="5.1.1", reported_at=utc(2026, 11, 23, 9, 17)
    ),
    PolicyChanged(
        policy_number=_POLICY,
        programme="household",
        holder_client_id=_CLIENT,
        versions=(
            PolicyVersion(
                valid_from=date(2024, 3, 1),
                valid_to=date(2025, 12, 31),
                sum_insured=Decimal("50000.00"),
            ),
            PolicyVersion(valid_from=date(2026, 1, 1), sum_insured=Decimal("60000.00")),
        ),
        first_premium_paid_on=date(2024, 3, 4),
        revision=3,
    ),
    ClientChanged(
        client_id=_CLIENT,
        name="Erika Müller",
        salutation="Sehr geehrte Frau Müller",
        emails=("erika@example.org",),
        email_consent=True,
        phones=("+493012345678",),
        postal_address=_ADDRESS,
        date_of_birth=date(1980, 5, 17),
        revision=1,
    ),
    DepartmentTaskRequested(
        task_id=_TASK,
        case_id=_CASE,
        department=Department.PAYMENTS,
        kind=TaskKind.PAY,
        requested_at=utc(2026, 11, 24, 8, 20),
        due_on=date(2026, 12, 8),
        amount=Decimal("400.00"),
        reference=f"{_CASE} {_POLICY}",
        details=TaskDetails(
            client_id=_CLIENT,
            name="Erika Müller",
            policy_number=_POLICY,
            iban="DE02120300000000202051",
        ),
    ),
    DepartmentTaskCancelled(
        task_id=_TASK,
        case_id=_CASE,
        department=Department.PAYMENTS,
        cancelled_at=utc(2026, 11, 24, 9),
        reason="withdrawn",
    ),
    DepartmentTaskAnswered(
        task_id=_TASK,
        case_id=_CASE,
        department=Department.PAYMENTS,
        status="done",
        words="Überwiesen am 25.11.2026",
        at=utc(2026, 11, 25, 11),
    ),
    PersonChanged(
        person_id="sven",
        name="Sven Lindqvist",
        roles=("supervisor",),
        teams=("team-household",),
        authority={"household": Decimal("25000.00")},
        deputy="sofia",
        absences=(Absence(from_day=date(2026, 12, 21), until_day=date(2027, 1, 3)),),
        revision=4,
    ),
    TeamChanged(
        team_id="team-household",
        name="Hausrat",
        programmes=("household",),
        kinds=(CaseKind.CLAIM,),
        levels=(
            SupervisorLevel(supervisors=("sven", "sofia"), attend_within=timedelta(hours=2)),
            SupervisorLevel(supervisors=("hanna",)),
        ),
        revision=2,
    ),
)

EXAMPLES: dict[type[Body], Body] = {type(example): example for example in _EXAMPLES}
