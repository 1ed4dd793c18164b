"""Notify as it runs: a process, a real broker, a real mail server, killed while it sends."""

import json
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from confluent_kafka import Producer

from claimsdesk.topics import apply_topics
from deploy.local.mail import MailServer
from shared.contract.base import Body
from shared.contract.case_file import CaseFileUpdated
from shared.contract.catalogue import NOTICES
from shared.contract.facts import NoticeKind
from shared.contract.public import DeliveryReported, NoticeStatus, NoticeStatusChanged
from shared.ids import derived_case_id
from shared.message_ids import notice_id_of
from shared.messaging.envelope import encode
from tests.support.notify_desk import (
    NOTICE_KEY,
    a_case,
    requesting,
    with_client,
    without_email,
)
from tests.support.service_program import ServiceProgram
from tests.support.topic_reader import TopicReader

DONE = {NoticeStatus.SENT, NoticeStatus.UNCERTAIN, NoticeStatus.FAILED}


@pytest.fixture
def broker(own_kafka) -> str:
    bootstrap = own_kafka().bootstrap
    apply_topics(bootstrap)
    return bootstrap


@pytest.fixture
def mail(tmp_path: Path) -> Iterator[MailServer]:
    server = MailServer(tmp_path / "mail")
    server.start()
    try:
        yield server
    finally:
        server.kill()


class Notify(ServiceProgram):
    """A running notify service, and its HTTP side."""

    def __init__(self, folder: Path, bootstrap: str, database_url: str, smtp_port: int) -> None:
        self.spool = folder / "spool"
        super().__init__(
            "notify",
            folder,
            kafka=bootstrap,
            database_url=database_url,
            smtp_host="127.0.0.1",
            smtp_port=smtp_port,
            spool_dir=self.spool,
            desk_address="claims@claimsdesk.example",
            notice_key=NOTICE_KEY,
            answers_per_day=1000,
            print_close_after="PT0S",
            print_posting="hand_over",
        )


class Published(TopicReader):
    """What notify has published, per notice."""

    def __init__(self, bootstrap: str) -> None:
        super().__init__(bootstrap, NOTICES)

    def read(self) -> dict[str, list[NoticeStatusChanged]]:
        bodies: dict[str, list[NoticeStatusChanged]] = defaultdict(list)
        for event in self.events:
            assert isinstance(event.body, NoticeStatusChanged)
            bodies[event.body.notice_id].append(event.body)
        return bodies

    def of(self, notice_id: str) -> list[str]:
        return [f"{body.channel} {body.status}" for body in self.read()[notice_id]]


def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "not in time"
        time.sleep(0.1)


def publish(bootstrap: str, *bodies: Body) -> None:
    producer = Producer({"bootstrap.servers": bootstrap, "enable.idempotence": True})
    for body in bodies:
        at = body.updated_at if isinstance(body, CaseFileUpdated) else body.reported_at
        record = encode(body, source="test", cause="1", at=at)
        producer.produce(
            record.topic, key=record.key, value=record.value, headers=list(record.headers)
        )
    assert producer.flush(20) == 0


def mails_by_notice(server: MailServer, address: str) -> Counter[str]:
    with server.mailbox(address) as mailbox:
        ids = [notice_id_of(m.headers["message-id"][0], NOTICE_KEY) for m in mailbox.fetch()]
    assert None not in ids
    return Counter(notice_id for notice_id in ids if notice_id)


def test_from_a_case_file_to_mailbox_spool_and_status(
    broker: str, mail: MailServer, database_url: str, tmp_path: Path
):
    by_mail, (receipt, decision) = requesting(
        a_case(case_id=derived_case_id("1")), NoticeKind.RECEIPT, NoticeKind.DECISION
    )
    by_letter, (letter,) = requesting(
        without_email(a_case(case_id=derived_case_id("2"))), NoticeKind.INFORMATION_REQUEST
    )
    service = Notify(tmp_path / "service", broker, database_url, mail.smtp_port)
    with Published(broker) as published:
        try:
            service.wait_until_ready()
            publish(broker, by_mail, by_letter)
            until(lambda: published.of(letter)[-1:] == ["letter sent"])
            until(lambda: published.of(decision)[-1:] == ["email sent"])
            until(lambda: published.of(receipt)[-1:] == ["email sent"])
            assert mails_by_notice(mail, "erika@client.example") == {receipt: 1, decision: 1}
            bounced_into_a_letter(service, broker, published, decision)
            shown_over_http(service, by_mail.case_id, decision, letter)
        finally:
            exit_code = service.stop()
    assert exit_code == 0


