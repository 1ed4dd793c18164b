"""`claimsdesk assess`: the pure assessment from files, and their mistakes with places."""

import json
from dataclasses import fields
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from claimsdesk.assess.files import WrittenPastClaim, WrittenSurroundings, read_subject
from claimsdesk.main import app
from services.review.domain.subject import ClaimUnderReview, PastClaim
from shared.programmes.loading import SHIPPED

EXAMPLES = Path("docs/examples")
POLICY = "versions: [{valid_from: 2024-01-01}]\nfirst_premium_paid_on: 2024-01-01\n"
CLAIM = """\
date_of_loss: 2026-06-01
description: hail
lines:
  - {benefit: glass, amount: 180.00}
documents: [invoice]
"""


def run(*arguments: object, programme: object = "household", today: str = "2026-06-10") -> Result:
    given = ["assess", "--programme", programme, "--today", today, *arguments]
    return CliRunner().invoke(app, list(map(str, given)))


def files(folder: Path, policy: str = POLICY, claim: str = CLAIM) -> list[object]:
    (folder / "policy.yaml").write_text(policy, encoding="utf-8")
    (folder / "claim.yaml").write_text(claim, encoding="utf-8")
    return ["--policy", folder / "policy.yaml", "--claim", folder / "claim.yaml"]


def test_the_examples_of_the_page_show_the_arithmetic_step_by_step():
    examples = ["--policy", EXAMPLES / "policy.yaml", "--claim", EXAMPLES / "claim.yaml"]
    result = run(*examples, "--history", EXAMPLES / "history.yaml")
    assert result.exit_code == 0, result.output
    page = Path("docs/programmes.md").read_text(encoding="utf-8")
    lines = [each for each in result.output.split("\n\n") if each.startswith("line ")]
    assert len(lines) == 3
    assert "\n\n".join(lines) in page
    assert "recommended: approve in part; not by the desk alone" in result.output
    assert "claimed 1950.00 EUR, covered 1390.00 EUR" in result.output


def test_for_machines_every_finding_has_its_text_in_both_languages(tmp_path: Path):
    late = CLAIM.replace("2026-06-01", "2023-06-01")
    result = run(*files(tmp_path, claim=late), "--json")
    answer = json.loads(result.output)
    found = {each["code"]: each["text"] for each in answer["findings"]}
    assert "not_in_force" in found
    assert all(set(texts) == {"de", "en"} and all(texts.values()) for texts in found.values())
    assert answer["recommendation"] == "deny"
    assert answer["covered"] == "0.00"
    (step,) = answer["lines"][0]["steps"]
    assert (step["step"], step["before"], step["after"]) == ("not_covered", "180.00", "0.00")


def test_an_ordinary_claim_is_approved_by_the_desk_alone(tmp_path: Path):
    result = run(*files(tmp_path))
    assert "recommended: approve; the desk approves it alone" in result.output
    assert "no findings" in result.output
    assert "covered" in result.output.splitlines()[-1]
    assert "130.00 EUR" in result.output.splitlines()[-1]  # less the deductible of 50.00


def test_a_programme_of_one_s_own_is_assessed_by(tmp_path: Path):
    text = (SHIPPED / "household.yaml").read_text(encoding="utf-8")
    own = tmp_path / "mine.yaml"
    own.write_text(text.replace("deductible: 50.00", "deductible: 60.00"), encoding="utf-8")
    assert "covered 120.00 EUR" in run(*files(tmp_path), programme=own).output


def test_the_version_of_the_day_of_loss_decides(tmp_path: Path):
    history = "versions:\n- {valid_from: 2024-01-01, valid_to: 2026-06-01, benefits: [fire]}\n"
    history += "- {valid_from: 2026-06-02}\nfirst_premium_paid_on: 2024-01-01\n"
    assert "benefit_not_covered" in run(*files(tmp_path, policy=history)).output
    later = CLAIM.replace("2026-06-01", "2026-06-02")
    assert "no findings" in run(*files(tmp_path, policy=history, claim=later)).output


def test_the_other_claims_use_up_a_ceiling(tmp_path: Path):
    past = tmp_path / "history.yaml"
    past.write_text(
        "claims: [{date_of_loss: 2026-02-01, benefits: {glass: 1900.00}}]", encoding="utf-8"
    )
    result = run(*files(tmp_path), "--history", past, "--json")
    answer = json.loads(result.output)
    assert [each["code"] for each in answer["findings"]] == ["yearly_ceiling"]
    assert answer["covered"] == "50.00"  # 100.00 are left, less the deductible


def test_the_findings_speak_german_if_asked(tmp_path: Path):
    result = run(*files(tmp_path, claim=CLAIM.replace("[invoice]", "[]")), "--lang", "de")
    assert "Unterlage" in result.output or "fehlt" in result.output


@pytest.mark.parametrize(
    ("policy", "claim", "said"),
    [
        (POLICY + "holder: K-1\n", CLAIM, "policy.yaml:3:1: holder: no such field"),
        ("versions: []\n", CLAIM, "policy.yaml:1:1: versions: must have at least 1"),
        (POLICY, CLAIM + "document: [invoice]\n", "claim.yaml:6:1: document: no such field; did"),
        (POLICY, CLAIM.replace("180.00", "180.005"), "claim.yaml:4:22: lines.0.amount: has more"),
        (
            POLICY,
            CLAIM.replace("2026-06-01", "1 June"),
            "claim.yaml:1:1: date_of_loss: '1 June' is",
        ),
        (POLICY, CLAIM.replace("amount:", "sum:"), "claim.yaml:4:22: lines.0.sum: no such field"),
        (POLICY, CLAIM.replace("[invoice]", "[bill]"), "claim.yaml:5:13: documents.0.kind: 'bill'"),
        (POLICY + "programme: travel\n", CLAIM, "policy.yaml:3:1: programme: the policy is one of"),
        (POLICY, CLAIM + "waived: photo\n", "claim.yaml:6:1: waived: must be a list: [a, b]"),
        (POLICY, "lines", "a claim's file holds fields"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, policy: str, claim: str, said: str):
    result = run(*files(tmp_path, policy, claim))
    assert result.exit_code == 1
    assert said in result.output


def test_the_mistakes_of_both_files_are_named_at_once(tmp_path: Path):
    given = files(tmp_path, POLICY + "a: 1\n", CLAIM.replace("180.00", "much") + "b: 2\n")
    assert len(run(*given).output.splitlines()) == 3


def test_an_unknown_programme_is_told_with_the_one_that_was_meant(tmp_path: Path):
    result = run(*files(tmp_path), programme="houshold")
    assert result.exit_code == 1
    assert "did you mean `household`?" in result.output


def test_everything_that_the_checks_see_can_be_written():
    # The rest stands in files of its own, or follows from the calendar.
    of_claim = {"claim", "policy", "programme", "past_claims", "today", "filed_on"}
    seen = {field.name for field in fields(ClaimUnderReview) if field.init} - of_claim
    assert seen == set(WrittenSurroundings.model_fields)
    assert set(PastClaim.__struct_fields__) == set(WrittenPastClaim.model_fields)


def test_the_ordinary_is_assumed(tmp_path: Path):
    paths = [path for path in files(tmp_path) if isinstance(path, Path)]
    subject = read_subject("household", *paths, None, today=date(2026, 6, 10), directory=None)
    assert subject.reported_on == subject.today == date(2026, 6, 10)
    assert subject.client_id == subject.policy.holder_client_id
    assert subject.account_confirmed
