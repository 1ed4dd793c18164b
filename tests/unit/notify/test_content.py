"""What a notice says: the facts, and what a stranger is not told."""

from dataclasses import fields
from decimal import Decimal

import pytest

from services.notify.adapters.templates import Templates
from services.notify.domain.content import NoticeFacts, facts_of
from services.notify.domain.samples import SAMPLE_DAY
from services.notify.domain.words import ContentMissing
from shared.contract.assessment import ArithmeticStep, AssessedLine, ChecklistItem
from shared.contract.base import utc
from shared.contract.case_file import CaseFileUpdated
from shared.contract.contacts import ClaimDetails, ClaimLine, Language
from shared.contract.decisions import DecidedLine, DecisionOutcome
from shared.contract.facts import NoticeKind, PassedOn
from tests.support.notify_desk import PROGRAMMES, a_case, with_client

WORDS = Templates().words
NB = "\N{NO-BREAK SPACE}"


def facts(
    case: CaseFileUpdated, kind: NoticeKind, language: Language = Language.GERMAN
) -> NoticeFacts:
    version = PROGRAMMES.version_on(case.programme or "", SAMPLE_DAY)
    return facts_of(case, kind, version, PROGRAMMES.desk, WORDS[language])


def two_lines(
    *, approved: tuple[str, ...], approved_total: str = "", **fields: object
) -> CaseFileUpdated:
    """Two lines, the deductible of 50 shared out, decided as given."""

    def line(number: int, claimed: str, *left: str) -> AssessedLine:
        amounts = [Decimal(claimed), *map(Decimal, left)]
        names = ("limit_per_claim", "deductible")
        steps = tuple(
            ArithmeticStep(step=name, before=before, after=after)
            for name, before, after in zip(names, amounts, amounts[1:], strict=False)
        )
        return AssessedLine(line_id=number, claimed=amounts[0], covered=amounts[-1], steps=steps)

    case = a_case()
    assert case.assessment
    lines = (line(1, "1600.00", "1500.00", "1462.50"), line(2, "500.00", "500.00", "487.50"))
    decided = tuple(
        DecidedLine(line_id=number, approved=Decimal(amount))
        for number, amount in enumerate(approved, 1)
    )
    total = Decimal(approved_total or sum(line.approved for line in decided))
    decision = case.decisions[0].model_copy(update={"lines": decided, "approved": total, **fields})
    claim = ClaimDetails(
        lines=(
            ClaimLine(line_id=1, description="Fahrrad", benefit="bicycle_theft"),
            ClaimLine(line_id=2, description="", benefit="glass"),
        )
    )
    return case.model_copy(
        update={
            "assessment": case.assessment.model_copy(update={"lines": lines}),
            "decisions": (decision,),
            "claim": claim,
        }
    )


def test_the_arithmetic_is_written_out_line_by_line():
    amounts = facts(two_lines(approved=("1462.50", "487.50")), NoticeKind.DECISION).amounts
    assert amounts
    bicycle, glass = amounts.rows
    assert bicycle.label == "Fahrrad"
    assert bicycle.claimed == f"1.600,00{NB}€"
    assert bicycle.steps == (
        ("Höchstbetrag je Schaden", f"−100,00{NB}€"),
        ("Selbstbeteiligung", f"−37,50{NB}€"),
    )
    assert bicycle.approved == f"1.462,50{NB}€"
    assert glass.label == "Glasbruch"
    assert glass.steps == (("Selbstbeteiligung", f"−12,50{NB}€"),)
    assert (amounts.total.claimed, amounts.total.approved) == (f"2.100,00{NB}€", f"1.950,00{NB}€")


def test_another_amount_than_the_assessments_is_a_step_of_its_own():
    amounts = facts(two_lines(approved=("1000.00", "500.00")), NoticeKind.DECISION).amounts
    assert amounts
    assert amounts.rows[0].steps[-1] == (WORDS[Language.GERMAN].adjusted, f"−462,50{NB}€")
    assert amounts.rows[1].steps[-1] == (WORDS[Language.GERMAN].adjusted, f"12,50{NB}€")


def test_a_denial_that_names_no_lines_pays_none_of_them():
    denied = two_lines(approved=(), approved_total="0.00", outcome=DecisionOutcome.DENY)
    amounts = facts(denied, NoticeKind.DECISION).amounts
    assert amounts
    assert [row.approved for row in amounts.rows] == [f"0,00{NB}€"] * 2


def test_an_approval_that_names_no_lines_pays_what_was_assessed():
    approved = two_lines(approved=(), approved_total="1950.00")
    amounts = facts(approved, NoticeKind.DECISION).amounts
    assert amounts
    assert [row.approved for row in amounts.rows] == [f"1.462,50{NB}€", f"487,50{NB}€"]


def test_lines_that_do_not_add_up_are_not_shown():
    odd = two_lines(approved=("1000.00", "500.00"), approved_total="1500.01")
    with pytest.raises(ContentMissing, match="do not add up"):
        facts(odd, NoticeKind.DECISION)


