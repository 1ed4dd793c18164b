"""A run: every contact sent at once, each after those it refers to, and followed to its end."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from secrets import token_hex
from zoneinfo import ZoneInfo

from claimsdesk.demo.apis import Apis
from claimsdesk.demo.contacts import Contact
from claimsdesk.demo.expectations import Expectation
from claimsdesk.demo.mailboxes import notice_message_id
from claimsdesk.demo.people import act
from claimsdesk.demo.placeholders import Known, fill_in, wanted_notices
from claimsdesk.demo.results import Result, mismatches
from claimsdesk.demo.sending import (
    Sent,
    scanned_anew,
    send_claim,
    send_letter,
    send_mail,
    send_phone_note,
)
from claimsdesk.demo.settling import LIMIT_S, Followed, settle
from claimsdesk.desks import Desk
from claimsdesk.errors import CommandError

DESK_ZONE = ZoneInfo("Europe/Berlin")
MOST_AT_ONCE = 25
"""More contacts wait their turn, so that asking after them does not slow them down."""
_MESSAGE_ID_DOMAIN = "demo.claimsdesk.example"

Tell = Callable[[Result], None]


@dataclass
class Run:
    """One run of contacts against one desk.

    Args:
        desk: Where to send them.
        apis: Its services.
        ocr: Are scans read there?
        fresh: What `{{fresh:…}}` stands for.
        tell: Told each result as it comes.
    """

    desk: Desk
    apis: Apis
    ocr: bool
    fresh: Callable[[str], str] = str
    tell: Tell = lambda _: None
    mark: str = field(default_factory=lambda: token_hex(4))
    followed: dict[str, Followed] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)
    room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_AT_ONCE))

    async def all(self, contacts: Sequence[Contact]) -> list[Result]:
        """Send every contact and return their results, in the same order.

        A contact that can't be sent or settled is a result with mismatches, not an error.
        """
        tasks: dict[str, asyncio.Task[Result]] = {}
        for contact in contacts:
            before = [tasks[name] for name in sorted(contact.after)]
            tasks[contact.name] = asyncio.create_task(self._one(contact, before))
        return list(await asyncio.gather(*tasks.values()))

    async def _one(self, contact: Contact, before: Sequence[asyncio.Task[Result]]) -> Result:
        if before:
            await asyncio.wait(before)
        try:
            async with self.room:
                result = await self._followed(contact)
        except CommandError as problem:
            seen = self.followed.get(contact.name)
            result = seen.result() if seen else Result(contact.name, contact.channel)
            result = replace(result, problem=str(problem), mismatches=(str(problem),))
        self.tell(result)
        return result

    async def _followed(self, contact: Contact) -> Result:
        expectation = contact.expectation or Expectation()
        expected = expectation.expected(ocr=self.ocr)
        known_cases = {name: one.result().case_id for name, one in self.followed.items()}
        earlier = self._earlier(contact)
        sent = await self._send(contact)
        followed = Followed(
            contact.name,
            contact.channel,
            sent,
            about_case=self._case_of(earlier),
            old_notices=earlier.standing() if earlier else {},
        )
        self.followed[contact.name] = followed

        def differs(result: Result) -> list[str]:
            return mismatches(result, expected, known_cases)

        stated = contact.expectation is not None
        repeat = contact.duplicate_of is not None
        check = (lambda result: not differs(result)) if stated and not expectation.then else None
        settled = await settle(followed, self.apis, as_expected=check, repeat=repeat)
        followed.note_notice_time()
        for step in expectation.then:
            case_id = followed.result().case_id
            if case_id is None:
                break
            await act(self.apis, case_id, followed.contact_id, step)
            final = step is expectation.then[-1]
            check = (lambda result: not differs(result)) if final else None
            settled = await settle(followed, self.apis, as_expected=check, repeat=repeat)
        found = differs(followed.result())
        problem = None if settled else f"was not settled within {LIMIT_S:.0f} s"
        if problem is not None:
            found.append(problem)
        return replace(followed.result(), problem=problem, mismatches=tuple(found))

    async def _send(self, contact: Contact) -> Sent:
        content = await self._content(contact)
        at = datetime.now(UTC)
        if contact.channel == "phone":
            return await send_phone_note(self.apis, content, at)
        if contact.channel == "web":
            return await send_claim(self.desk, content, at)
        if contact.channel == "letter":
            name = contact.file.name if contact.file else contact.name
            return await send_letter(self.apis, name, content, at)
        message_id = self._message_id(contact.duplicate_of or contact.name)
        return await send_mail(self.desk, content, message_id, at)

    async def _content(self, contact: Contact) -> bytes:
        # A repeat is the same to the byte, whatever day or case its file would say by now.
        if contact.duplicate_of in self.contents:
            return self.contents[contact.duplicate_of]
        if contact.channel == "letter":
            content = scanned_anew(contact.raw, self.mark)
        else:
            content = fill_in(contact.raw, await self._known(contact), str(contact.file))
        self.contents[contact.name] = content
        return content

    async def _known(self, contact: Contact) -> Known:
        case_ids = {name: one.result().case_id for name, one in self.followed.items()}
        return Known(
            today=datetime.now(DESK_ZONE).date(),
            case_ids={name: case_id for name, case_id in case_ids.items() if case_id},
            message_ids={name: self._message_id(name) for name in contact.after},
            notice_message_ids={
                (name, kind): await notice_message_id(self.desk, self.followed[name], kind)
                for name, kind in sorted(wanted_notices(contact.raw))
                if name in self.followed
            },
            fresh=self.fresh,
        )

    def _earlier(self, contact: Contact) -> Followed | None:
        """The contact whose case this one is about, if it says so."""
        named = {name for name, _ in wanted_notices(contact.raw)} or contact.after
        about = [self.followed[name] for name in sorted(named) if name in self.followed]
        return about[0] if about else None

    def _case_of(self, earlier: Followed | None) -> str | None:
        return earlier.result().case_id if earlier else None

    def _message_id(self, name: str) -> str:
        return f"<{self.mark}.{name}@{_MESSAGE_ID_DOMAIN}>"