def bounced_into_a_letter(
    service: Notify, broker: str, published: Published, notice_id: str
) -> None:
    at = a_case().updated_at
    report = DeliveryReported(notice_id=notice_id, status="bounced", code="5.1.1", reported_at=at)
    publish(broker, report, report)
    until(lambda: published.of(notice_id)[-1:] == ["letter sent"])
    assert published.of(notice_id) == [
        "email queued",
        "email sent",
        "email bounced",
        "letter queued",
        "letter sent",
    ]
    assert len(list(service.spool.glob(f"*/{notice_id}.pdf"))) == 1


def shown_over_http(service: Notify, case_id: str, decision: str, letter: str) -> None:
    assert service.call("GET", f"/notices?case_id={case_id}").status_code == 401
    assert service.call("GET", f"/notices/{letter}", "department").status_code == 403
    listed = service.call("GET", f"/notices?case_id={case_id}", "auditor").json()
    assert {(n["kind"], n["channel"], n["status"]) for n in listed} == {
        ("receipt", "email", "sent"),
        ("decision", "letter", "sent"),
    }
    shown = service.call("GET", f"/notices/{decision}", "representative").json()
    assert [step["status"] for step in shown["steps"]] == [
        "queued",
        "sent",
        "bounced",
        "queued",
        "sent",
    ]
    assert "Erika" not in json.dumps([*listed, shown])
    receipt = next(n["notice_id"] for n in listed if n["kind"] == "receipt")
    text = service.call("GET", f"/notices/{receipt}/document", "representative")
    assert "Sehr geehrte Frau Müller-Lüdenscheidt," in text.text
    pdf = service.call("GET", f"/notices/{letter}/document", "representative")
    assert pdf.content.startswith(b"%PDF-")
    assert pdf.headers["x-content-type-options"] == "nosniff"
    assert service.call("GET", "/notices/nobody", "auditor").status_code == 404
    sent_again(service, letter)
    letters_over_http(service, letter)
    previews(service)


def sent_again(service: Notify, letter: str) -> None:
    path = f"/notices/{letter}/resend"
    why = {"reason": "the client did not get it"}
    assert service.call("POST", path, "auditor", json=why).status_code == 403
    assert service.call("POST", path, "representative", json={"reason": ""}).status_code == 422
    stale = service.call("POST", path, "representative", json=why | {"sequence": 1})
    assert stale.status_code == 409
    assert service.call("POST", path, "representative", json=why).status_code == 202
    until(lambda: len(list(service.spool.glob(f"*/{letter}*.pdf"))) == 2)
    steps = service.call("GET", f"/notices/{letter}", "auditor").json()["steps"]
    assert steps[2] | {"at": ""} == {
        "sequence": 3,
        "channel": "letter",
        "status": "queued",
        "at": "",
        "detail": "the client did not get it",
        "by": "rita",
    }


