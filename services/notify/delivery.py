"""Delivers one notice: renders it, hands it over, records what came of it.

For a mail the mark is durable before its first byte leaves. A letter needs none: the spool takes
the same notice only once. A notice that can't be rendered fails with its reason, for a person.
"""

import asyncio
import traceback
from datetime import date, datetime

import structlog
from prometheus_client import Counter

from services.notify import store
from services.notify.adapters.data_files import TemplateFault
from services.notify.adapters.letters import LetterFault, SetLetter
from services.notify.adapters.mailer import Deferred, MailConnection, Refused, Unanswered
from services.notify.app import App
from services.notify.came_back import DeadAddresses
from services.notify.domain import notice as lives
from services.notify.domain import printing
from services.notify.domain.channel import Email, ForPerson, choose_way, letter_way
from services.notify.domain.clauses import ClauseMissing, EarlierNoticeMissing, reached_in_time
from services.notify.domain.notice import Notice
from services.notify.domain.words import ContentMissing
from services.notify.recording import Recorder, Step, looked_up
from shared.contract.case_file import CaseFileUpdated
from shared.contract.facts import NoticeKind
from shared.contract.public import NoticeStatus
from shared.errors import NotFound

log = structlog.get_logger(__name__)

NOTICES = Counter(
    "claimsdesk_notices_total", "Attempts to deliver a notice", ["channel", "outcome"]
)

_SAYS_WHY = (
    ContentMissing,
    ClauseMissing,
    EarlierNoticeMissing,
    TemplateFault,
    LetterFault,
    NotFound,
)
"""Faults whose text tells a person what to do and holds nothing personal."""


class CannotRender(Exception):
    """A notice can't be made; the text is for a person."""


