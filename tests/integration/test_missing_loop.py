"""The loop of what is missing as it runs: review and escalation on a real broker, short clocks.

The test plays intake, policy administration and notify.
"""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from claimsdesk.topics import apply_topics
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseState
from shared.contract.catalogue import CASE_FILE
from shared.contract.contacts import ClaimDetails, ClaimLine, ContactReceived
from shared.contract.facts import NoticeKind, NoticeRequested
from shared.contract.public import NoticeStatus, NoticeStatusChanged
from shared.contract.reference import ClientChanged, PolicyChanged, PolicyVersion
from shared.programmes.loading import SHIPPED
from tests.support.escalation_desk import clock, write_rules
from tests.support.review_desk import a_claim, a_client, a_policy, client_id, review_program, send
from tests.support.service_program import ServiceProgram
from tests.support.topic_reader import TopicReader

CLOCKS = [
    # In place of the day that the client is told: seconds.
    {
        **clock(
            "client_answer", "PT3S", "PT1.5S", stops=["information_received", "answer_overdue"]
        ),
        "calendar": "always",
        "starts": [],
        "restarts": ["information_requested", "consequences_warned"],
        "escalates": False,
    },
]
SILENT_AT_AGENCY, SILENT_AT_INSURER, APPLIED = 1, 2, 3


def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "not in time"
        time.sleep(0.1)


def rules(folder: Path) -> dict[str, Path]:
    """The shipped programmes with these clocks, and an agency's own ones beside them."""
    desk = yaml.safe_load((SHIPPED / "desk.yaml").read_text(encoding="utf-8"))
    of_agency = [each for each in desk["clocks"] if each.get("only_for") == "agency"]
    written = write_rules(folder, [*CLOCKS, *of_agency])
    shutil.copy(SHIPPED / "heating-aid.yaml", folder)
    return written


def reference(number: int, programme: str) -> list[ClientChanged | PolicyChanged]:
    holder = a_client(number).model_copy(update={"confirmed_iban": "DE89370400440532013000"})
    policy = a_policy(number).model_copy(
        update={"programme": programme, "versions": (PolicyVersion(valid_from=date(2024, 1, 1)),)}
    )
    return [holder, policy]


def a_contact(number: int, benefit: str, *, with_invoice: bool) -> ContactReceived:
    contact = a_claim(number)
    line = ClaimLine(line_id=1, description="bill", benefit=benefit, amount=Decimal("120.00"))
    claim = ClaimDetails(
        policy_number=contact.claim.policy_number,
        date_of_loss=contact.claim.date_of_loss,
        description="what happened",
        lines=(line,),
    )
    documents = contact.documents if with_invoice else ()
    return contact.model_copy(update={"claim": claim, "documents": documents})


@pytest.fixture
def broker(own_kafka) -> str:
    bootstrap = own_kafka().bootstrap
    apply_topics(bootstrap)
    return bootstrap


@pytest.fixture
def case_files(broker: str) -> Iterator[TopicReader]:
    with closing(TopicReader(broker, CASE_FILE)) as reader:
        yield reader


def told(case_files: TopicReader, number: int) -> list[CaseFileUpdated]:
    bodies = [event.body for event in case_files.events]
    theirs = [body for body in bodies if body.sender_client_id == client_id(number)]
    return sorted(theirs, key=lambda body: body.sequence)


def in_short(files: list[CaseFileUpdated]) -> list[str]:
    return [
        fact.notice.value if isinstance(fact, NoticeRequested) else fact.fact
        for body in files
        for fact in body.facts
        if fact.fact not in {"opened", "assessed"}
    ]


@pytest.mark.timeout(120)
def test_who_does_not_answer_is_reminded_warned_and_then_a_person_has_the_case(
    broker: str, case_files: TopicReader, tmp_path: Path
):
    written = rules(tmp_path / "rules")
    services = [
        review_program(
            tmp_path / "review",
            broker,
            f"sqlite+aiosqlite:///{tmp_path}/review.db",
            programmes_dir=written["programmes_dir"],
        ),
        ServiceProgram(
            "escalation",
            tmp_path / "escalation",
            kafka=broker,
            database_url=f"sqlite+aiosqlite:///{tmp_path}/escalation.db",
            **written,
        ),
    ]
    escalation = services[1]
    try:
        for number, programme in (
            (SILENT_AT_AGENCY, "heating-aid"),
            (SILENT_AT_INSURER, "household"),
            (APPLIED, "heating-aid"),
        ):
            send(broker, reference(number, programme))
        for service in services:
            service.wait_until_ready()
        send(
            broker,
            [
                a_contact(SILENT_AT_AGENCY, "heating_costs", with_invoice=False),
                a_contact(SILENT_AT_INSURER, "glass", with_invoice=False),
                a_contact(APPLIED, "heating_costs", with_invoice=True),
            ],
        )
        a_sent_decision_opens_the_time_for_an_objection(broker, case_files, escalation)
        for number in (SILENT_AT_AGENCY, SILENT_AT_INSURER):
            until(lambda number=number: "answer_overdue" in in_short(told(case_files, number)))
        # Nothing follows by itself.
        time.sleep(1)
    finally:
        exit_codes = [service.stop() for service in services]
    assert exit_codes == [0, 0]
    agency, insurer = told(case_files, SILENT_AT_AGENCY), told(case_files, SILENT_AT_INSURER)
    asked = ["receipt", "information_requested", "information_request"]
    reminded = ["answer_reminded", "reminder"]
    assert in_short(agency) == [
        *asked,
        *reminded,
        "consequences_warned",
        "consequences_warning",
        *reminded,
        "answer_overdue",
    ]
    assert in_short(insurer) == [*asked, *reminded, "answer_overdue"]
    for files, law in ((agency, "SGB I §66(3)"), (insurer, "VVG §28(4)")):
        assert files[-1].state is CaseState.WAITING_FOR_PERSON
        assert files[-1].warning.law == law
        assert files[-1].decisions == ()


def a_sent_decision_opens_the_time_for_an_objection(
    broker: str, case_files: TopicReader, escalation: ServiceProgram
) -> None:
    until(lambda: len(told(case_files, APPLIED)) == 1)
    (approved,) = told(case_files, APPLIED)
    assert approved.state is CaseState.APPROVED
    (notice,) = [
        fact
        for fact in approved.facts
        if isinstance(fact, NoticeRequested) and fact.notice is NoticeKind.DECISION
    ]
    sent_at = datetime.now(UTC)
    sent = NoticeStatusChanged(
        notice_id=notice.notice_id,
        case_id=approved.case_id,
        kind=NoticeKind.DECISION,
        channel="letter",
        status=NoticeStatus.SENT,
        sequence=3,
        at=sent_at,
    )
    send(broker, [sent])

    def clocks() -> dict[str, dict]:
        path = f"/cases/{approved.case_id}/clocks"
        answer = escalation.call("GET", path, "auditor")
        return {each["kind"]: each for each in answer.json().get("clocks", ())}

    until(lambda: clocks().get("client_objection", {}).get("state") == "running")
    served = datetime.fromisoformat(clocks()["deemed_service"]["due_at"])
    assert timedelta(days=4) <= served - sent_at < timedelta(days=5)
    (run,) = clocks()["client_objection"]["runs"]
    assert "counts as served" in run["steps"][0]["text"]["en"]
    assert "gilt als bekannt gegeben" in run["steps"][0]["text"]["de"]
