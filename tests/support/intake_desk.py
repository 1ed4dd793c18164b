"""Intake without a broker: its tables, handlers and loops on a real mail server; what it would
publish is read from the outbox."""

import asyncio
import smtplib
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, date, datetime
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import typst

from deploy.local.keys import SigningKey
from deploy.local.mail import DESK_ADDRESS, PASSWORD, MailServer
from services.intake import agents, store
from services.intake.adapters.inbox import Account
from services.intake.adapters.mailbox import Mailbox
from services.intake.api import router
from services.intake.app import App, build
from services.intake.examining import examine_for_ever
from services.intake.receiving import receive_mails
from services.intake.settings import Settings
from services.intake.store import Received
from shared.contract.case_file import CaseClient, CaseFileUpdated
from shared.contract.cases import CaseKind, CaseState
from shared.contract.contacts import Channel, ContactReceived
from shared.contract.facts import NoticeKind, NoticeRequested
from shared.contract.reference import ClientChanged, PolicyChanged, PolicyVersion
from shared.ids import derived_case_id, random_id
from shared.message_ids import message_id_of
from shared.messaging.envelope import Event, decode
from shared.messaging.outbox_rows import waiting_records
from shared.migrations import migrate, tables_of

NOTICE_KEY = "a secret of the test"
AUTHSERV_ID = "mail.claimsdesk.example"
CASE_ID = derived_case_id("a case")
CLIENT = ClientChanged(
    client_id="K-1", name="Anna Schmidt", emails=("anna@example.org",), revision=1
)
POLICY = PolicyChanged(
    policy_number="HH-2024-000123",
    programme="household",
    holder_client_id=CLIENT.client_id,
    versions=(PolicyVersion(valid_from=date(2024, 1, 1)),),
    revision=1,
)
NOTICE_ID = "0b7c3f4e-8f10-8a52-9d1e-3c5b6a7d8e9f"
OUR_MESSAGE_ID = message_id_of(NOTICE_ID, NOTICE_KEY, "claimsdesk.example")


def case_file(case_id: str = CASE_ID, **fields: Any) -> CaseFileUpdated:
    at = datetime.now(UTC)
    values: dict[str, Any] = {
        "case_id": case_id,
        "sequence": 1,
        "kind": CaseKind.CLAIM,
        "state": CaseState.WAITING_FOR_CLIENT,
        "opened_at": at,
        "updated_at": at,
        "channel": Channel.EMAIL,
        "client": CaseClient(client_id=CLIENT.client_id, name=CLIENT.name),
        "correspondents": CLIENT.emails,
        "facts": (NoticeRequested(notice_id=NOTICE_ID, notice=NoticeKind.RECEIPT),),
    }
    return CaseFileUpdated(**{**values, **fields})


def mail(
    text: str,
    *,
    sender: str = "Anna Schmidt <anna@example.org>",
    subject: str = "Schadenmeldung",
    passed: bool = True,
    **headers: str,
) -> EmailMessage:
    """A mail as our mail server would hand it on; `passed` is what it says about the sender."""
    message = EmailMessage()
    domain = sender.rpartition("@")[2].rstrip(">")
    verdict = "pass" if passed else "fail"
    message["Authentication-Results"] = f"{AUTHSERV_ID}; dmarc={verdict} header.from={domain}"
    message["From"] = sender
    message["To"] = DESK_ADDRESS
    message["Subject"] = subject
    message["Message-ID"] = f"<{random_id()}@{domain}>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def picture_of(text: str) -> bytes:
    """A page with a text in typst's language, as a picture."""
    picture = typst.compile(text.encode(), format="png", ppi=200)
    assert isinstance(picture, bytes)
    return picture


def image_pdf(text: str) -> bytes:
    """A scan: a PDF that holds nothing but a picture of a text."""
    source = b'#set page(margin: 0pt)\n#image(bytes(sys.inputs.picture.split(",").map(int)))'
    picture = ",".join(map(str, picture_of(text)))
    return typst.compile(source, sys_inputs={"picture": picture})


