"""Documents: raw mails, scans and letters under random ids; events carry only the id.

A local folder through `obstore`; the same interface reaches S3. The id says nothing about the
client or the contents, so erasing a client is deleting their ids.
"""

import re
from pathlib import Path

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore

from shared.errors import NotFound, TemporaryFault
from shared.ids import random_id

_AWAY = "the document store is away or full"
_DOCUMENT_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


class DocumentStore:
    """Stores bytes durably and gives them back by their id."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._store = LocalStore(prefix=directory, automatic_cleanup=True)

    async def put(self, data: bytes) -> str:
        """Store bytes and return their new random id.

        Raises:
            TemporaryFault: The store is away or full.
        """
        document_id = random_id()
        try:
            await obstore.put_async(self._store, _path(document_id), data)
        except BaseError as error:
            raise TemporaryFault(_AWAY) from error
        return document_id

    async def get(self, document_id: str) -> bytes:
        """The bytes of a document.

        Raises:
            NotFound: There is no document with this id.
            TemporaryFault: The store is away.
        """
        try:
            result = await obstore.get_async(self._store, _path(document_id))
        except FileNotFoundError as error:
            message = "no such document"
            raise NotFound(message) from error
        except BaseError as error:
            raise TemporaryFault(_AWAY) from error
        return bytes(await result.bytes_async())

    async def delete(self, document_id: str) -> None:
        """Delete a document; one that is gone already is no error."""
        try:
            await obstore.delete_async(self._store, _path(document_id))
        except FileNotFoundError:
            return


def _path(document_id: str) -> str:
    if not _DOCUMENT_ID.fullmatch(document_id):
        message = "no such document"
        raise NotFound(message)
    return f"{document_id[:2]}/{document_id}"
