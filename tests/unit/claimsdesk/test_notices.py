"""`claimsdesk notices preview`: every notice for eyes, without a running desk."""

from email import message_from_bytes, policy
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from claimsdesk.main import app
from shared.contract.facts import NoticeKind


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["notices", "preview", *arguments], env={"NO_COLOR": "1"})


@pytest.mark.parametrize("lang", ["de", "en"])
@pytest.mark.parametrize("kind", NoticeKind)
def test_the_text_of_every_notice_on_the_terminal(kind: NoticeKind, lang: str):
    shown = run(kind, "--lang", lang)
    assert shown.exit_code == 0, shown.output
    first, empty, salutation = shown.stdout.splitlines()[:3]
    assert first.startswith("[C-7K3M-9PQR-Q] ")
    assert empty == ""
    assert salutation == ("Sehr geehrte" if lang == "de" else "Dear Ms") + (
        " Frau Müller-Lüdenscheidt," if lang == "de" else " Müller-Lüdenscheidt,"
    )


def test_a_file_gets_what_its_name_says(tmp_path: Path):
    files = {ending: tmp_path / f"decision{ending}" for ending in (".txt", ".html", ".eml", ".pdf")}
    for file in files.values():
        made = run(
            "decision", "--programme", "heating-aid", "--outcome", "deny", "--out", str(file)
        )
        assert (made.exit_code, made.stdout.strip()) == (0, str(file)), made.output
    assert "Wir lehnen Ihren Antrag ab." in files[".txt"].read_text()
    assert "<!doctype html>" in files[".html"].read_text()
    mail = message_from_bytes(files[".eml"].read_bytes(), policy=policy.default)
    assert "Rechtsbehelfsbelehrung" in mail.get_body(("plain",)).get_content()
    assert files[".pdf"].read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("decisoin",), "no such notice: decisoin; known: receipt,"),
        (
            ("receipt", "--programme", "ufo"),
            "no such programme: ufo; known: heating-aid,",
        ),
        (("receipt", "--channel", "letter"), "say where to with --out"),
        (("receipt", "--channel", "letter", "--out", "x.html"), "its name must end in .pdf"),
        (("receipt", "--channel", "email", "--out", "x.pdf"), "must end in .eml, .html, .txt"),
        (("receipt", "--out", "/no/such/folder/x.pdf"), "No such file or directory"),
    ],
)
def test_what_cannot_be_shown_is_said(arguments: tuple[str, ...], why: str):
    refused = run(*arguments)
    assert refused.exit_code == 1
    assert why in " ".join(refused.output.split())
