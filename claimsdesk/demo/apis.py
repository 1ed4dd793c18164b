"""The services' HTTP APIs, as far as the demo uses them: it sees no more than a person may see."""

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import httpx

from claimsdesk.desks import Desk
from claimsdesk.errors import CommandError
from claimsdesk.said import refusal

_TIMEOUT_S = 10


class Apis:
    """A desk's services, asked as its representative unless somebody else is named."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._clients = {
            name: httpx.AsyncClient(base_url=url, timeout=_TIMEOUT_S)
            for name, url in desk.urls.items()
        }

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for client in self._clients.values():
            await client.aclose()

    async def received(self, **query: str) -> list[dict[str, Any]]:
        """What intake made of the contacts with a message or contact id; empty if nothing yet."""
        return await self._list("intake", "/received", query)

    async def case_of(self, contact_id: str) -> dict[str, Any] | None:
        """The case that a contact belongs to, once review has seen it."""
        cases = await self._list("review", "/cases", {"contact_id": contact_id})
        return cases[0] if cases else None

    async def case(self, case_id: str) -> dict[str, Any]:
        """A case file as it is now."""
        case: dict[str, Any] = await self._answer("GET", "review", f"/cases/{case_id}")
        return case

    async def notices(self, case_id: str) -> list[dict[str, Any]]:
        """The notices that notify knows of a case."""
        return await self._list("notify", "/notices", {"case_id": case_id})

    async def escalations(self, status: str, who: str) -> list[dict[str, Any]]:
        """The escalations with a status, e.g. `opened`."""
        return await self._list("escalation", "/escalations", {"status": status}, who=who)

    async def read(
        self, service: str, path: str, query: Mapping[str, str], who: str
    ) -> list[dict[str, Any]]:
        """A list as a person may see it.

        Raises:
            CommandError: The service refused; says what it said.
        """
        return await self._list(service, path, query, who=who)

    async def post(self, service: str, path: str, who: str, **content: Any) -> Any:
        """Send something as a person; `content` is passed to httpx (`json`, `files` …).

        Raises:
            CommandError: The service refused; says what it said.
        """
        return await self._answer("POST", service, path, who=who, **content)

    async def reads_scans(self) -> bool:
        """Is OCR installed where intake runs?

        Raises:
            CommandError: Intake does not answer.
        """
        try:
            answer = await self._clients["intake"].get("/readyz")
        except httpx.HTTPError as problem:
            raise self._silent("intake", problem) from problem
        return "ocr: off" not in answer.text

    async def _list(
        self, service: str, path: str, query: Mapping[str, str], who: str = "representative"
    ) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = await self._answer(
            "GET", service, path, who=who, params=query
        )
        return found

    async def _answer(
        self, method: str, service: str, path: str, who: str = "representative", **content: Any
    ) -> Any:
        headers = {"Authorization": f"Bearer {self._desk.token(who)}", **content.pop("headers", {})}
        try:
            answer = await self._clients[service].request(method, path, headers=headers, **content)
        except httpx.HTTPError as problem:
            raise self._silent(service, problem) from problem
        if answer.is_error:
            raise Refused(refusal(answer), answer.status_code)
        return answer.json()

    def _silent(self, service: str, problem: httpx.HTTPError) -> CommandError:
        return CommandError(f"{service} at {self._desk.urls[service]} does not answer: {problem!r}")


class Refused(CommandError):
    """A service answered with an error."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status
