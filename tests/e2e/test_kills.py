"""Services and broker killed while claims flow: each claim is settled exactly once.

One round of each in `make test`, ten in `make soak`.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.local.desk import LocalDesk
from tests.support.flow import SERVICES, Claimant, Watch, claimants, publish_reference, send

CLAIMS = 200


def once_and_soak(first: str, other: str) -> pytest.MarkDecorator:
    """Once on one kind of database in `make test`; ten times, on both in turn, in `make soak`."""
    return pytest.mark.parametrize(
        ("new_database", "repetition"),
        [
            (first, 1),
            *(
                pytest.param((other, first)[number % 2], number, marks=pytest.mark.soak)
                for number in range(2, 11)
            ),
        ],
        indirect=["new_database"],
    )


@contextmanager
def running_desk(
    folder: Path, new_database: Callable[[], str]
) -> Iterator[tuple[LocalDesk, Watch]]:
    urls = {name: new_database() for name in SERVICES}
    people = claimants(CLAIMS)
    desk = LocalDesk(
        folder,
        database_url_for=urls.__getitem__,
        prepare=lambda bootstrap: publish_reference(bootstrap, people),
    )
    with desk:
        desk.wait_ready()
        yield desk, Watch(desk, urls)


def sending(desk: LocalDesk, people: list[Claimant], seconds: float) -> threading.Thread:
    """Send the claims in the background, spread over some seconds."""

    def run() -> None:
        for each in people:
            send(desk, [each])
            time.sleep(seconds / len(people))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


@pytest.mark.kill
@pytest.mark.timeout(300)
@once_and_soak("postgresql", "sqlite")
def test_every_service_killed_twice_settles_each_claim_once(
    repetition: int, tmp_path: Path, new_database: Callable[[], str]
) -> None:
    people = claimants(CLAIMS)
    with running_desk(tmp_path / "desk", new_database) as (desk, watch):
        flow = sending(desk, people, seconds=16)
        for name in SERVICES * 2:
            time.sleep(1.5)
            before = desk.pid(name)
            desk.kill_process(name)
            wait_for_restart(desk, name, before)
        flow.join()
        watch.until_settled(CLAIMS, seconds=120)
        uncertain = watch.assert_each_once(people)
    print(f"repetition {repetition}: {uncertain} notices are shown as uncertain")
    assert uncertain <= 16


@pytest.mark.kill
@pytest.mark.timeout(300)
@once_and_soak("sqlite", "postgresql")
def test_a_broker_away_for_ten_seconds_settles_each_claim_once(
    repetition: int, tmp_path: Path, new_database: Callable[[], str]
) -> None:
    people = claimants(CLAIMS)
    with running_desk(tmp_path / "desk", new_database) as (desk, watch):
        flow = sending(desk, people, seconds=12)
        time.sleep(3)
        desk.stop_process("kafka")
        time.sleep(10)
        desk.start_process("kafka")
        flow.join()
        watch.until_settled(CLAIMS, seconds=150)
        assert watch.assert_each_once(people) == 0
    print(f"repetition {repetition}: settled")


def wait_for_restart(desk: LocalDesk, name: str, before: int) -> None:
    end = time.monotonic() + 20
    while desk.pid(name) in (0, before):
        assert time.monotonic() < end, f"{name} was not started again"
        time.sleep(0.1)
