"""Print batches over SFTP, on a real SSH server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncssh
import pytest

from services.notify.adapters import drop
from services.notify.adapters.places import PlaceFault
from services.notify.adapters.sftp import SftpServer
from services.notify.domain.batches import Batch
from shared.contract.base import utc
from shared.contract.public import NoticeStatus
from tests.integration.test_notify_printing import NEVER, at_the_printer, closed, is_there
from tests.support.notify_desk import notify_desk
from tests.unit.notify.test_batches import a_letter

SENT = NoticeStatus.SENT


@asynccontextmanager
async def sftp_server(folder: Path) -> AsyncIterator[tuple[int, Path, Path]]:
    """A real SSH server with SFTP: its port, a known_hosts with its key, the client's key."""
    folder.mkdir()
    host_key, user_key = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(2))
    user_key.write_private_key(folder / "user_key")
    (folder / "authorized").write_bytes(user_key.export_public_key())
    root = folder / "root"
    root.mkdir()

    def chrooted(channel: asyncssh.SSHServerChannel) -> asyncssh.SFTPServer:
        return asyncssh.SFTPServer(channel, chroot=str(root).encode())

    server = await asyncssh.listen(
        "127.0.0.1",
        0,
        server_host_keys=[host_key],
        authorized_client_keys=str(folder / "authorized"),
        sftp_factory=chrooted,
    )
    port = server.get_port()
    known = folder / "known_hosts"
    known.write_bytes(f"[127.0.0.1]:{port} ".encode() + host_key.export_public_key())
    try:
        yield port, known, folder / "user_key"
    finally:
        server.close()
        await server.wait_closed()


async def test_a_batch_and_its_reports_over_sftp(database_url: str, tmp_path: Path):
    async with sftp_server(tmp_path / "provider") as (port, known, key):
        settings = {
            **NEVER,
            "print_sftp_host": "127.0.0.1",
            "print_sftp_port": port,
            "print_sftp_known_hosts": known,
            "print_sftp_key_file": key,
            "print_sftp_folder": "in",
        }
        root = tmp_path / "provider" / "root" / "in"
        async with (
            notify_desk(tmp_path / "desk", database_url, 1, **settings) as desk,
            desk.sending(),
        ):
            ids = await at_the_printer(desk, 2)
            batch_id = await closed(desk)
            await is_there(root / batch_id)
            names = {path.name for path in (root / batch_id).iterdir()}
            assert names == {*(f"{one}.pdf" for one in ids), "manifest.json", "SHA256SUMS"}
            day = (await desk.notice(ids[0])).letter_day.isoformat()
            (root / "reports").mkdir(exist_ok=True)
            lines = "".join(f"{one}.pdf,posted,{day}\n" for one in ids)
            (root / "reports" / "today.csv").write_text(f"file,status,on\n{lines}")
            for one in ids:
                await desk.until(one, SENT)
            await is_there(root / "reports" / "done" / "today.csv")


async def test_a_half_written_batch_is_completed_over_sftp(tmp_path: Path):
    """What a broken connection left is kept, half a file is written again, and nothing doubles."""
    pdfs = {f"d-{number}": b"%PDF" + bytes(100_000 * number) for number in range(3)}

    async def document(document_id: str) -> bytes:
        return pdfs[document_id]

    letters = tuple(a_letter(number, document_id=f"d-{number}") for number in range(3))
    batch = Batch("2026-11-23-1", utc(2026, 11, 23), letters)
    async with sftp_server(tmp_path / "provider") as (port, known, key):
        server = SftpServer("127.0.0.1", port, "desk", known, key_file=key)
        part = tmp_path / "provider" / "root" / "2026-11-23-1.part"
        part.mkdir()
        (part / letters[0].file).write_bytes(pdfs["d-0"])
        (part / f".{letters[1].file}.part").write_bytes(b"half")
        async with server.open() as place:
            await drop.fill(place, batch, document)
            await drop.hand_over(place, batch.batch_id)
        async with server.open() as place:
            await drop.fill(place, batch, document)
            await drop.hand_over(place, batch.batch_id)
    done = part.with_suffix("")
    assert not part.exists()
    for letter in letters:
        assert (done / letter.file).read_bytes() == pdfs[letter.document_id]


@pytest.mark.parametrize("wrong", ["known_hosts", "no_known_hosts", "key", "no_key", "port"])
async def test_a_server_that_is_not_ours_gets_nothing(tmp_path: Path, wrong: str):
    async with sftp_server(tmp_path / "provider") as (port, known, key):
        stranger = asyncssh.generate_private_key("ssh-ed25519")
        if wrong == "known_hosts":
            line = f"[127.0.0.1]:{port} ".encode() + stranger.export_public_key()
            known.write_bytes(line)
        if wrong == "no_known_hosts":
            known.write_bytes(b"\xff is no list of hosts\n")
        if wrong == "no_key":
            key.write_bytes(b"no key\n")
        if wrong == "key":
            stranger.write_private_key(key)
        at = 1 if wrong == "port" else port
        server = SftpServer("127.0.0.1", at, "desk", known, key_file=key, password="secret!")
        with pytest.raises(PlaceFault) as fault:
            async with server.open():
                raise AssertionError("let in")
    assert "secret" not in str(fault.value)
    assert "127.0.0.1" not in str(fault.value)
