"""Departments without code of ours do their tasks; a year of complaints leaves by the terminal."""

import csv
import json
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from claimsdesk.topics import apply_topics
from deploy.local.keys import SigningKey
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseState
from shared.contract.catalogue import CASE_FILE
from shared.contract.contacts import Channel, ContactText, Intent, UnconfirmedDetails
from shared.contract.facts import NoticeKind, NoticeRequested
from tests.support.outsider import Outsider
from tests.support.review_desk import (
    a_claim,
    a_client,
    a_policy,
    a_request,
    review_program,
    send,
)
from tests.support.service_program import ServiceProgram
from tests.support.topic_reader import TopicReader

IBAN = "DE89370400440532013000"


def until(condition: Callable[[], object], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.1)


def described(service: ServiceProgram, folder: Path) -> Path:
    """The desk's description, for the command line."""
    url = str(service.call("GET", "/healthz").request.url).removesuffix("/healthz")
    token = folder / "sven.token"
    token.write_text(SigningKey(folder).token("sven", "Sven", ["supervisor"]), encoding="utf-8")
    description = folder / "desk.json"
    content = {
        "urls": dict.fromkeys(("intake", "review", "escalation", "notify"), url),
        "kafka": "127.0.0.1:1",
        "smtp": "127.0.0.1:1",
        "imap": "127.0.0.1:1",
        "desk_address": "claims@desk.example",
        "tokens": {"sven": str(token)},
    }
    description.write_text(json.dumps(content), encoding="utf-8")
    return description


def report(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "claimsdesk", "complaints", "report", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_outsiders_do_their_tasks_and_a_year_of_complaints_is_reported(own_kafka, tmp_path: Path):
    bootstrap = own_kafka().bootstrap
    apply_topics(bootstrap)
    with_account = a_client(1).model_copy(update={"confirmed_iban": IBAN})
    send(bootstrap, [with_account, a_client(2), a_client(3), a_policy(1)])
    moved = a_request(
        2,
        Intent.ACCOUNT_CHANGE,
        unconfirmed_details=UnconfirmedDetails(postal_address="Neue Gasse 7, 10115 Berlin"),
    )
    unhappy = a_request(
        3,
        Intent.COMPLAINT,
        channel=Channel.LETTER,
        words=ContactText(subject="=1+1", text="So not."),
    )
    send(bootstrap, [a_claim(1), moved, unhappy])
    send(bootstrap, [a_claim(1)])  # the same event once more
    database = f"sqlite+aiosqlite:///{tmp_path / 'review.db'}"
    service = review_program(tmp_path / "review", bootstrap, database)
    accounts, payments = Outsider(bootstrap, "accounts"), Outsider(bootstrap, "payments")
    try:
        with TopicReader(bootstrap, CASE_FILE) as files:
            service.wait_until_ready()
            until(accounts.look)
            (change,) = accounts.tasks
            assert change["details"]["unconfirmed_address"] == "Neue Gasse 7, 10115 Berlin"
            payments.answer(change, "done")  # none of theirs
            accounts.answer(change, "accepted")
            accounts.answer(change, "done", words="per Telefon bestätigt")
            until(lambda: _latest(files, change["case_id"]).state is CaseState.CLOSED)
            told = [
                f for f in _latest(files, change["case_id"]).facts if isinstance(f, NoticeRequested)
            ]
            assert [fact.notice for fact in told] == [NoticeKind.REQUEST_ANSWERED]
            assert told[0].words == "The change of your details has been confirmed and entered."

            until(payments.look)
            (payment,) = payments.tasks
            assert (payment["details"]["iban"], payment["kind"]) == (IBAN, "pay")
            payments.answer(payment, "done")
            payments.answer(payment, "done")
            until(lambda: _latest(files, payment["case_id"]).paid is not None)
            assert str(_latest(files, payment["case_id"]).paid) == payment["amount"]
            until(lambda: payments.dead_letters() == 1)
            assert len(payments.look()) == 1

            _complaint_is_reported(service, tmp_path / "review", files)
    finally:
        accounts.close()
        payments.close()
        service.stop()


def _complaint_is_reported(service: ServiceProgram, folder: Path, files: TopicReader) -> None:
    year = datetime.now(UTC).year
    (complaint,) = service.call("GET", f"/complaints?year={year}", "auditor").json()
    path = f"/cases/{complaint['case_id']}"
    closing = {"sequence": 1, "message": "Das tut uns leid."}
    assert service.call("POST", f"{path}/close", "representative", json=closing).status_code == 422
    entry = {"sequence": 1, "category": "communication", "result": "upheld"}
    noted = service.call("POST", f"{path}/complaint", "representative", json=entry).json()
    closing["sequence"] = noted["sequence"]
    closed = service.call("POST", f"{path}/close", "representative", json=closing).json()
    assert [fact["fact"] for fact in closed["facts"]] == ["closed", "notice_requested"]
    desk = described(service, folder)
    file = folder / "report.csv"
    told = report("--year", str(year), "--out", str(file), "--mark-reported", "--desk", str(desk))
    assert (told.returncode, told.stderr) == (
        0,
        f"1 complaint of {year}, 1 marked as reported\n",
    )
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    with file.open(encoding="utf-8-sig", newline="") as lines:
        (row,) = csv.DictReader(lines, delimiter=";")
    assert (row["case_id"], row["category"], row["result"]) == (
        complaint["case_id"],
        "communication",
        "upheld",
    )
    assert (row["channel"], row["days_to_answer"]) == ("letter", "0")
    until(lambda: _facts(files, complaint["case_id"]) == ["complaint_reported"])
    again = report("--year", str(year), "--desk", str(desk))
    assert again.stdout.splitlines()[1].endswith(f";{year}")


def _latest(files: TopicReader, case_id: str) -> CaseFileUpdated:
    found = [body for body in files.of(case_id) if isinstance(body, CaseFileUpdated)]
    return max(found, key=lambda case: case.sequence)


def _facts(files: TopicReader, case_id: str) -> list[str]:
    return [fact.fact for fact in _latest(files, case_id).facts]
