"""What intake does by itself: follows the topics for the sender check, and reads the mailbox."""

import asyncio
from collections.abc import Sequence
from functools import partial

from services.intake import projection
from services.intake.adapters.inbox import Account
from services.intake.adapters.mailbox import Mailbox
from services.intake.adapters.scan_folder import ScanFolder
from services.intake.adapters.scans import OCR_OFF
from services.intake.adapters.virus_scanner import OFF as VIRUSES_OFF
from services.intake.app import App
from services.intake.examining import examine_for_ever
from services.intake.receiving import receive_mails
from services.intake.scan_station import OFF as SCANS_OFF
from services.intake.scan_station import ScanStation
from shared.contract.case_file import CaseFileUpdated
from shared.contract.catalogue import CASE_FILE, CLIENTS, NOTICES, POLICIES
from shared.contract.public import NoticeStatusChanged
from shared.contract.reference import ClientChanged, PolicyChanged
from shared.errors import TemporaryFault
from shared.messaging.envelope import Event
from shared.messaging.processing import Handler, UnitOfWork


def register(app: App) -> None:
    """Subscribe intake to its topics and start its loops."""
    app.service.subscribe(CASE_FILE, on_case_files(app))
    app.service.subscribe(NOTICES, on_notices(app))
    app.service.subscribe(CLIENTS, on_clients)
    app.service.subscribe(POLICIES, on_policies)
    mailbox = Mailbox(_account(app), partial(receive_mails, app, stored={}))
    app.service.background("mailbox", lambda: _read_mailbox(app, mailbox))
    app.service.background("examination", lambda: examine_for_ever(app))

    async def mailbox_problem() -> str | None:
        app.service.detail("mailbox", f"mails that could not be taken in: {mailbox.stuck}")
        return mailbox.problem

    app.service.readiness("mailbox", mailbox_problem)
    _watch_scans(app)
    if app.viruses is not None:
        app.service.readiness("virus scanner", app.viruses.problem)
    app.service.detail("virus scanner", "on" if app.viruses else VIRUSES_OFF)
    app.service.detail("scans", "ocr: on" if app.scans.reads_pictures else f"ocr: off, {OCR_OFF}")


def _watch_scans(app: App) -> None:
    """Take letters from the scan station's folder, if there is one."""
    watched = app.settings.scan_folder
    app.service.detail("scan folder", SCANS_OFF if watched is None else "on")
    if watched is None:
        return
    station = ScanStation(app, ScanFolder(watched, app.settings.scan_settle_seconds))

    async def problem() -> str | None:
        return station.problem

    app.service.background("scan folder", station.run)
    app.service.readiness("scan folder", problem)


async def _read_mailbox(app: App, mailbox: Mailbox) -> None:
    """Read mails once the clients, cases and notices that they may refer to are known."""
    while True:
        try:
            await app.service.caught_up(CLIENTS, CASE_FILE, NOTICES)
            break
        except TemporaryFault as fault:
            mailbox.problem = f"{fault}; mails wait in the inbox"
            await asyncio.sleep(1)
    await mailbox.run()


def on_case_files(app: App) -> Handler:
    """Keep who may write about a case, and which notices were asked for."""

    async def handle(work: UnitOfWork, events: Sequence[Event]) -> None:
        files = [event.body for event in events if isinstance(event.body, CaseFileUpdated)]
        await projection.save_cases(work.connection, files)
        await projection.save_notices(work.connection, projection.notices_asked_for(files))
        await projection.save_contacts_placed(work.connection, projection.contacts_placed(files))
        work.after_commit(app.to_examine.set)

    return handle


def on_notices(app: App) -> Handler:
    """Keep the case of every notice."""

    async def handle(work: UnitOfWork, events: Sequence[Event]) -> None:
        cases = {
            event.body.notice_id: event.body.case_id
            for event in events
            if isinstance(event.body, NoticeStatusChanged)
        }
        await projection.save_notices(work.connection, cases)
        work.after_commit(app.to_examine.set)

    return handle


async def on_clients(work: UnitOfWork, events: Sequence[Event]) -> None:
    """Keep the addresses of clients."""
    changed = [event.body for event in events if isinstance(event.body, ClientChanged)]
    await projection.save_clients(work.connection, changed)


async def on_policies(work: UnitOfWork, events: Sequence[Event]) -> None:
    """Keep who holds which policy."""
    changed = [event.body for event in events if isinstance(event.body, PolicyChanged)]
    await projection.save_policies(work.connection, changed)


def _account(app: App) -> Account:
    settings = app.settings
    return Account(
        settings.imap_host,
        settings.imap_port,
        settings.imap_user,
        settings.imap_password.get_secret_value(),
        settings.imap_tls,
        settings.mail_limit_bytes,
    )