class IntakeDesk:
    """Intake on one database and one mail server."""

    def __init__(self, app: App, server: MailServer | None, key: SigningKey) -> None:
        self.app = app
        self.server = server
        self._key = key

    def deliver(self, message: EmailMessage | bytes, *, envelope: str = "x@example.org") -> str:
        """Hand a mail to the mail server over SMTP; its Message-ID."""
        assert self.server
        raw = message if isinstance(message, bytes) else message.as_bytes()
        with smtplib.SMTP(self.server.host, self.server.smtp_port, timeout=10) as smtp:
            smtp.sendmail(envelope, [DESK_ADDRESS], raw)
        return "" if isinstance(message, bytes) else str(message["Message-ID"])

    def folder(self, name: str) -> int:
        """How many mails lie in a folder of the desk's mailbox."""
        assert self.server
        with self.server.mailbox(DESK_ADDRESS) as box:
            if not box.folder.exists(name):
                return 0
            box.folder.set(name, readonly=True)
            return len(box.uids())

    def mailbox(self, port: int | None = None) -> Mailbox:
        assert self.server
        account = Account("127.0.0.1", port or self.server.imap_port, DESK_ADDRESS, PASSWORD, False)
        return Mailbox(account, partial(receive_mails, self.app))

    @asynccontextmanager
    async def reading(self, mailbox: Mailbox | None = None) -> AsyncIterator[Mailbox]:
        """A process's loops, stopped in order."""
        mailbox = mailbox or self.mailbox()
        async with self.examining(), _running(mailbox.run()):
            yield mailbox

    @asynccontextmanager
    async def examining(self) -> AsyncIterator[None]:
        """The loop for letters and for what waits, stopped in order."""
        async with _running(examine_for_ever(self.app)):
            yield

    async def knows(self, *bodies: CaseFileUpdated | ClientChanged | PolicyChanged) -> None:
        """Let intake's handlers read events."""
        handlers = {
            ClientChanged: agents.on_clients,
            PolicyChanged: agents.on_policies,
            CaseFileUpdated: agents.on_case_files(self.app),
        }
        for body in bodies:
            event = Event(random_id(), "/claimsdesk/test", "test", "key", body)
            async with self.app.service.unit_of_work() as work:
                await handlers[type(body)](work, [event])

    async def received(self, message_id: str) -> list[Received]:
        async with self.app.service.database.reading() as connection:
            return await store.list_received(connection, message_id=message_id)

    async def until(self, condition: Callable[[], bool], seconds: float = 20) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "not in time"
            await asyncio.sleep(0.05)

    async def recorded(self, message_id: str) -> list[Received]:
        """Wait until a mail with this id is recorded, whatever it is."""
        end = time.monotonic() + 10
        while not (rows := await self.received(message_id)):
            assert time.monotonic() < end, "not in time"
            await asyncio.sleep(0.02)
        return rows

    async def settled(self, message_id: str, count: int = 1, seconds: float = 20) -> list[Received]:
        """Wait until so many mails with this id have their verdict."""
        end = time.monotonic() + seconds
        while True:
            rows = await self.received(message_id)
            if len(rows) >= count and all(row.verdict for row in rows):
                return rows
            assert time.monotonic() < end, f"not in time: {rows}"
            await asyncio.sleep(0.05)

    async def published(self) -> list[Any]:
        """What intake tells the other services, in order: the bodies of its events."""
        table = tables_of("intake").tables["outbox"]
        async with self.app.service.database.reading() as connection:
            records = await waiting_records(connection, table)
        return [decode(record.key, record.value, record.headers).body for record in records]

    async def contact(self, message_id: str) -> ContactReceived:
        """The one published contact that a mail became."""
        (row,) = await self.settled(message_id)
        (contact,) = [
            body
            for body in await self.published()
            if isinstance(body, ContactReceived) and body.contact_id == row.contact_id
        ]
        return contact

    def api(
        self, role: str = "representative", name: str = "rita", clients: Iterable[str] = ()
    ) -> httpx.AsyncClient:
        """A client of the HTTP API, as somebody with a role, or as the system of some clients."""
        token = self._key.token(name, name, [role], clients=clients)
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app.service.api(router(self.app))),
            base_url="http://intake",
            headers={"Authorization": f"Bearer {token}"} if role else {},
        )


@asynccontextmanager
async def _running(loop: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(loop)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@asynccontextmanager
async def intake_desk(
    folder: Path, database_url: str, server: MailServer | None = None, **settings: Any
) -> AsyncIterator[IntakeDesk]:
    """Intake with empty tables."""
    key = SigningKey(folder)
    app = build(
        Settings(
            kafka="127.0.0.1:1",
            database_url=database_url,
            jwks_file=key.jwks_file,
            documents_dir=folder / "documents",
            notice_key=NOTICE_KEY,
            authserv_id=AUTHSERV_ID,
            **{"reference_wait_seconds": 1.0, **settings},
        )
    )
    await migrate(app.service.database, "intake")
    try:
        yield IntakeDesk(app, server, key)
    finally:
        await app.service.database.close()
