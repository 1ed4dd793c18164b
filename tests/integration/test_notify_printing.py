"""Letters on their way: batches, a folder, a real SFTP server, what is reported."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from services.notify import print_store
from services.notify.adapters.places import FolderPlace, PlaceFault
from services.notify.app import App
from services.notify.printing import Printer, close_batch
from shared.contract.case_file import CaseFileUpdated
from shared.contract.facts import NoticeKind
from shared.contract.public import NoticeStatus
from shared.contract.reference import PostalAddress
from shared.ids import random_id
from tests.support.notify_desk import NotifyDesk, a_case, notify_desk, with_client, without_email

RECEIPT, DECISION = NoticeKind.RECEIPT, NoticeKind.DECISION
SENT, QUEUED, RETURNED = NoticeStatus.SENT, NoticeStatus.QUEUED, NoticeStatus.RETURNED
NEVER = {"print_close_after": None, "print_cutoffs": (), "print_posting": "reported"}


@pytest.fixture
async def desk(database_url: str, tmp_path: Path) -> AsyncIterator[NotifyDesk]:
    """A desk whose batches close only by hand, and whose provider reports."""
    async with notify_desk(tmp_path, database_url, 1, **NEVER) as running:
        yield running


async def at_the_printer(desk: NotifyDesk, count: int = 1) -> list[str]:
    """Letters that were set and wait for a batch."""
    ids = [(await desk.request(letter_case(), RECEIPT))[0] for _ in range(count)]
    for notice_id in ids:
        await desk.until(notice_id, lambda notice: notice.pages is not None)
    return ids


def letter_case(**fields: object) -> CaseFileUpdated:
    return without_email(a_case(case_id=f"C-{random_id()[:8]}", **fields))


async def closed(desk: NotifyDesk) -> str:
    async with desk.app.service.unit_of_work() as work:
        batch_id = await close_batch(desk.app, work, now=True)
        work.after_commit(desk.app.printed.set)
    assert batch_id
    return batch_id


async def is_there(path: Path, seconds: float = 10) -> None:
    for _ in range(int(seconds / 0.02)):
        if path.exists():
            return
        await asyncio.sleep(0.02)
    raise AssertionError(path.name)


async def test_a_batch_leaves_whole_with_all_that_a_print_shop_needs(desk: NotifyDesk):
    abroad = letter_case()
    address = PostalAddress(lines=("Eva Muster", "Ring 1", "1010 Wien"), country="AT")
    async with desk.sending():
        ids = await at_the_printer(desk, 2)
        (foreign,) = await desk.request(with_client(abroad, postal_address=address), DECISION)
        await desk.until(foreign, lambda notice: notice.pages is not None)
        assert await desk.published(ids[0]) == ["letter queued"]
        batch_id = await closed(desk)
        folder = desk.app.settings.spool_dir / batch_id
        await is_there(folder)
        late = (await at_the_printer(desk))[0]
    manifest = json.loads((folder / "manifest.json").read_text())
    items = {item["notice_id"]: item for item in manifest["items"]}
    assert items.keys() == {*ids, foreign}
    assert late not in items
    assert (manifest["letters"], manifest["batch"]) == (3, batch_id)
    assert manifest["sheets"] == sum(item["sheets"] for item in items.values())
    assert items[ids[0]]["postage"] == "standard"
    assert items[foreign]["postage"] == "standard_abroad"
    assert items[foreign]["duplex"] is True
    for item in items.values():
        pdf = (folder / item["file"]).read_bytes()
        assert pdf.startswith(b"%PDF-")
        assert (item["bytes"], item["sha256"]) == (len(pdf), hashlib.sha256(pdf).hexdigest())
    sums = dict(
        reversed(line.split("  ")) for line in (folder / "SHA256SUMS").read_text().splitlines()
    )
    assert set(sums) == {path.name for path in folder.iterdir()} - {"SHA256SUMS"}
    for name, sha256 in sums.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == sha256
    assert "document_id" not in (folder / "manifest.json").read_text()
    assert (await desk.notice(late)).batch_id is None


def report(desk: NotifyDesk, name: str, *lines: str) -> None:
    folder = desk.app.settings.spool_dir / "reports"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ".part").write_text("\n".join(["notice_id;status;on;reason", *lines, ""]))
    (folder / ".part").rename(folder / name)


async def test_posted_and_returned_by_file_and_what_is_wrong_in_it_holds_nobody_up(
    desk: NotifyDesk,
):
    async with desk.sending():
        good, back, never = await at_the_printer(desk, 3)
        await is_there(desk.app.settings.spool_dir / await closed(desk))
        day = (await desk.notice(good)).letter_day.isoformat()
        report(
            desk,
            "posted.csv",
            f"{good};posted;{day};",
            f"{good};posted;{day};",
            f"{back};posted;{day};",
            f"{back};returned;{day};unknown at this address",
            f"{never};returned;{day};",
            f"{random_id()};posted;{day};",
            f"{never};lost;{day};",
        )
        await desk.until(good, SENT)
        await desk.until(back, RETURNED)
        failed = desk.app.settings.spool_dir / "reports" / "failed"
        await is_there(failed / "posted.csv")
    assert await desk.published(good) == ["letter queued", "letter sent"]
    assert await desk.published(back) == ["letter queued", "letter sent", "letter returned"]
    assert (await desk.notice(never)).status is QUEUED
    problems = (failed / "posted.csv.problems").read_text().splitlines()
    assert [problem.partition(":")[0] for problem in problems] == ["line 6", "line 7", "line 8"]


async def test_where_a_letter_came_back_from_no_letter_goes_again(desk: NotifyDesk):
    async with desk.sending():
        (back,) = await at_the_printer(desk)
        await is_there(desk.app.settings.spool_dir / await closed(desk))
        day = (await desk.notice(back)).letter_day.isoformat()
        report(desk, "1.csv", f"{back};posted;{day};", f"{back};returned;{day};moved")
        await desk.until(back, RETURNED)
        (next_one,) = await desk.request(letter_case(), RECEIPT)
        failed = await desk.notice(next_one)
        assert failed.status is NoticeStatus.FAILED
        assert "came back" in failed.detail
        moved = PostalAddress(lines=("Erika M", "Neuer Weg 9", "20095 Hamburg"))
        (other,) = await desk.request(with_client(letter_case(), postal_address=moved), RECEIPT)
        await desk.until(other, lambda notice: notice.pages is not None)


async def test_a_provider_that_says_nothing_is_shown(desk: NotifyDesk):
    async with desk.sending():
        (silent,) = await at_the_printer(desk)
        await is_there(desk.app.settings.spool_dir / await closed(desk))
        printer = Printer(desk.app)
        async with desk.app.service.unit_of_work() as work:
            work.now += timedelta(days=6)
            await printer._look_for_unreported(work)
    assert (await desk.notice(silent)).status is NoticeStatus.UNCERTAIN
    assert "5 days" in (await desk.notice(silent)).detail


class Dies(FolderPlace):
    """A folder on a machine that dies after so many steps."""

    def __init__(self, directory: Path, steps: int) -> None:
        super().__init__(directory)
        self.steps = steps

    async def write(self, path: str, data: bytes) -> None:
        self._count()
        await super().write(path, data)

    async def rename(self, old: str, new: str) -> None:
        self._count()
        await super().rename(old, new)
        self._count()

    def _count(self) -> None:
        self.steps -= 1
        if self.steps < 0:
            raise PlaceFault("the machine died")


async def test_wherever_it_dies_each_batch_arrives_once_and_whole(desk: NotifyDesk):
    """Three letters: three files, manifest, checksums, rename; it dies before and after each."""
    async with desk.sending():
        ids = await at_the_printer(desk, 3)
    spool = desk.app.settings.spool_dir
    batch_id = await closed(desk)
    deaths = 0
    for steps in range(8):
        place = Dies(spool, steps)
        printer = Printer(with_place(desk.app, place))
        try:
            await printer._hand_over_one()
        except PlaceFault:
            deaths += 1
            seen = {path.name for path in (spool / batch_id).glob("*")}
            assert len(seen) in {0, 5}
        else:
            break
    assert deaths >= 4
    assert sorted(path.name for path in (spool / batch_id).glob("*.pdf")) == sorted(
        f"{notice_id}.pdf" for notice_id in ids
    )
    assert not list(spool.glob("*.part"))


async def test_what_the_provider_took_before_we_noted_it_is_not_dropped_twice(desk: NotifyDesk):
    async with desk.sending():
        await at_the_printer(desk)
    spool = desk.app.settings.spool_dir
    batch_id = await closed(desk)
    with pytest.raises(PlaceFault):
        await Printer(with_place(desk.app, Dies(spool, 4)))._hand_over_one()
    assert (spool / batch_id).exists()
    (spool / batch_id).rename(spool.parent / "taken by the provider")
    assert await Printer(desk.app)._hand_over_one()
    assert not (spool / batch_id).exists()
    assert not list(spool.glob("*.part"))
    async with desk.app.service.database.reading() as connection:
        (row,) = await print_store.latest(connection, 10)
    assert row["handed_over_at"] is not None


async def test_a_letter_that_is_gone_from_the_store_is_said_and_ends_nothing(desk: NotifyDesk):
    async with desk.sending():
        (one,) = await at_the_printer(desk)
    document_id = (await desk.notice(one)).document_id
    assert document_id
    await desk.app.documents.delete(document_id)
    await closed(desk)
    printer = Printer(desk.app)
    running = asyncio.create_task(printer._print())
    for _ in range(500):
        if await printer.problem() or running.done():
            break
        await asyncio.sleep(0.02)
    assert not running.done()
    assert await printer.problem() == "no such document"
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


def with_place(app: App, place: FolderPlace) -> App:
    from dataclasses import replace

    return replace(app, place=place.open)


async def test_the_cut_off_is_a_time_of_a_working_day(database_url: str, tmp_path: Path):
    settings = {**NEVER, "print_cutoffs": ("16:00", "11:30")}
    async with notify_desk(tmp_path, database_url, 1, **settings) as desk:
        async with desk.sending():
            (notice_id,) = await at_the_printer(desk)
        set_at = (await desk.notice(notice_id)).changed_at
        async with desk.app.service.unit_of_work() as work:
            assert await close_batch(desk.app, work) is None
            work.now = set_at + timedelta(days=4)
            assert await close_batch(desk.app, work)
            assert await close_batch(desk.app, work) is None
