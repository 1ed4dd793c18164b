"""A way to a real server that a test can make slow, cut, block, or let say something else."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

Answer = Callable[[bytes], Awaitable[bytes | None]]
"""What the server says to some bytes of the client, instead of itself; None to pass them on."""


class TcpProxy:
    """Forwards between clients and a server, in the test's own loop.

    Attributes:
        port: Where clients connect to.
        pause: Seconds before each byte of the server's answers.
        flows: Unless it is set, the server's answers don't arrive.
        cut_after: So many bytes of the server are passed on, then every connection breaks, once.
        answers: Asked about everything that a client sends.
        connections: How many there have been.
    """

    def __init__(self, host: str, port: int, tls: ssl.SSLContext | None = None) -> None:
        self._server = host, port
        self._tls = tls
        self._writers: set[asyncio.StreamWriter] = set()
        self._listener: asyncio.Server | None = None
        self.port = 0
        self.pause = 0.0
        self.flows = asyncio.Event()
        self.flows.set()
        self.cut_after: int | None = None
        self.answers: Answer | None = None
        self.connections = 0

    async def open(self) -> None:
        """Listen, on the same port as before."""
        self._listener = await asyncio.start_server(
            self._connected, "127.0.0.1", self.port, ssl=self._tls
        )
        self.port = self._listener.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Break every connection, and take no new one."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        self._break()
        await asyncio.sleep(0)

    def _break(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _connected(
        self, client_reader: asyncio.StreamReader, client: asyncio.StreamWriter
    ) -> None:
        self.connections += 1
        self._writers.add(client)
        with suppress(OSError):
            server_reader, server = await asyncio.open_connection(*self._server)
            self._writers.add(server)
            await asyncio.gather(
                self._to_server(client_reader, server, client),
                self._to_client(server_reader, client),
                return_exceptions=True,
            )
            server.close()
        client.close()

    async def _to_server(
        self,
        reader: asyncio.StreamReader,
        server: asyncio.StreamWriter,
        client: asyncio.StreamWriter,
    ) -> None:
        while data := await reader.read(65536):
            own = await self.answers(data) if self.answers else None
            (server if own is None else client).write(data if own is None else own)
        server.close()

    async def _to_client(self, reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            await self.flows.wait()
            if self.cut_after is not None and len(data) >= self.cut_after:
                client.write(data[: self.cut_after])
                await client.drain()
                self.cut_after = None
                self._break()
                return
            if self.cut_after is not None:
                self.cut_after -= len(data)
            for piece in [data] if not self.pause else [data[n : n + 1] for n in range(len(data))]:
                await asyncio.sleep(self.pause)
                client.write(piece)
        client.close()


@asynccontextmanager
async def proxy_to(
    host: str, port: int, tls: ssl.SSLContext | None = None
) -> AsyncIterator[TcpProxy]:
    """A proxy that forwards faithfully until the test wants it otherwise."""
    proxy = TcpProxy(host, port, tls)
    await proxy.open()
    try:
        yield proxy
    finally:
        await proxy.close()
