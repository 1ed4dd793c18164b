"""The command line: help that teaches and answers at once, and errors without tracebacks."""

import re
import subprocess
import sys
from importlib.metadata import version

import pytest
from typer.testing import CliRunner

from claimsdesk.main import app

HEAVY = [
    "kafka",
    "confluent_kafka",
    "faust",
    "httpx",
    "sqlalchemy",
    "deploy.local.desk",
    "pydantic",
]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ([], ["up", "demo", "topics", "policies", "contact"]),
        (["topics"], ["apply", "list"]),
        (["policies"], ["import"]),
        (["contact"], ["send"]),
        (["demo"], ["--json", "--desk", "--contacts", "docs/demo.md"]),
        (["up"], ["--directory", "--samples", "Ctrl-C"]),
        (["policies", "import"], ["--wait", "clients:", "policies:"]),
    ],
)
def test_help_names_what_there_is(arguments, named):
    result = CliRunner().invoke(app, [*arguments, "--help"], env={"COLUMNS": "200"})
    assert result.exit_code == 0
    for word in named:
        assert word in result.output


@pytest.mark.parametrize("arguments", [["up"], ["assess"], ["policies", "import"]])
def test_on_a_narrow_terminal_lines_end_where_it_ends(arguments):
    def paragraphs(columns: str) -> list[str]:
        shown = CliRunner().invoke(app, [*arguments, "--help"], env={"COLUMNS": columns}).output
        text = "\n".join(line.strip() for line in shown.partition("╭")[0].splitlines())
        return [" ".join(each.split()) for each in text.split("\n\n") if each.strip()]

    narrow, wide = paragraphs("80"), paragraphs("2000")
    assert narrow == wide
    shown = CliRunner().invoke(app, [*arguments, "--help"], env={"COLUMNS": "2000"}).output
    lines = [line.strip() for line in shown.partition("╭")[0].splitlines() if line.strip()]
    assert lines == wide


def test_every_command_stands_under_a_heading():
    shown = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "80"}).output
    headings = ["Options", "Run a desk", "Contacts and the queue", "Programmes and policies",
                "Time limits", "Decisions and complaints", "Operations"]  # fmt: skip
    assert re.findall(r"╭─ (.+?) ─+╮", shown) == headings


@pytest.mark.parametrize(
    "arguments",
    [["assess"], ["policies", "import"], ["programmes", "list"], ["notices", "preview"]],
)
def test_a_folder_of_programmes_has_one_name(arguments):
    shown = CliRunner().invoke(app, [*arguments, "--help"], env={"COLUMNS": "200"}).output
    assert "--programmes " in shown


def test_help_loads_nothing_that_only_a_command_needs():
    code = (
        "import sys; from claimsdesk.main import app\n"
        "try: app(['--help'])\n"
        "except SystemExit: pass\n"
        f"print('LOADED', [name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "LOADED []"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["contact", "send", "nowhere.eml"], "nowhere.eml can't be read"),
        (["contact", "send", "x.txt"], "a contact is called NAME.eml"),
        (["demo", "--contacts", "nowhere"], "nowhere is no folder"),
        (["demo", "--desk", "nowhere"], "No desk runs on nowhere"),
        (["demo", "--desk", "http://127.0.0.1:1"], "is not a service of the desk on"),
        (["policies", "import", "nowhere.yaml"], "nowhere.yaml can't be read"),
        (["topics", "apply"], "--kafka HOST:PORT"),
    ],
)
def test_what_went_wrong_is_said_without_a_traceback(arguments, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 1
    assert said in result.output
    assert isinstance(result.exception, SystemExit)


def imported(*arguments: object):
    return CliRunner().invoke(app, ["policies", "import", *map(str, arguments)])


@pytest.mark.parametrize("broker", [["--kafka", "127.0.0.1:1"], []], ids=["away", "none named"])
def test_a_dry_run_checks_files_without_a_broker(broker, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("claimsdesk.held._TOPIC_TIMEOUT_S", 0.5)
    file = tmp_path / "policies.csv"
    head = "policy_number;programme;holder_client_id;valid_from\n"
    file.write_text(head + "HH-1;household;K-1;2024-01-01\nHH-2;houshold;K-1;2024-01-01\n")
    result = imported(file, "--dry-run", *broker)
    assert result.exit_code == 0, result.output
    assert "not compared with what is published" in result.stderr
    assert "did you mean `household`? (1 policy)" in result.stderr
    assert result.stdout.splitlines() == [
        "nothing was sent",
        "  clients: 0 read",
        "  policies: 2 read",
    ]
    assert imported(file, *broker).exit_code == 1


def test_mistakes_are_named_before_a_broker_is_looked_for(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "clients.csv"
    file.write_text("client_id;name;language\nK-1;;fr\n")
    result = imported(file)
    assert result.exit_code == 1
    assert [line.split(": ")[1] for line in result.stderr.splitlines()[:2]] == ["name", "language"]
    assert result.stderr.splitlines()[2] == "1 record can't be used: nothing was sent"


def test_the_version_is_that_of_the_package():
    result = CliRunner().invoke(app, ["--version"])
    assert result.exit_code == 0
    assert result.output == f"claimsdesk {version('claimsdesk')}\n"