def test_the_last_decision_that_is_no_escalation_is_told():
    case = a_case(outcome=DecisionOutcome.DENY)
    escalation = case.decisions[0].model_copy(update={"outcome": DecisionOutcome.ESCALATE})
    told = facts(
        case.model_copy(update={"decisions": (*case.decisions, escalation)}), NoticeKind.DECISION
    )
    assert told.outcome is DecisionOutcome.DENY
    assert told.reasons == (PROGRAMMES.desk.reason_text("amount_not_proven", Language.GERMAN),)


def test_the_checklist_names_open_items_once_in_the_clients_language():
    items = (
        ChecklistItem(item="document:invoice"),
        ChecklistItem(item="amount", line_id=1),
        ChecklistItem(item="document:police_report", status="arrived"),
        ChecklistItem(item="date_of_loss", status="waived"),
        ChecklistItem(item="document:invoice"),
    )
    asked = facts(a_case(checklist=items), NoticeKind.INFORMATION_REQUEST, Language.ENGLISH)
    label = PROGRAMMES.version_on("household", SAMPLE_DAY).benefits["bicycle_theft"].names.de
    assert asked.items == ("the invoice or proof of purchase", f"the amount of each item ({label})")
    assert asked.answer_by == f"7{NB}December{NB}2026"


def test_a_stranger_learns_nothing_about_the_policy():
    case = a_case(client=None)
    known = {
        facts(a_case(), NoticeKind.INFORMATION_REQUEST).policy_number,
        facts(a_case(), NoticeKind.INFORMATION_REQUEST).programme,
        facts(a_case(), NoticeKind.INFORMATION_REQUEST).date_of_loss,
        "Fahrraddiebstahl",
        "Erika",
    }
    for kind in (NoticeKind.RECEIPT, NoticeKind.INFORMATION_REQUEST):
        told = facts(case, kind)
        text = " ".join(str(getattr(told, field.name)) for field in fields(told))
        assert not [secret for secret in known if secret in text]
        assert told.salutation == "Sehr geehrte Damen und Herren,"
        assert told.amounts is None


@pytest.mark.parametrize(
    ("salutation", "line"),
    [
        ("", "Sehr geehrte Damen und Herren,"),
        ("Sehr geehrte Frau Dr. Öz", "Sehr geehrte Frau Dr. Öz,"),
        ("Sehr geehrter Herr X, ", "Sehr geehrter Herr X,"),
        ("Hallo\nBcc: x", "Hallo Bcc: x,"),
    ],
)
def test_salutations(salutation: str, line: str):
    assert (
        facts(with_client(a_case(), salutation=salutation), NoticeKind.RECEIPT).salutation == line
    )


@pytest.mark.parametrize(
    ("case", "kind", "why"),
    [
        (a_case(answer_by=None), NoticeKind.INFORMATION_REQUEST, "day until which"),
        (a_case(checklist=()), NoticeKind.INFORMATION_REQUEST, "at least one open item"),
        (
            a_case(checklist=(ChecklistItem(item="a_new_item"),)),
            NoticeKind.INFORMATION_REQUEST,
            "'a_new_item'",
        ),
        (a_case(decisions=()), NoticeKind.DECISION, "needs a decision"),
        (a_case(reasons=("a_new_reason",)), NoticeKind.DECISION, "'a_new_reason'"),
    ],
)
def test_what_cannot_be_said_is_refused(case: CaseFileUpdated, kind: NoticeKind, why: str):
    with pytest.raises(ContentMissing, match=why):
        facts(case, kind)


def test_a_new_step_of_the_arithmetic_is_not_shown_without_a_name():
    case = two_lines(approved=())
    assert case.assessment
    steps = (ArithmeticStep(step="new_step", before=Decimal(2), after=Decimal(1)),)
    line = case.assessment.lines[0].model_copy(update={"steps": steps})
    odd = case.assessment.model_copy(update={"lines": (line,)})
    with pytest.raises(ContentMissing, match="'new_step'"):
        facts(case.model_copy(update={"assessment": odd}), NoticeKind.DECISION)


def test_a_long_description_is_cut_in_the_table():
    claim = ClaimDetails(lines=(ClaimLine(line_id=1, description="sehr " * 90),))
    amounts = facts(a_case(claim=claim), NoticeKind.DECISION).amounts
    assert amounts
    assert len(amounts.rows[0].label) <= 120
    assert amounts.rows[0].label.endswith("sehr…")


def passed_on(body: str) -> CaseFileUpdated:
    fact = PassedOn(
        contact_id="contact-2", body=body, received_at=utc(2026, 3, 31, 22, 30), by="rita"
    )
    return a_case(opened_at=utc(2026, 1, 2), facts=(fact,))


def test_who_was_passed_on_reads_to_whom_and_which_day_counts():
    told = facts(passed_on("housing_benefit"), NoticeKind.PASSED_ON)
    assert told.passed_on_to == "die Wohngeldstelle Musterstadt"
    # Half past ten in the evening, UTC: at the desk it is the next day already.
    assert told.received_on == f"1.{NB}April{NB}2026"


@pytest.mark.parametrize(
    ("case", "why"),
    [(a_case(facts=()), "nothing was passed on"), (passed_on("ufo_office"), "'ufo_office'")],
)
def test_a_handover_to_nobody_is_refused(case: CaseFileUpdated, why: str):
    with pytest.raises(ContentMissing, match=why):
        facts(case, NoticeKind.PASSED_ON)
