"""A made-up case for previews and tests, in any programme: every notice can be written from it."""

from datetime import date, timedelta
from decimal import Decimal

from shared.contract.assessment import (
    ArithmeticStep,
    AssessedLine,
    Assessment,
    ChecklistItem,
    Recommendation,
)
from shared.contract.base import utc
from shared.contract.case_file import CaseClient, CaseFileUpdated, ConsequencesWarning
from shared.contract.cases import CaseKind, CaseState
from shared.contract.contacts import Channel, ClaimDetails, ClaimLine, Language
from shared.contract.decisions import Advance, DecidedLine, Decision, DecisionOutcome
from shared.contract.departments import Department, DepartmentTask, TaskKind
from shared.contract.facts import (
    AnswerReminded,
    ConsequencesWarned,
    NoticeKind,
    NoticeRequested,
    PassedOn,
)
from shared.contract.reference import PostalAddress
from shared.programmes import ProgrammeVersion

SAMPLE_DAY = date(2026, 11, 23)
_OPENED = utc(2026, 11, 20, 9, 15)
_CLAIMED = Decimal("480.00")
_COVERED = Decimal("430.00")
_APPROVED = {
    DecisionOutcome.APPROVE: _COVERED,
    DecisionOutcome.APPROVE_IN_PART: Decimal("400.00"),
    DecisionOutcome.DENY: Decimal("0.00"),
}
_WORDS = {
    Language.GERMAN: ("Erika Müller-Lüdenscheidt", "Sehr geehrte Frau Müller-Lüdenscheidt"),
    Language.ENGLISH: ("Erika Müller-Lüdenscheidt", "Dear Ms Müller-Lüdenscheidt"),
}
_SAID = {
    Language.GERMAN: (
        "Ihre Unterlagen lagen uns seit dem 2. November vor; das haben wir übersehen.\n"
        "Das tut uns leid. Wir haben den Vorgang vorgezogen."
    ),
    Language.ENGLISH: (
        "We had your documents since 2 November, and overlooked them.\n"
        "We are sorry. Your case now comes first."
    ),
}
"""What a person wrote, where a notice is nothing without it."""


def sample_case(
    programme: ProgrammeVersion,
    language: Language,
    outcome: DecisionOutcome = DecisionOutcome.APPROVE_IN_PART,
) -> CaseFileUpdated:
    """A claim with one line for the programme's first benefit, decided as given."""
    benefit, terms = next(iter(programme.benefits.items()))
    name, salutation = _WORDS[language]
    reasons = () if outcome is DecisionOutcome.APPROVE else ("amount_not_proven",)
    return CaseFileUpdated(
        case_id="C-7K3M-9PQR-Q",
        sequence=3,
        kind=CaseKind.CLAIM,
        state=CaseState.PARTLY_APPROVED,
        opened_at=_OPENED,
        updated_at=_OPENED,
        channel=Channel.EMAIL,
        language=language,
        programme=programme.code,
        programme_version=programme.version,
        policy_number="HH-2024-000123",
        client=CaseClient(
            client_id="client-1001",
            name=name,
            salutation=salutation,
            language=language,
            emails=("erika@client.example",),
            email_consent=True,
            postal_address=PostalAddress(lines=(name, "Lindenstraße 5", "10969 Berlin")),
        ),
        correspondents=("erika@client.example",),
        claim=ClaimDetails(
            policy_number="HH-2024-000123",
            date_of_loss=SAMPLE_DAY - timedelta(days=5),
            lines=(
                ClaimLine(
                    line_id=1,
                    description=terms.names.text(language),
                    benefit=benefit,
                    amount=_CLAIMED,
                ),
            ),
        ),
        assessment=Assessment(
            programme=programme.code,
            programme_version=programme.version,
            lines=(
                AssessedLine(
                    line_id=1,
                    benefit=benefit,
                    claimed=_CLAIMED,
                    covered=_COVERED,
                    steps=(ArithmeticStep(step="deductible", before=_CLAIMED, after=_COVERED),),
                ),
            ),
            claimed=_CLAIMED,
            covered=_COVERED,
            recommendation=Recommendation.APPROVE,
            straight_through=False,
        ),
        checklist=(ChecklistItem(item="document:invoice", line_id=1),),
        answer_by=SAMPLE_DAY + timedelta(days=14),
        facts=(
            PassedOn(contact_id="sample", body="housing_benefit", received_at=_OPENED, by="rita"),
            AnswerReminded(deadline=SAMPLE_DAY + timedelta(days=14)),
            ConsequencesWarned(deadline=SAMPLE_DAY + timedelta(days=21), by="rita"),
            *(
                NoticeRequested(notice_id=f"sample-{kind}", notice=kind, words=_SAID[language])
                for kind in (NoticeKind.COMPLAINT_ANSWERED, NoticeKind.REQUEST_ANSWERED)
            ),
        ),
        warning=ConsequencesWarning(
            law="SGB I §66(3)",
            warned_on=SAMPLE_DAY - timedelta(days=20),
            deadline=SAMPLE_DAY - timedelta(days=1),
            notice_id="sample-warning",
        ),
        tasks=(
            DepartmentTask(
                task_id="sample",
                department=Department.PAYMENTS,
                kind=TaskKind.PAY,
                status="done",
                requested_at=_OPENED,
                amount=_COVERED,
            ),
        ),
        advance=Advance(
            requested_on=SAMPLE_DAY, status="granted", amount=Decimal("200.00"), by="rita"
        ),
        decisions=(
            Decision(
                decision_id="sample",
                outcome=outcome,
                by="rita",
                at=_OPENED,
                reasons=reasons,
                lines=(DecidedLine(line_id=1, approved=_APPROVED[outcome]),),
                approved=_APPROVED[outcome],
                case_sequence=2,
            ),
        ),
    )
