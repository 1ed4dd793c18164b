"""`claimsdesk demo` and `claimsdesk contact send`: a desk, a run, and what came of it."""

import asyncio
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import NoReturn

from rich.console import Console
from rich.text import Text

from claimsdesk.demo import report
from claimsdesk.demo.apis import Apis
from claimsdesk.demo.contacts import Contact, load_contact, load_contacts
from claimsdesk.demo.fresh import fresh_copy
from claimsdesk.demo.results import Result
from claimsdesk.demo.run import Run
from claimsdesk.desks import DESCRIPTION, Desk, find_desk, read_description
from claimsdesk.errors import CommandError
from claimsdesk.lag import wait_until_read
from claimsdesk.people import import_staff
from claimsdesk.policies import Reference, publish, read_file
from deploy.local.desk import LocalDesk
from deploy.local.preflight import check_machine
from deploy.local.runtime import PROJECT
from shared.contract.catalogue import CLIENTS, POLICIES

SAMPLES = PROJECT / "deploy" / "demo"
SAMPLE_CONTACTS = SAMPLES / "contacts"
SAMPLE_REFERENCE = SAMPLES / "reference.yaml"
REFERENCE_FILE = "reference.yaml"
"""A folder of contacts may bring its own clients and policies under this name."""

REFERENCE_TOPICS = (CLIENTS, POLICIES)

Say = Callable[[str], None]


def demo_command(
    desk: str | None, folder: Path | None, *, as_json: bool, keep: Path | None = None
) -> int:
    """Run the demo; return its exit status.

    Args:
        desk: A running desk as `find_desk` takes it; None starts one of the demo's own.
        folder: The contacts; the samples if None.
        as_json: Print one JSON object on stdout, and progress on stderr.
        keep: The folder of the demo's own desk, which stays; a temporary one if None.

    Raises:
        CommandError: Nothing could be sent at all.
        LocalDeskError: The demo's own desk did not start.
    """
    begun = time.monotonic()
    progress = Console(stderr=True, highlight=False)
    contacts = load_contacts(folder or SAMPLE_CONTACTS)
    reference = _reference(folder)

    def say(text: str) -> None:
        progress.print(Text(text), soft_wrap=True)

    if desk is None:
        with (
            _ended_in_order(),
            _folder(keep) as directory,
            _own_desk(directory, reference, say) as running,
        ):
            results = asyncio.run(run(running, contacts, say=say))
    else:
        running = find_desk(desk)
        copy = fresh_copy(reference)
        publish(copy.reference, running.kafka)
        wait_until_read(running.kafka, REFERENCE_TOPICS)
        results = asyncio.run(
            run(running, contacts, fresh=lambda name: copy.names.get(name, name), say=say)
        )
    elapsed = time.monotonic() - begun
    return _report(results, elapsed, report.summary(results, elapsed), as_json=as_json)


def send_command(file: Path, desk: str | None, *, as_json: bool) -> int:
    """Send one contact to a running desk and follow it; return the exit status.

    Raises:
        CommandError: It could not be sent.
    """
    begun = time.monotonic()
    contact = load_contact(file)
    if contact.after:
        message = f"{file} refers to other contacts; send their folder with `claimsdesk demo`"
        raise CommandError(message)
    results = asyncio.run(run(find_desk(desk), [contact]))
    elapsed = time.monotonic() - begun
    return _report(results, elapsed, f"settled in {elapsed:.1f} s", as_json=as_json)


def send_samples(desk: LocalDesk, say: Say = lambda _: None) -> list[Result]:
    """Send the sample contacts to a desk that knows the sample reference data."""
    running = read_description(desk.directory / DESCRIPTION)
    wait_until_read(running.kafka, REFERENCE_TOPICS)
    return asyncio.run(run(running, load_contacts(SAMPLE_CONTACTS), say=say))


async def run(
    desk: Desk,
    contacts: Sequence[Contact],
    *,
    fresh: Callable[[str], str] = str,
    say: Say = lambda _: None,
) -> list[Result]:
    """Send contacts to a desk and follow each to its end."""
    async with Apis(desk) as apis:
        ocr = await apis.reads_scans()
        if not ocr and any(contact.channel == "letter" for contact in contacts):
            say("OCR is not installed (tesseract): scanned letters wait for a person")
        return await Run(
            desk, apis, ocr=ocr, fresh=fresh, tell=lambda result: say(report.line(result))
        ).all(contacts)


@contextmanager
def _own_desk(directory: Path, reference: Reference, say: Say) -> Iterator[Desk]:
    check_machine(directory)

    def prepare(kafka: str) -> None:
        publish(reference, kafka)
        import_staff(SAMPLE_REFERENCE, kafka)

    with LocalDesk(directory, prepare=prepare, say=say) as desk:
        desk.wait_ready()
        running = read_description(directory / DESCRIPTION)
        wait_until_read(running.kafka, REFERENCE_TOPICS)
        yield running


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep
        return
    with TemporaryDirectory(prefix="claimsdesk-demo-") as folder:
        yield Path(folder)


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """A request to end (SIGTERM) stops the desk and removes its folder, as Ctrl-C does."""

    def end(number: int, frame: FrameType | None) -> NoReturn:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _reference(folder: Path | None) -> Reference:
    samples = read_file(SAMPLE_REFERENCE)
    own = folder / REFERENCE_FILE if folder else None
    if own is None or not own.is_file():
        return samples
    added = read_file(own)
    return Reference(samples.clients + added.clients, samples.policies + added.policies)


def _report(results: Sequence[Result], elapsed_s: float, summary: str, *, as_json: bool) -> int:
    if as_json:
        print(report.as_json(results, elapsed_s))
    else:
        report.show(results)
        print(summary)
    differences = report.differences(results)
    errors = Console(stderr=True, highlight=False)
    for difference in differences:
        errors.print(Text(difference, "red"), soft_wrap=True)
    return 1 if differences else 0
