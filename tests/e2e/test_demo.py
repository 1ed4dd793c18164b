"""The demo as its user sees it: real mail, real broker, real services, from contact to answer."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from claimsdesk.demo.contacts import load_contacts
from deploy.local.desk import LocalDesk

pytestmark = pytest.mark.timeout(240)

SAMPLES = Path("deploy/demo/contacts")
REFERENCE = Path("deploy/demo/reference.yaml")
CONTACT_KEYS = {
    "contact",
    "channel",
    "intake",
    "case_id",
    "kind",
    "outcome",
    "notices",
    "contact_to_assessment_ms",
    "contact_to_notice_ms",
    "problem",
    "mismatches",
}


def claimsdesk(*arguments, env=None):
    command = [sys.executable, "-m", "claimsdesk", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=180, check=False, env=env
    )


def demo(*arguments, env=None):
    """Run `claimsdesk demo --json`; the exit status and the one JSON object on stdout."""
    done = claimsdesk("demo", "--json", *arguments, env=env)
    assert done.stdout, done.stderr
    return done, json.loads(done.stdout)


def by_name(result):
    return {contact["contact"]: contact for contact in result["contacts"]}


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    from claimsdesk.policies import import_file

    folder = tmp_path_factory.mktemp("desk")
    running = LocalDesk(folder, prepare=lambda kafka: import_file(REFERENCE, kafka))
    with running:
        running.wait_ready()
        yield running


def test_every_sample_ends_as_its_expectation_says():
    done, result = demo()
    assert done.returncode == 0, done.stderr
    assert result.keys() == {"contacts", "elapsed_s"}
    contacts = by_name(result)
    assert contacts.keys() == {contact.name for contact in load_contacts(SAMPLES)}
    assert len(contacts) >= 14
    for contact in contacts.values():
        assert contact.keys() == CONTACT_KEYS
        assert contact["mismatches"] == []
    assert {contact["channel"] for contact in contacts.values()} == {"email", "phone", "letter"}
    assert {contact["intake"] for contact in contacts.values()} == {
        "contact", "machine", "delivery_report", "duplicate", "unidentified",
    }  # fmt: skip
    assert {contact["outcome"] for contact in contacts.values()} >= {
        "approved", "partly_approved", "denied", "waiting_for_client", "waiting_for_person",
        "waiting_for_department", "none",
    }  # fmt: skip
    told = {(notice["kind"], notice["status"]) for notice in contacts["misdirected-de"]["notices"]}
    assert ("passed_on", "sent") in told
    assert contacts["approved-de"]["contact_to_assessment_ms"] > 0
    assert contacts["approved-de"]["contact_to_notice_ms"] > 0


def test_a_running_desk_takes_the_samples_more_than_once(desk):
    for _ in range(2):
        done, result = demo("--desk", desk.directory)
        assert done.returncode == 0, done.stderr
        assert by_name(result)["approved-de"]["outcome"] == "approved"


def test_what_differs_is_named_and_the_exit_status_is_1(desk, tmp_path):
    shutil.copy(SAMPLES / "complaint-en.eml", tmp_path / "mine.eml")
    (tmp_path / "mine.expect.yaml").write_text("outcome: approved\n")
    done, result = demo("--desk", desk.directory, "--contacts", tmp_path)
    assert done.returncode == 1
    said = "outcome is waiting_for_person, expected approved"
    assert by_name(result)["mine"]["mismatches"] == [said]
    assert f"mine: {said}" in done.stderr


def test_what_the_desk_refuses_to_take_is_said_and_the_exit_status_is_1(desk, tmp_path):
    (tmp_path / "call.phone.json").write_text('{"caller": 7}')
    shutil.copy(SAMPLES / "complaint-en.eml", tmp_path)
    done, result = demo("--desk", desk.directory, "--contacts", tmp_path)
    assert done.returncode == 1
    call = by_name(result)["call"]
    assert call["intake"] is None
    assert "caller: Extra inputs are not permitted" in call["problem"]
    assert f"call: {call['problem']}" in done.stderr
    assert by_name(result)["complaint-en"]["problem"] is None


def test_contacts_of_ones_own_need_no_expectation_and_may_bring_clients(desk, tmp_path):
    (tmp_path / "reference.yaml").write_text(
        "clients: [{client_id: K-77, name: Ina Roth, language: de, emails: [ina@example.org],"
        " email_consent: true, revision: 1}]\n"
        "policies: [{policy_number: HH-2024-007777, programme: household,"
        " holder_client_id: K-77, first_premium_paid_on: 2024-01-01,"
        " versions: [{valid_from: 2024-01-01}], revision: 1}]\n"
    )
    (tmp_path / "window.eml").write_text(
        "Authentication-Results: mail.claimsdesk.example; dmarc=pass header.from=example.org\n"
        "From: Ina Roth <{{fresh:ina@example.org}}>\nTo: claims@claimsdesk.example\n"
        "Subject: Fensterscheibe\nContent-Type: text/plain; charset=utf-8\n\n"
        "Guten Tag,\n\nVersicherungsnummer {{fresh:HH-2024-007777}}. Am {{today-6d:%d.%m.%Y}} ist\n"
        "unsere Fensterscheibe zerbrochen.\n\n- Fensterscheibe: 210,00 EUR\n"
    )
    done, result = demo("--desk", desk.directory, "--contacts", tmp_path)
    assert done.returncode == 0, done.stderr
    window = by_name(result)["window"]
    assert window["outcome"] == "waiting_for_client"
    assert [notice["kind"] for notice in window["notices"]] == ["receipt", "information_request"]


def test_one_mail_is_sent_and_followed_and_its_repeat_is_suspicious(desk):
    send = ("contact", "send", "deploy/demo/claim-to-try.eml", "--desk", desk.directory)
    done = claimsdesk(*send, "--json")
    assert done.returncode == 0, done.stderr
    (contact,) = json.loads(done.stdout)["contacts"]
    assert contact["outcome"] == "approved"
    assert contact["notices"] == [
        {"kind": "receipt", "channel": "email", "status": "sent"},
        {"kind": "decision", "channel": "email", "status": "sent"},
    ]

    again = claimsdesk(*send)
    assert again.returncode == 0, again.stderr
    assert "waiting_for_person" in again.stdout
    assert "already_claimed" in again.stdout
    assert "settled in " in again.stdout


def test_an_import_waits_until_review_knows_the_policies(desk, tmp_path):
    policy = {
        "policy_number": "HH-2024-008888",
        "programme": "household",
        "holder_client_id": "K-1001",
        "versions": [{"valid_from": "2024-01-01"}],
        "revision": 7,
    }
    file = tmp_path / "late.json"
    file.write_text(json.dumps({"policies": [policy]}))
    token = desk.tokens["rita"]
    done = claimsdesk(
        "policies", "import", file, "--kafka", desk.bootstrap,
        "--wait", "--review", desk.urls["review"], "--token-file", token,
    )  # fmt: skip
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "review knows every policy"), done
    answer = httpx.get(
        f"{desk.urls['review']}/policies/HH-2024-008888",
        headers={"Authorization": f"Bearer {token.read_text()}"},
    )
    assert answer.json()["revision"] == 7


def test_without_ocr_a_scanned_letter_waits_for_a_person(tmp_path):
    name = "water-damage-de"
    for file in SAMPLES.glob(f"{name}.*"):
        shutil.copy(file, tmp_path)
    empty = tmp_path / "bin"
    empty.mkdir()
    done, result = demo("--contacts", tmp_path, env={**os.environ, "PATH": str(empty)})
    assert done.returncode == 0, done.stderr
    assert by_name(result)[name]["outcome"] == "waiting_for_person"
    assert "OCR is not installed" in done.stderr


def test_a_claim_by_web_is_followed_like_any_other(desk, tmp_path):
    for name, sample in (("web", "claim-to-try"), ("travel", "travel-to-try")):
        shutil.copy(f"deploy/demo/{sample}.web.json", tmp_path / f"{name}.web.json")
        (tmp_path / f"{name}.expect.yaml").write_text(
            "channel: web\nexpect: {intake: contact, kind: claim, outcome: waiting_for_client,"
            " notices: [receipt, information_request]}\n"
        )
    done, result = demo("--desk", desk.directory, "--contacts", tmp_path)
    assert done.returncode == 0, done.stderr
    assert {by_name(result)[name]["channel"] for name in ("web", "travel")} == {"web"}


def test_the_queue_is_looked_at_and_emptied_from_the_terminal(desk):
    def queue(*arguments):
        return claimsdesk("queue", *arguments, "--desk", desk.directory)

    at = {"base_url": desk.urls["intake"], "timeout": 10}
    with httpx.Client(**at, headers={"Authorization": f"Bearer {desk.token('ruben')}"}) as intake:
        # Who does not show who they are reaches no case, not even one that they can name.
        claim = {"caller_name": "A", "call_back_number": "030 23125 101", "text": "Glasbruch"}
        contact_id = intake.post("/phone-notes", json=claim).json()["contact_id"]
        case_id = None
        while case_id is None:
            time.sleep(0.1)
            (row,) = intake.get("/received", params={"contact_id": contact_id}).json()
            case_id = row["case_id"]
        intake.post("/phone-notes", json=claim | {"case_id": case_id, "text": "Und nun?"})
    waiting = json.loads(queue("list", "--json").stdout)
    (entry,) = [each for each in waiting if each["suspected_case_id"] == case_id]
    received_id = entry["received_id"]
    assert received_id in queue("list").stdout
    aside = queue("discard", received_id, "--reason", "Werbung").stdout
    assert f"discarded, may belong to {case_id}" in aside
    refused = queue("assign", received_id, case_id)
    assert (refused.returncode, "does not wait there" in refused.stderr) == (1, True)
    assert "unidentified" in queue("restore", received_id, "--reason", "doch nicht").stdout
    refused = queue("assign", received_id, "C-NOPE")
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert "{" not in refused.stderr
    assert case_id in queue("assign", received_id, case_id).stdout
    with httpx.Client(base_url=desk.urls["review"], timeout=10) as review:
        review.headers["Authorization"] = f"Bearer {desk.token('rita')}"
        while entry["contact_id"] not in review.get(f"/cases/{case_id}").json()["contact_ids"]:
            time.sleep(0.1)


def test_a_claim_left_lying_goes_to_a_supervisor_by_itself_and_is_decided():
    folder = Path("deploy/demo/overdue")
    hours = {
        "CLAIMSDESK_PROGRAMMES_DIR": str((folder / "programmes").resolve()),
        "CLAIMSDESK_CALENDAR_FILE": str(Path("deploy/demo/always-open.yaml").resolve()),
    }
    done, result = demo("--contacts", folder, env=os.environ | hours)
    assert done.returncode == 0, done.stderr
    (claim,) = result["contacts"]
    assert claim["outcome"] == "approved"
