"""Finding a running desk: by folder, by file, by the URL of one of its services."""

import json
import os
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from claimsdesk.desks import find_desk, find_kafka
from claimsdesk.errors import CommandError
from claimsdesk.main import app


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tokens = tmp_path / "var" / "tokens"
    tokens.mkdir(parents=True)
    (tokens / "rita.token").write_text("r-token\n")
    (tokens / "sven.token").write_text("s-token\n")

    def write(**changes):
        description = {
            "pid": os.getpid(),
            "urls": {"intake": "http://127.0.0.1:8001", "review": "http://127.0.0.1:8002"},
            "kafka": "127.0.0.1:9092",
            "smtp": "127.0.0.1:2525",
            "imap": "127.0.0.1:1143",
            "desk_address": "claims@claimsdesk.example",
            "tokens": {"rita": str(tokens / "rita.token"), "sven": str(tokens / "sven.token")},
            **changes,
        }
        (tmp_path / "var" / "desk.json").write_text(json.dumps(description))
        return tmp_path / "var"

    return write


@pytest.mark.parametrize(
    "given", [None, "var", "var/desk.json", "http://127.0.0.1:8001", "http://127.0.0.1:8002/"]
)
def test_a_desk_is_found(folder, given):
    folder()
    desk = find_desk(given)
    assert desk.smtp == ("127.0.0.1", 2525)
    assert desk.kafka == "127.0.0.1:9092"


@pytest.mark.parametrize(
    ("who", "token"),
    [("rita", "r-token"), ("representative", "r-token"), ("supervisor", "s-token")],
)
def test_a_token_is_found_by_person_and_by_role(folder, who, token):
    folder()
    assert find_desk(None).token(who) == token


def test_an_unknown_person_is_named(folder):
    folder()
    with pytest.raises(CommandError, match=r"nobody at this desk is 'ruben'; known are: .*rita"):
        find_desk(None).token("ruben")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("elsewhere", "No desk runs on elsewhere"),
        ("http://127.0.0.1:9", "is not a service of the desk on var"),
        ("https://desk.example", "name its folder or its desk.json"),
    ],
)
def test_no_desk_there(folder, given, said):
    folder()
    with pytest.raises(CommandError, match=said):
        find_desk(given)


def test_a_description_that_is_none_is_named(folder):
    (folder() / "desk.json").write_text("{}")
    with pytest.raises(CommandError, match="does not describe a desk"):
        find_desk("var")


def test_a_desk_that_has_gone_is_told_from_one_that_runs(folder):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    folder(pid=gone.pid)
    with pytest.raises(CommandError, match="has gone"):
        find_desk("var")


def test_the_broker_named_wins_over_that_of_the_running_desk(folder):
    folder()
    assert find_kafka("broker:9092") == "broker:9092"
    assert find_kafka(None) == "127.0.0.1:9092"


def test_the_broker_is_that_of_the_desk_that_is_named(folder, tmp_path):
    named = tmp_path / "named.json"
    (folder(kafka="127.0.0.1:7") / "desk.json").rename(named)
    assert find_kafka(None, str(named)) == "127.0.0.1:7"
    assert find_kafka("broker:9092", str(named)) == "broker:9092"
    with pytest.raises(CommandError, match="No desk runs on elsewhere"):
        find_kafka(None, "elsewhere")


@pytest.mark.parametrize(
    ("arguments", "environment", "broker"),
    [
        (["--desk", "var"], {}, "127.0.0.1:1"),
        ([], {"CLAIMSDESK_DESK": "var"}, "127.0.0.1:1"),
        # What is typed wins over what is set
        (["--desk", "var"], {"CLAIMSDESK_KAFKA": "127.0.0.1:2"}, "127.0.0.1:1"),
        (["--kafka", "127.0.0.1:2"], {"CLAIMSDESK_DESK": "var"}, "127.0.0.1:2"),
        (["--kafka", "127.0.0.1:2", "--desk", "var"], {}, "127.0.0.1:2"),
    ],
)
def test_topics_find_the_broker_by_the_desk(folder, monkeypatch, arguments, environment, broker):
    monkeypatch.setattr("claimsdesk.topics._CONNECT_TIMEOUT_MS", 100)
    folder(kafka="127.0.0.1:1")
    result = CliRunner().invoke(app, ["topics", "apply", "--dry-run", *arguments], env=environment)
    assert result.exit_code == 1
    assert f"The broker at {broker} does not answer" in result.stderr


def test_without_a_broker_the_options_are_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CommandError, match="--kafka HOST:PORT"):
        find_kafka(None)
