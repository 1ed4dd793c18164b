"""The directory as this process read it last, read again only when people or teams changed."""

from sqlalchemy.ext.asyncio import AsyncConnection

from services.escalation import people_store
from services.escalation.domain.directory import Directory


class People:
    """Everybody at the desk, kept between two looks."""

    def __init__(self) -> None:
        self._known = Directory(version=-1)

    async def current(self, connection: AsyncConnection) -> Directory:
        """The directory as it is now."""
        version = await people_store.directory_version(connection)
        if version != self._known.version:
            self._known = await people_store.load_directory(connection)
        return self._known
