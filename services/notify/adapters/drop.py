"""Hands a batch over to the print provider, whole or not at all, and fetches what it reports.

A batch is filled under `<batch>.part` and renamed when its last file is there, so that the
provider never prints half a batch. What was written before a failure is not written again. Between
filling and renaming the caller marks the batch: when neither name is there after the mark, the
provider has taken it, and it is not dropped a second time.
"""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

from services.notify.adapters.places import Place
from services.notify.domain.batches import (
    CHECKSUMS,
    MANIFEST,
    Batch,
    checksums_of,
    manifest_of,
)

REPORTS: Final = "reports"
_DONE: Final = "reports/done"
_FAILED: Final = "reports/failed"
_LARGEST_REPORT: Final = 20_000_000
_ENDINGS: Final = (".csv", ".txt")


async def fill(place: Place, batch: Batch, document: Callable[[str], Awaitable[bytes]]) -> None:
    """Write a batch where the provider does not look yet.

    Args:
        place: Where it goes.
        batch: The batch.
        document: Gives a letter's PDF by its document id.

    Raises:
        PlaceFault: The place is away, full or refuses us; what was written stays.
    """
    if await place.sizes(batch.batch_id) is not None:
        return
    part = _part(batch.batch_id)
    there = await place.sizes(part)
    if there is None:
        await place.make(part)
        there = {}
    checksums: dict[str, str] = {}
    sizes: dict[str, int] = {}
    for letter in batch.letters:
        pdf = await document(letter.document_id)
        checksums[letter.file] = hashlib.sha256(pdf).hexdigest()
        sizes[letter.file] = len(pdf)
        if there.get(letter.file) != len(pdf):
            await place.write(f"{part}/{letter.file}", pdf)
    manifest = manifest_of(batch, checksums, sizes)
    checksums[MANIFEST] = hashlib.sha256(manifest).hexdigest()
    await place.write(f"{part}/{MANIFEST}", manifest)
    await place.write(f"{part}/{CHECKSUMS}", checksums_of(checksums))


async def hand_over(place: Place, batch_id: str) -> None:
    """Show a batch that was filled and marked to the provider; again without effect.

    Raises:
        PlaceFault: The place is away or refuses us.
    """
    if await place.sizes(batch_id) is not None or await place.sizes(_part(batch_id)) is None:
        return
    await place.rename(_part(batch_id), batch_id)


async def reports(place: Place) -> AsyncIterator[tuple[str, bytes]]:
    """Name and contents of each report that lies there; hidden ones are still being written.

    Raises:
        PlaceFault: The place is away or refuses us.
    """
    for name, size in sorted((await place.sizes(REPORTS) or {}).items()):
        if name.startswith(".") or not name.lower().endswith(_ENDINGS):
            continue
        if size > _LARGEST_REPORT:
            yield name, b""
        else:
            yield name, await place.read(f"{REPORTS}/{name}", _LARGEST_REPORT)


async def put_away(place: Place, name: str, problems: list[str]) -> None:
    """Move a report that was read: to `done`, or to `failed` with what was wrong beside it.

    Raises:
        PlaceFault: The place is away or refuses us; the report is read again then, without effect.
    """
    folder = _FAILED if problems else _DONE
    await place.make(folder)
    taken = await place.sizes(folder) or {}
    free = name
    number = 1
    while free in taken:
        number += 1
        stem, point, ending = name.rpartition(".")
        free = f"{stem}-{number}{point}{ending}"
    if problems:
        await place.write(f"{folder}/{free}.problems", "\n".join([*problems, ""]).encode())
    await place.rename(f"{REPORTS}/{name}", f"{folder}/{free}")


def _part(batch_id: str) -> str:
    return f"{batch_id}.part"
