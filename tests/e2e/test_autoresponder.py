"""A machine that looks like a person, and answers every mail of the desk with a new matter."""

import smtplib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest

from deploy.local.desk import LocalDesk
from deploy.local.mail import DESK_ADDRESS

MACHINE = "machine@elsewhere.example"
LIMIT = 4


class Machine:
    """Writes once, and then once for each mail that it gets."""

    def __init__(self, desk: LocalDesk) -> None:
        self._desk = desk
        self._ended = threading.Event()
        self.received = 0

    def run(self) -> None:
        written = 0
        while not self._ended.wait(0.1):
            with self._desk.mail.mailbox(MACHINE) as mailbox:
                self.received = len(mailbox.numbers())
            while written <= self.received:
                self._write(written)
                written += 1

    def _write(self, number: int) -> None:
        mail = EmailMessage()
        mail["From"], mail["To"] = MACHINE, DESK_ADDRESS
        mail["Subject"] = "Frage zu einem Fahrrad"
        mail["Message-ID"] = f"<{number}@elsewhere.example>"
        mail.set_content(f"Guten Tag,\n\nmein Fahrrad Nummer {number} ist weg. Was tun?\n")
        with smtplib.SMTP(*self._desk.smtp) as server:
            server.send_message(mail)

    @contextmanager
    def running(self) -> Iterator[None]:
        thread = threading.Thread(target=self.run, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            thread.join(10)


def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "not in time"
        time.sleep(0.2)


@pytest.mark.timeout(120)
def test_a_loop_with_a_machine_ends_and_a_person_sees_what_was_held(tmp_path: Path) -> None:
    settings = {"CLAIMSDESK_ANSWERS_PER_DAY": str(LIMIT)}
    with LocalDesk(tmp_path / "desk", settings=settings) as desk:
        desk.wait_ready()
        machine = Machine(desk)

        def call(method: str, path: str, **body: str) -> httpx.Response:
            token = {"Authorization": f"Bearer {desk.token('representative')}"}
            url = desk.urls["notify"] + path
            return httpx.request(method, url, headers=token, json=body or None, timeout=10)

        def held() -> list[dict]:
            return call("GET", "/notices?status=created").json()

        with machine.running():
            until(lambda: machine.received >= LIMIT and bool(held()))
            time.sleep(2)
            assert machine.received == LIMIT
            (first, *_) = held()
            assert first["held_because"] == "answers_per_day"
            assert (
                first["detail"] == f"{LIMIT} automatic answers went to this recipient today already"
            )
            path = f"/notices/{first['notice_id']}/release"
            assert call("POST", path, reason="").status_code == 422
            assert call("POST", path, reason="a person after all").status_code == 202
            until(lambda: machine.received == LIMIT + 1)
        steps = call("GET", f"/notices/{first['notice_id']}").json()["steps"]
        assert [step["status"] for step in steps] == ["created", "queued", "sent"]
        assert steps[1]["detail"] == "a person after all"
        assert steps[1]["by"]
        assert call("POST", path, reason="once more").json()["code"] == "not_held"
