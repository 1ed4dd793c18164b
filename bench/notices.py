"""Emails and letters per second, from a noted notice to its status, beside bare loops.

Notify as it runs, in one process on PostgreSQL with `fsync`, with a backlog: a mark before
each mail, documents on the disk, statuses in the outbox. The bare loops send the same and do
nothing else: `aiosmtplib` over as many connections with one ready mail, `typst` with one ready
letter. CPU is measured, not time: of this process; the mail server is another one.
"""

import asyncio
import multiprocessing
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from pathlib import Path

import aiosmtplib
import uvloop
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from bench.surroundings import free_port, own_folder
from services.notify.adapters.letters import Typesetter
from services.notify.app import App
from services.notify.domain.channel import Email
from services.notify.domain.letter import Letter
from services.notify.domain.samples import SAMPLE_DAY
from shared.contract.base import utc
from shared.contract.case_file import CaseFileUpdated
from shared.contract.contacts import Language
from shared.contract.facts import NoticeKind
from shared.contract.public import NoticeStatus
from shared.ids import derived_case_id
from tests.support.notify_desk import NotifyDesk, a_case, notify_desk, without_email
from tests.support.postgres import running_postgres

MAILS = 1000
LETTERS = 300
CONNECTIONS = 4
KINDS = (NoticeKind.RECEIPT, NoticeKind.INFORMATION_REQUEST, NoticeKind.DECISION)
PRINTING = {"print_close_after": timedelta(seconds=1)}


class _Takes:
    """A mail server that takes everything and keeps nothing."""

    async def handle_DATA(self, _server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802
        return "250 OK"


def _mail_server(port: int) -> None:
    controller = Controller(_Takes(), hostname="127.0.0.1", port=port)
    controller.start()
    time.sleep(3600)


def main() -> None:
    """Measure and print."""
    port = free_port()
    server = multiprocessing.get_context("spawn").Process(
        target=_mail_server, args=(port,), daemon=True
    )
    server.start()
    try:
        with own_folder("bench") as folder, running_postgres() as postgres:
            uvloop.run(_both(folder, postgres.create_database(), port))  # as a desk does
    finally:
        server.terminate()
        server.join()


async def _both(folder: Path, database_url: str, port: int) -> None:
    async with notify_desk(
        folder, database_url, port, smtp_connections=CONNECTIONS, **PRINTING
    ) as desk:
        print(f"{MAILS} emails and {LETTERS} letters of three kinds, PostgreSQL with fsync")
        mail = _one_mail(desk.app)
        await _until_it_answers(port)
        _say("emails", "bare aiosmtplib", MAILS, *await _measured(lambda: _bare_mails(port, mail)))
        await _noted(desk, MAILS, a_case())
        _say("emails", "notify", MAILS, *await _measured(lambda: _sent(desk, MAILS)))
        letters = _some_letters(desk.app)
        _say("letters", "bare typst", LETTERS, *await _measured(lambda: _bare_letters(letters)))
        await _noted(desk, LETTERS, without_email(a_case()))
        _say("letters", "notify", LETTERS, *await _measured(lambda: _sent(desk, MAILS + LETTERS)))


def _one_mail(app: App) -> bytes:
    written = app.renderer.written(
        a_case(), NoticeKind.INFORMATION_REQUEST, Language.GERMAN, SAMPLE_DAY
    )
    return app.renderer.mail(written, Email("a@client.example", "A"), "bench", utc(2026, 11, 23))


async def _until_it_answers(port: int) -> None:
    for _ in range(100):
        try:
            async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port):
                return
        except OSError:
            await asyncio.sleep(0.1)


async def _bare_mails(port: int, mail: bytes) -> None:
    async def some() -> None:
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port) as client:
            for _ in range(MAILS // CONNECTIONS):
                await client.sendmail("desk@claimsdesk.example", ["a@client.example"], mail)

    await asyncio.gather(*(some() for _ in range(CONNECTIONS)))


async def _bare_letters(letters: Sequence[Letter]) -> None:
    """Nothing but typst; each letter is another one, since it keeps what it has set before."""
    typesetter = Typesetter()
    for letter in letters:
        await typesetter.set(letter)


def _some_letters(app: App) -> list[Letter]:
    found = []
    for number in range(LETTERS):
        case = a_case(case_id=derived_case_id("bare", str(number)))
        kind = KINDS[number % len(KINDS)]
        written = app.renderer.written(case, kind, Language.GERMAN, SAMPLE_DAY)
        address = (f"Erika Muster {number}", "Weg 1", "10115 Berlin")
        found.append(app.renderer.letter(written, address, SAMPLE_DAY))
    return found


async def _noted(desk: NotifyDesk, count: int, case: CaseFileUpdated) -> None:
    """Have a backlog of notices, one per case."""
    for number in range(count):
        case_id = derived_case_id("bench", str(count), str(number))
        await desk.request(case.model_copy(update={"case_id": case_id}), KINDS[number % len(KINDS)])
    async with desk.app.service.database.engine.connect() as connection:
        connection = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.exec_driver_sql("VACUUM ANALYZE")


async def _sent(desk: NotifyDesk, count: int) -> None:
    """Run the senders until so many notices are sent in all."""
    from sqlalchemy import func, select

    from services.notify.tables import notices

    query = select(func.count()).where(notices.c.status == NoticeStatus.SENT.value)
    async with desk.sending():
        while True:
            async with desk.app.service.database.reading() as connection:
                if ((await connection.execute(query)).scalar() or 0) >= count:
                    return
            await asyncio.sleep(0.1)


async def _measured(act: Callable[[], Awaitable[None]]) -> tuple[float, float]:
    """Seconds of CPU and of the clock."""
    cpu, clock = time.process_time(), time.perf_counter()
    await act()
    return time.process_time() - cpu, time.perf_counter() - clock


def _say(what: str, how: str, count: int, cpu: float, clock: float) -> None:
    print(
        f"  {what:<8}{how:<16}{count / cpu:6.0f}/s per core {1000 * cpu / count:7.2f} CPU-ms each;"
        f" {count / clock:6.0f}/s by the clock",
        flush=True,
    )


if __name__ == "__main__":
    main()
