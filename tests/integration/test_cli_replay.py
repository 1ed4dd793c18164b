"""`claimsdesk replay` against a running review: equal, or what differs, with its exit status."""

import json
import os
import re
import sqlite3
import time
from pathlib import Path

from typer.testing import CliRunner, Result

from claimsdesk.main import app
from claimsdesk.topics import apply_topics
from tests.support.review_desk import a_claim, a_client, a_policy, review_program, send


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["replay", *map(str, arguments)])


def test_a_decision_replays_equal_until_its_terms_are_others(own_kafka, tmp_path: Path):
    bootstrap = own_kafka().bootstrap
    apply_topics(bootstrap)
    file = tmp_path / "review.db"
    review = review_program(tmp_path, bootstrap, f"sqlite+aiosqlite:///{file}")
    try:
        review.wait_until_ready()
        send(bootstrap, [a_client(1), a_policy(1), a_claim(1)])
        case_id = _case(review)
        desk = _described(tmp_path, review, bootstrap)

        equal = run(case_id, "--desk", desk)
        assert equal.exit_code == 0, equal.output
        assert f"{case_id}, approve by household 2020-01: equal" in equal.output
        assert "the same by today's household 2020-01" in equal.output

        _deductible_in_stored_terms(file, "50.00", "80.00")
        differs = run(case_id, "--desk", desk)
        assert differs.exit_code == 1
        assert "differs" in differs.output
        assert "covered line 1: 130.00 | 100.00" in differs.output
        (answer,) = json.loads(run(case_id, "--desk", desk, "--json").output)
        assert answer["equal"] is False
        assert answer["today"] == []
        step = next(each for each in answer["differences"] if each["what"] == "step")
        assert (step["code"], step["line_id"]) == ("deductible", 1)

        unknown = run("C-0000-0000-0", "--desk", desk)
        assert unknown.exit_code == 1
        assert unknown.output == "no decision of this case is recorded\n"
    finally:
        review.stop()


def _case(review) -> str:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        cases = review.call("GET", "/cases?contact_id=contact-1", "auditor").json()
        if cases:
            assert cases[0]["state"] == "approved"
            return cases[0]["case_id"]
        time.sleep(0.1)
    raise AssertionError("review never opened the case")


def _described(folder: Path, review, bootstrap: str) -> Path:
    """A desk of which only review runs, as `claimsdesk up` describes one."""
    token = folder / "ada.token"
    token.write_text(review.token("ada", "auditor"), encoding="utf-8")
    description = folder / "desk.json"
    description.write_text(
        json.dumps(
            {
                "pid": os.getpid(),
                "urls": {"review": review.url},
                "kafka": bootstrap,
                "smtp": "127.0.0.1:1",
                "imap": "127.0.0.1:1",
                "desk_address": "claims@claimsdesk.example",
                "tokens": {"ada": str(token)},
            }
        ),
        encoding="utf-8",
    )
    return description


def _deductible_in_stored_terms(file: Path, was: str, shall_be: str) -> None:
    with sqlite3.connect(file, timeout=20) as database:
        ((body,),) = database.execute("SELECT body FROM programme_terms").fetchall()
        changed = re.sub(rf'("deductible":\{{"amount":)"{was}"', rf'\g<1>"{shall_be}"', body)
        assert changed != body
        database.execute("UPDATE programme_terms SET body = ?", [changed])
