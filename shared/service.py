"""The frame of every service: one process, one loop; Faust, HTTP, database and outbox together.

A fault that nothing handles ends the process; its supervisor starts it again.
"""

import asyncio
import gc
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from types import FrameType

import structlog
import uvicorn
import uvloop
from fastapi import APIRouter, FastAPI, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import MetaData, text

from shared import logs
from shared.answers import answer_errors
from shared.auth import TokenVerifier
from shared.contract.catalogue import Topic
from shared.database import Database, is_temporary
from shared.messaging.processing import Handler, UnitOfWork
from shared.messaging.tables import with_messaging
from shared.messaging.worker import Worker
from shared.migrations import migrate
from shared.settings import ServiceSettings

log = structlog.get_logger(__name__)

_HEARTBEAT_SECONDS = 1.0
_LOOP_STUCK_SECONDS = 15.0
_DATABASE_WAIT_SECONDS = 30.0

Check = Callable[[], Awaitable[str | None]]


class DeskService:
    """What a service needs: subscribe, emit, background loops, HTTP, health."""

    def __init__(self, name: str, settings: ServiceSettings, metadata: MetaData) -> None:
        self.name = name
        self.settings = settings
        self.database = Database(settings.database_url)
        self._worker = Worker(
            name,
            settings.kafka,
            self.database,
            with_messaging(metadata),
            settings.batch_records,
            self._fail,
        )
        self._loops: list[tuple[str, Callable[[], Awaitable[None]]]] = []
        self._checks: dict[str, Check] = {}
        self._details: dict[str, str] = {}
        self._failure: BaseException | None = None
        self._server: uvicorn.Server | None = None
        self._heartbeat = time.monotonic()
        self._ready = False

    def subscribe(self, topic: Topic, handler: Handler, after: Sequence[Topic] = ()) -> None:
        """Call the handler with new events of the topic, one transaction per batch.

        The topics in `after` are read to their ends first, each time the process starts.
        """
        self._worker.subscribe(topic, handler, after)

    async def caught_up(self, *topics: Topic) -> None:
        """Wait until what is on these topics by now has been handled, for at most 30 idle seconds.

        Raises:
            TemporaryFault: The broker is away.
        """
        for topic in topics:
            await self._worker.catching_up.wait_for(topic)

    def background(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        """Run a loop as long as the process lives; if it ends by a fault, so does the process."""
        self._loops.append((name, run))

    def readiness(self, name: str, check: Check) -> None:
        """Add a line to `/readyz`: the check returns None, or what is wrong."""
        self._checks[name] = check

    def detail(self, name: str, text: str) -> None:
        """Say something in `/readyz` that keeps nobody waiting, such as a part switched off."""
        self._details[name] = text

    def now(self) -> datetime:
        """This instant, for what is only looked at; a change has its transaction's."""
        return datetime.now(UTC)

    @asynccontextmanager
    async def unit_of_work(self) -> AsyncIterator[UnitOfWork]:
        """A transaction for an API call or a loop; what it emits is published after the commit."""
        async with self.database.transaction() as connection:
            work = UnitOfWork(connection, self.name, self.now())
            yield work
            written = await self._worker.outbox.add(connection, work.records)
        self._worker.outbox.committed(written)
        for callback in work.callbacks:
            callback()

    def serve(self, *routers: APIRouter) -> None:
        """Run until SIGTERM or SIGINT, which end in order with 0; exits with 1 after a fault."""
        logs.configure(self.name, self.settings.log_format)
        _calm_garbage_collector()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        uvloop.run(self._serve(self.api(*routers)))
        if self._failure is not None:
            sys.exit(1)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        """Before the server listens to signals, just end; afterwards it has obeyed already.

        It raises the signal that ended it once more, for whoever had listened before it.
        """
        if self._server is None or not self._server.should_exit:
            sys.exit(0)

    def api(self, *routers: APIRouter) -> FastAPI:
        """The HTTP side with health, metrics and the service's own routes."""
        # No `/docs` page: it would load its scripts from somebody else's server.
        api = FastAPI(
            title=f"claims desk: {self.name}",
            lifespan=self._lifespan,
            docs_url=None,
            redoc_url=None,
        )
        api.state.verifier = TokenVerifier(self.settings.jwks_file)
        api.add_api_route("/healthz", self._healthz, include_in_schema=False)
        api.add_api_route("/readyz", self._readyz, include_in_schema=False)
        api.add_api_route("/metrics", _metrics, include_in_schema=False)
        answer_errors(api, self.settings.form_limit_bytes)
        for router in routers:
            api.include_router(router)
        return api

    async def _serve(self, api: FastAPI) -> None:
        config = uvicorn.Config(
            api,
            host=self.settings.http_host,
            port=self.settings.http_port,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=5,
        )
        self._server = uvicorn.Server(config)
        await self._server.serve()

    @asynccontextmanager
    async def _lifespan(self, _api: FastAPI) -> AsyncIterator[None]:
        try:
            await self._wait_for_database()
            await migrate(self.database, self.name)
            async with self._worker.running():
                tasks = [
                    asyncio.create_task(self._loop(name, run), name=name)
                    for name, run in [*self._loops, ("heartbeat", self._beat)]
                ]
                self._ready = True
                log.info("started", port=self.settings.http_port)
                try:
                    yield
                finally:
                    self._ready = False
                    for task in tasks:
                        task.cancel()
                    await asyncio.gather(*tasks, return_exceptions=True)
        except Exception as error:
            log.exception("the service stops")
            self._failure = error
            raise
        finally:
            await self.database.close()
            log.info("stopped")

    async def _wait_for_database(self) -> None:
        end = time.monotonic() + _DATABASE_WAIT_SECONDS
        while True:
            try:
                async with self.database.reading() as connection:
                    await connection.execute(text("SELECT 1"))
            except Exception as error:
                if not is_temporary(error) or time.monotonic() > end:
                    raise
                log.warning("waiting for the database", reason=type(error).__name__)
                await asyncio.sleep(0.5)
            else:
                return

    async def _loop(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        try:
            await run()
        except asyncio.CancelledError:
            raise
        except Exception as error:
            log.exception("a loop ended by a fault", loop=name)
            self._fail(error)

    async def _beat(self) -> None:
        while True:
            self._heartbeat = time.monotonic()
            if self._worker.crashed:
                self._fail(RuntimeError("Faust stopped by itself"))
            await asyncio.sleep(_HEARTBEAT_SECONDS)

    def _fail(self, error: BaseException) -> None:
        self._failure = error
        if self._server is not None:
            self._server.should_exit = True

    async def _healthz(self) -> JSONResponse:
        stuck = time.monotonic() - self._heartbeat > _LOOP_STUCK_SECONDS
        alive = not (self._worker.crashed or stuck or self._failure)
        return JSONResponse({"alive": alive}, 200 if alive else 503)

    async def _readyz(self) -> JSONResponse:
        problems: dict[str, str] = {}
        if not self._ready:
            problems["service"] = "starting"
        if not self._worker.assigned:
            problems["kafka"] = "no partitions assigned"
        try:
            async with self.database.reading() as connection:
                await connection.execute(text("SELECT 1"))
        except Exception as error:
            problems["database"] = type(error).__name__
        for name, check in self._checks.items():
            if (problem := await check()) is not None:
                problems[name] = problem
        answer = {"ready": not problems, "problems": problems, "details": self._details}
        return JSONResponse(answer, 503 if problems else 200)


def _calm_garbage_collector() -> None:
    """Look for reference cycles seldom: a batch makes 300,000 objects, and none of them cycles.

    With Python's defaults half of the time of a claim went into looking, and a tenth of it with a
    threshold that three batches side by side reach (`docs/performance.md`).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(1_000_000, 20, 20)


def _metrics() -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