def letters_over_http(service: Notify, letter: str) -> None:
    until(lambda: service.call("GET", f"/notices/{letter}", "auditor").json()["status"] == "sent")
    shown = service.call("GET", f"/notices/{letter}", "auditor").json()
    day = shown["posted_on"]
    again = {"on": day, "run": 2}
    path = f"/letters/{letter}"
    assert service.call("POST", f"{path}/posted", "auditor", json=again).status_code == 403
    repeat = service.call("POST", f"{path}/posted", "representative", json=again)
    assert (repeat.status_code, repeat.json()["sequence"]) == (200, shown["sequence"])
    early = again | {"on": "2020-01-01"}
    assert service.call("POST", f"{path}/returned", "representative", json=early).status_code == 422
    back = again | {"reason": "moved"}
    answer = service.call("POST", f"{path}/returned", "representative", json=back)
    assert (answer.json()["status"], answer.json()["detail"]) == (
        "returned",
        f"came back on {day}: moved",
    )
    why = {"reason": "she gave us the new address"}
    refused = service.call("POST", f"/notices/{letter}/resend", "representative", json=why)
    assert refused.status_code == 422
    where = {"address": {"lines": ["Erika Müller", "Neuer Weg 9", "20095 Hamburg"]}}
    moved = service.call("POST", f"/notices/{letter}/resend", "representative", json=why | where)
    assert moved.status_code == 202
    until(lambda: len(list(service.spool.glob(f"*/{letter}-3.pdf"))) == 1)
    batches = service.call("GET", "/letters/batches", "auditor").json()
    assert all(batch["handed_over_at"] for batch in batches[1:])
    nothing = service.call("POST", "/letters/batches", "representative")
    assert (nothing.status_code, nothing.json()) == (201, {"batch_id": None})


def previews(service: Notify) -> None:
    for kind in NoticeKind:
        for form, start in (("html", "<!doctype html>"), ("text", "[C-7K3M"), ("pdf", "%PDF-")):
            url = f"/notices/preview/{kind}?lang=en&programme=heating-aid&format={form}"
            answer = service.call("GET", url, "trainee")
            assert answer.status_code == 200
            assert answer.content.startswith(start.encode())
    unknown = service.call("GET", "/notices/preview/receipt?programme=none", "trainee")
    assert unknown.status_code == 404


@pytest.mark.kill
def test_killed_while_it_sends_no_notice_is_lost_and_none_is_doubled(
    broker: str, mail: MailServer, database_url: str, tmp_path: Path
):
    cases, emails, letters = 200, [], []
    bodies = []
    for number in range(cases):
        case = a_case(case_id=derived_case_id("kill", str(number)))
        if number % 4 == 0:
            body, ids = requesting(without_email(case), NoticeKind.RECEIPT)
            letters += ids
        else:
            body, ids = requesting(
                with_client(case, emails=(f"c{number % 5}@client.example",)),
                NoticeKind.RECEIPT,
                NoticeKind.DECISION,
            )
            emails += ids
        bodies.append(body)
    wanted = {*emails, *letters}
    service = Notify(tmp_path / "service", broker, database_url, mail.smtp_port)
    with Published(broker) as published:

        def done() -> int:
            found = published.read()
            return sum(1 for i in wanted if i in found and found[i][-1].status in DONE)

        try:
            service.wait_until_ready()
            for start in range(0, cases, 20):
                publish(broker, *bodies[start : start + 20])
            for part in (4, 2):
                least = len(wanted) // part
                until(lambda least=least: done() >= least, 60)
                time.sleep(random.uniform(0, 0.3))
                service.kill_and_restart()
            until(lambda: done() == len(wanted), 60)
        finally:
            service.stop()
        steps = published.read()
    last = Counter(steps[notice_id][-1].status for notice_id in wanted)
    assert set(last) <= {NoticeStatus.SENT, NoticeStatus.UNCERTAIN}
    kills, connections = 2, 4
    assert last[NoticeStatus.UNCERTAIN] <= kills * connections
    for notice_id in wanted:
        assert [step.sequence for step in steps[notice_id]] == [1, 2]
    arrived = Counter[str]()
    for address in {f"c{number}@client.example" for number in range(5)}:
        arrived += mails_by_notice(mail, address)
    assert max(arrived.values()) == 1
    sent = {i for i in emails if steps[i][-1].status is NoticeStatus.SENT}
    assert sent <= arrived.keys() <= set(emails)
    in_spool = [path.stem for path in service.spool.glob("*/*.pdf")]
    assert sorted(in_spool) == sorted(letters)
    manifests = [json.loads(path.read_text()) for path in service.spool.glob("*/manifest.json")]
    listed = [item["notice_id"] for manifest in manifests for item in manifest["items"]]
    assert sorted(listed) == sorted(letters)
