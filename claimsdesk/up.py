"""`claimsdesk up`: a whole desk on this machine, in the foreground, until Ctrl-C."""

import json
import os
import shlex
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn
from rich.text import Text

from claimsdesk.errors import CommandError
from deploy.local.desk import LocalDesk
from deploy.local.errors import LocalDeskError
from deploy.local.keys import PEOPLE
from deploy.local.preflight import check_machine
from deploy.local.runtime import PROJECT, fetch_all

SAMPLE_POLICIES = PROJECT / "deploy" / "demo" / "reference.yaml"
SAMPLE_CONTACT = "deploy/demo/claim-to-try.eml"
LOOK_AFTER_S = 1.0
INTERRUPTED = 130

COLOURS = {
    "kafka": "yellow",
    "mail": "magenta",
    "intake": "cyan",
    "review": "green",
    "escalation": "red",
    "notify": "blue",
}


class Interrupted(BaseException):
    """Ctrl-C, or a request to end (SIGTERM, a closed terminal)."""


def up_command(*, directory: Path, samples: bool, quiet: bool) -> None:
    """Run the desk for `claimsdesk up`; trouble is told in words and exits with 1."""
    console = Console(stderr=False, highlight=False)
    try:
        up(directory, console, samples=samples, show_logs=not quiet)
    except (LocalDeskError, CommandError) as problem:
        console.print()
        console.print(Text(str(problem), style="bold red"), soft_wrap=True)
        raise typer.Exit(1) from problem


def up(directory: Path, console: Console, *, samples: bool, show_logs: bool) -> None:
    """Run a desk on a folder until it is interrupted.

    Args:
        directory: the desk's folder, made if it is not there.
        console: where to say what happens.
        samples: whether the first run loads sample policies and sends sample contacts.
        show_logs: whether to show the processes' log lines.

    Raises:
        LocalDeskError: the desk can't start or can't go on; says what to do.
    """
    begun = time.monotonic()
    directory = directory.resolve()
    check_machine(directory)
    _fetch(console)
    once = _Once(directory / "done.json")

    def prepare(bootstrap: str) -> None:
        once.at_least("policies", lambda: _load_policies(bootstrap, console))
        once.at_least("people", lambda: _load_people(bootstrap))

    desk = LocalDesk(
        directory,
        prepare=prepare if samples else None,
        say=lambda text: console.print(Text(text, style="bold")),
        show=_log_line(console) if show_logs else None,
        environ=os.environ,
    )
    with _interruptible(), _running(desk, console):
        desk.wait_ready()
        if samples:
            once.at_most("contacts", lambda: _send_samples(desk, console))
        console.print(where_to_look(desk, time.monotonic() - begun), soft_wrap=True)
        while True:
            time.sleep(LOOK_AFTER_S)
            desk.check()


def where_to_look(desk: LocalDesk, seconds: float) -> Text:
    """Say in words what runs where, and how to talk to it."""
    smtp, imap = ("{}:{}".format(*address) for address in (desk.smtp, desk.imap))
    token = shlex.quote(str(desk.tokens["rita"]))
    people = ", ".join(f"{person.subject} {person.role}" for person in PEOPLE)
    lines = [
        "",
        f"The desk is open ({seconds:.0f} s).",
        "",
        *(f"  {name:<11} {url}/openapi.json" for name, url in desk.urls.items()),
        f"  {'mail':<11} SMTP {smtp}, IMAP {imap} (any address, any password)",
        f"  {'kafka':<11} {desk.bootstrap}",
        f"  {'letters':<11} {desk.directory / 'spool'}",
        f"  {'logs':<11} {desk.directory / 'logs'}",
        f"  {'tokens':<11} {desk.directory / 'tokens'} (a file per person: {people})",
        "",
        "Try:",
        f'  curl -H "Authorization: Bearer $(cat {token})" {desk.urls["review"]}/cases',
        f"  {_program()} contact send --desk {shlex.quote(str(desk.directory))} {SAMPLE_CONTACT}",
    ]
    if shutil.which("tesseract") is None:
        lines += [
            "",
            "tesseract is not installed: scanned letters wait for a person.",
            "  Debian and Ubuntu: apt-get install tesseract-ocr tesseract-ocr-deu",
        ]
    return Text("\n".join([*lines, "", "Ctrl-C stops everything; nothing is lost.", ""]))


def _program() -> str:
    called = Path(sys.argv[0])
    if called.is_absolute() and called.is_relative_to(Path.cwd()):
        return str(called.relative_to(Path.cwd()))
    return "claimsdesk"


@contextmanager
def _running(desk: LocalDesk, console: Console) -> Iterator[None]:
    try:
        desk.start()
        yield
    except Interrupted:
        console.print("\nStopping everything … (Ctrl-C again: at once)", style="bold")
        _stop(desk, console)
    except BaseException:
        desk.stop()
        raise


def _stop(desk: LocalDesk, console: Console) -> None:
    try:
        desk.stop()
    except Interrupted:
        desk.kill()
        console.print("Killed. The next start takes some seconds longer.", style="bold")
        sys.exit(INTERRUPTED)
    console.print("Stopped.", style="bold")


@contextmanager
def _interruptible() -> Iterator[None]:
    def interrupt(number: int, frame: FrameType | None) -> NoReturn:
        raise Interrupted

    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, interrupt) for number in signals}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _fetch(console: Console) -> None:
    columns = TextColumn("fetching {task.description}"), BarColumn(), DownloadColumn()
    with Progress(*columns, console=console) as bars:
        tasks = {}

        def show(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what)
                if not console.is_terminal:
                    console.print(f"fetching {what} ({total // 1_000_000} MB) …")
            bars.update(tasks[what], completed=done, total=total)

        fetch_all(progress=show)


def _log_line(console: Console) -> Callable[[str, str], None]:
    def show(name: str, line: str) -> None:
        # What clients write must not reach the terminal as control sequences.
        printable = "".join(char if char.isprintable() else " " for char in line)
        prefix = f"{name:<10} │ "
        console.print(Text.assemble((prefix, COLOURS.get(name, "")), printable), soft_wrap=True)

    return show


def _load_policies(bootstrap: str, console: Console) -> None:
    console.print("loading the sample policies and clients …", style="bold")
    # Imported when it is needed: the second start should not pay for the first one's tools.
    from claimsdesk.policies import import_file

    import_file(SAMPLE_POLICIES, bootstrap)


def _load_people(bootstrap: str) -> None:
    from claimsdesk.people import import_staff

    import_staff(SAMPLE_POLICIES, bootstrap)


def _send_samples(desk: LocalDesk, console: Console) -> None:
    from claimsdesk.demo import send_samples

    console.print("sending the sample contacts …", style="bold")
    send_samples(desk, lambda text: console.print(Text(text)))


class _Once:
    """Remembers in a file what was done in the life of a folder."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def at_least(self, what: str, act: Callable[[], None]) -> None:
        """Do it, unless it was done to its end before."""
        if what not in self._done():
            act()
            self._note(what)

    def at_most(self, what: str, act: Callable[[], None]) -> None:
        """Do it, unless it was begun before."""
        if what not in self._done():
            self._note(what)
            act()

    def _done(self) -> list[str]:
        return json.loads(self._file.read_text(encoding="utf-8")) if self._file.exists() else []

    def _note(self, what: str) -> None:
        self._file.write_text(json.dumps([*self._done(), what]), encoding="utf-8")