class Delivery:
    """Delivers the notices that one process took.

    Attributes:
        server_problem: Why no mail goes out at all, or None.
    """

    def __init__(self, app: App, recorder: Recorder, worker: str) -> None:
        self._app = app
        self._recorder = recorder
        self._worker = worker
        self._dead = DeadAddresses(app.service)
        self._connections: asyncio.LifoQueue[MailConnection] = asyncio.LifoQueue()
        for _ in range(app.settings.smtp_connections):
            self._connections.put_nowait(MailConnection(app.mail_server))
        self.server_problem: str | None = None

    async def mail(self, notice: Notice, now: datetime) -> None:
        """Send a notice by email."""
        try:
            to, data = await self._mail(notice, now)
        except CannotRender as error:
            await self._failed(notice, str(error))
            return
        connection = await self._connections.get()
        try:
            await self._hand_in(connection, notice, to, data)
        finally:
            self._connections.put_nowait(connection)

    async def letter(self, notice: Notice, _now: datetime) -> None:
        """Put a notice into the print spool as a letter."""
        try:
            letter, document_id, enclosures = await self._letter(notice)
        except CannotRender as error:
            await self._failed(notice, str(error))
            return
        await self._apply(
            notice,
            lambda current, work: printing.printed(
                current,
                worker=self._worker,
                document_id=document_id,
                pages=letter.pages,
                enclosures=enclosures,
                abroad=self._abroad(notice),
                now=work.now,
            ),
            "printed",
        )
        self._app.printed.set()

    def _abroad(self, notice: Notice) -> bool:
        """Does the letter leave the country? As before when its case file is gone."""
        if notice.case_file is None:
            return notice.abroad
        client = self._case(notice).client
        address = client.postal_address if client else None
        return address is not None and address.country.upper() != "DE"

    async def close(self) -> None:
        """Take leave of the mail server."""
        while not self._connections.empty():
            await self._connections.get_nowait().quit()

    async def _hand_in(
        self, connection: MailConnection, notice: Notice, to: Email, data: bytes
    ) -> None:
        document_id = notice.document_id or await self._app.documents.put(data)

        async def mark() -> bool:
            return await self._recorder.apply(
                notice.notice_id,
                lambda current, _: lives.marked(
                    current, worker=self._worker, document_id=document_id
                ),
            )

        try:
            taken = await connection.send(self._app.settings.desk_address, to.address, data, mark)
        except Deferred as error:
            self.server_problem = str(error) if error.server_away else None
            await self._deferred(notice, str(error))
        except Refused as error:
            self.server_problem, reason = None, str(error)
            await self._apply(
                notice,
                lambda current, work: lives.refused(
                    current,
                    reason,
                    worker=self._worker,
                    now=work.now,
                    today=self._today(work.now),
                ),
                "refused",
            )
        except Unanswered as error:
            log.warning("a notice is uncertain", notice_id=notice.notice_id, reason=str(error))
            await self._apply(
                notice, lambda current, work: lives.left_behind(current, now=work.now), "uncertain"
            )
        else:
            self.server_problem = None
            if taken:
                await self._sent(notice, document_id)

    async def _mail(self, notice: Notice, now: datetime) -> tuple[Email, bytes]:
        """Address and bytes of a mail; the same bytes again if it was made before."""
        try:
            case = self._case(notice)
            dead = await self._dead.among(case)
            way = choose_way(case, notice.kind, dead)
            if not isinstance(way, Email):
                way = choose_way(case, notice.kind)  # a person had it sent there again
            if not isinstance(way, Email):
                raise ContentMissing("no email may be sent to this client")
            if notice.document_id:
                return way, await self._app.documents.get(notice.document_id)
            await self._earlier_one_was_sent(case, notice.kind, self._today(now))
            written = self._app.renderer.written(
                case, notice.kind, notice.language, self._today(now), notice.notice_id
            )
            return way, self._app.renderer.mail(written, way, notice.notice_id, now)
        except Exception as error:
            raise self._cannot_render(notice, error) from None

    async def _letter(self, notice: Notice) -> tuple[SetLetter, str, str]:
        """A letter, where it is stored, what it encloses; as it was if it was made before."""
        try:
            if notice.document_id:
                pdf = await self._app.documents.get(notice.document_id)
                counted = await self._app.typesetter.counted(pdf)
                return counted, notice.document_id, notice.enclosures
            case = self._case(notice)
            way = letter_way(case, await self._dead.among(case))
            if isinstance(way, ForPerson):
                raise ContentMissing(way.reason)
            await self._earlier_one_was_sent(case, notice.kind, notice.letter_day)
            written = self._app.renderer.written(
                case, notice.kind, notice.language, notice.letter_day, notice.notice_id
            )
            letter = await self._app.typesetter.set(
                self._app.renderer.letter(written, way.lines, notice.letter_day)
            )
            document_id = await self._app.documents.put(letter.pdf)
            return letter, document_id, " ".join(written.message.enclosures)
        except Exception as error:
            raise self._cannot_render(notice, error) from None

    async def _earlier_one_was_sent(
        self, case: CaseFileUpdated, kind: NoticeKind, on: date
    ) -> None:
        """Refuse a notice whose earlier one (a warning) never reached the client, or too late."""
        earlier_id = self._app.renderer.presupposed(case, kind, on)
        if earlier_id is None:
            return
        earlier = await looked_up(
            self._app.service, lambda connection: store.find(connection, earlier_id)
        )
        if earlier is None or earlier.status not in {NoticeStatus.SENT, NoticeStatus.DELIVERED}:
            status = earlier.status.value if earlier else "not known"
            message = f"the warning that this notice presupposes was not sent: it is {status}"
            raise EarlierNoticeMissing(message)
        reached_in_time(earlier.posted_on, case)

    def _case(self, notice: Notice) -> CaseFileUpdated:
        if notice.case_file is None:
            raise ContentMissing("its case file was dropped after the time for bounces")
        return CaseFileUpdated.model_validate_json(notice.case_file)

    def _cannot_render(self, notice: Notice, error: Exception) -> CannotRender:
        if isinstance(error, _SAYS_WHY):
            log.warning("a notice needs a person", notice_id=notice.notice_id, reason=str(error))
            return CannotRender(str(error))
        place = traceback.extract_tb(error.__traceback__)[-1]
        log.error(
            "a notice can't be rendered",
            notice_id=notice.notice_id,
            fault=type(error).__name__,
            place=f"{place.filename}:{place.lineno}",
        )
        return CannotRender(f"a fault of the desk's software: {type(error).__name__}")

    async def _sent(self, notice: Notice, document_id: str) -> None:
        await self._apply(
            notice,
            lambda current, work: lives.sent(
                current,
                worker=self._worker,
                document_id=document_id,
                now=work.now,
                today=self._today(work.now),
            ),
            "sent",
        )

    async def _failed(self, notice: Notice, reason: str) -> None:
        await self._apply(
            notice, lambda current, work: lives.failed(current, reason, now=work.now), "failed"
        )

    async def _deferred(self, notice: Notice, reason: str) -> None:
        await self._apply(
            notice,
            lambda current, work: lives.deferred(
                current, reason, worker=self._worker, now=work.now, today=self._today(work.now)
            ),
            "deferred",
        )

    async def _apply(self, notice: Notice, step: Step, outcome: str) -> None:
        if await self._recorder.apply(notice.notice_id, step):
            NOTICES.labels(notice.channel.value, outcome).inc()
            if outcome in {"refused", "deferred"}:
                self._app.wake()
        else:
            log.warning("a notice changed meanwhile", notice_id=notice.notice_id, outcome=outcome)

    def _today(self, now: datetime) -> date:
        return self._app.renderer.programmes.desk.local_day(now)
