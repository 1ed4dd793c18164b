"""The bundle of a contact that was passed on: cover letter, manifest and originals in one file."""

import asyncio
import io
import zipfile
from collections.abc import Sequence

import orjson

from services.intake import queue, store
from services.intake.app import App
from services.intake.domain.forwarding import (
    Forwarding,
    Paper,
    cover_letter,
    file_name,
    manifest,
)
from services.intake.domain.placing import Action
from services.intake.queue import Handling
from services.intake.store import StoredDocument
from shared.contract.contacts import Handover
from shared.errors import NotFound, RuleViolation


async def bundle_of(app: App, contact_id: str) -> bytes:
    """A ZIP file with everything that the responsible body needs.

    Raises:
        NotFound: No such contact.
        RuleViolation: It was not passed on, or to a body that the desk's rules no longer name.
        TemporaryFault: The document store is away.
    """
    async with app.service.database.reading() as connection:
        rows = await store.list_received(connection, contact_id=contact_id)
        row = next((each for each in rows if each.duplicate_of is None), None)
        if row is None:
            raise NotFound("no such contact")
        history = (await queue.handlings_of(connection, [row.received_id])).get(row.received_id)
        handover = _handover(history or ())
        contact = await queue.contact_of(connection, contact_id)
        stored = await store.documents_of(connection, [row.received_id])
    body = app.programmes.desk.bodies.get(handover.body)
    if body is None:
        message = f"the desk's rules no longer name the body {handover.body}"
        raise RuleViolation("unknown_body", message)
    documents = stored.get(row.received_id, [])
    served = [each for each in documents if each.blocked is None]
    served.sort(key=lambda each: each.document_id != row.document_id)
    desk = app.programmes.desk
    forwarding = Forwarding(
        contact,
        desk.local_day(contact.received_at),
        desk.local_day(handover.at),
        handover,
        body,
        [_paper(number, each) for number, each in enumerate(served, 1)],
        [each.name for each in documents if each.blocked is not None],
    )
    data = [await app.documents.get(each.document_id) for each in served]
    description = orjson.dumps(manifest(forwarding, app.service.now()), option=orjson.OPT_INDENT_2)
    return await asyncio.to_thread(_zipped, forwarding, description, data)


def _handover(history: Sequence[Handling]) -> Handover:
    for each in reversed(history):
        if each.action is Action.PASSED_ON and each.body is not None:
            return Handover(body=each.body, by=each.by, at=each.at, reason=each.reason)
    raise RuleViolation("not_passed_on", "this contact was not passed on")


def _paper(number: int, document: StoredDocument) -> Paper:
    return Paper(
        file_name(number, document.name),
        document.name,
        document.media_type,
        document.size,
        document.sha256,
    )


def _zipped(forwarding: Forwarding, description: bytes, data: Sequence[bytes]) -> bytes:
    at = forwarding.handover.at.timetuple()[:6]
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        files = [paper.file for paper in forwarding.papers]
        papers = zip(files, data, strict=True)
        letter = ("Anschreiben.txt", cover_letter(forwarding).encode())
        for name, content in (letter, ("manifest.json", description), *papers):
            archive.writestr(zipfile.ZipInfo(name, at), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()
