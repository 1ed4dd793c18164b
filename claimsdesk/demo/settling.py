"""Follows a contact until the desk has nothing left to do about it by itself."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from claimsdesk.demo.apis import Apis
from claimsdesk.demo.results import Result, SeenNotice, outcome_of
from claimsdesk.demo.sending import Sent

LIMIT_S = 20.0
STABLE_S = 0.3
"""So long must nothing change before a contact counts as settled."""
PATIENCE_S = 4.0
"""… and so long if it is not what the expectation says: a slow machine gets the time to differ."""
_FIRST_POLLS_S = 0.15
_LATER_POLLS_S = 0.3
_FIRST_S = 1.5

_PENDING = "pending"
_UNFINISHED = frozenset({"created", "queued"})
_SENT = frozenset({"sent", "delivered"})


@dataclass
class Followed:
    """What is known of a contact so far.

    `old_notices` are those that its case had before: they are not this contact's.
    """

    name: str
    channel: str
    sent: Sent
    about_case: str | None = None
    old_notices: dict[str, tuple[str, str]] = field(default_factory=dict)
    intake: dict[str, Any] | None = None
    case: dict[str, Any] | None = None
    notices: list[dict[str, Any]] = field(default_factory=list)
    assessed_at: datetime | None = None
    noticed_at: datetime | None = None

    async def look(self, apis: Apis, *, repeat: bool) -> None:
        """Ask the services how far it has come."""
        if self.verdict is None:
            self.intake = _row(await apis.received(**self.sent.query), repeat=repeat)
        if self.intake is None:
            return
        case_id = None
        if self.verdict == "contact" and self.intake.get("contact_id"):
            self.case = await apis.case_of(self.intake["contact_id"])
            self._note_assessment(self.intake["contact_id"])
            case_id = self.case["case_id"] if self.case else None
        elif self.verdict == "delivery_report":
            case_id = self.about_case
        if case_id is not None:
            self.notices = await apis.notices(case_id)

    @property
    def verdict(self) -> str | None:
        """What intake takes it for; None while it is being examined."""
        verdict = self.intake["verdict"] if self.intake else _PENDING
        return None if verdict == _PENDING else str(verdict)

    @property
    def contact_id(self) -> str:
        """Intake's id of the contact; empty while it has none."""
        return str((self.intake or {}).get("contact_id") or "")

    @property
    def at_rest(self) -> bool:
        """Has everything that was begun ended?"""
        if self.verdict is None or self._unfinished:
            return False
        if self.verdict == "delivery_report":
            return self.about_case is None or bool(self._own_notices)
        if self.verdict != "contact":
            return True
        return self.case is not None and self._asked_for <= {
            notice["notice_id"] for notice in self.notices
        }

    def result(self) -> Result:
        """The contact's result as it stands now."""
        return Result(
            contact=self.name,
            channel=self.channel,
            intake=self.verdict,
            case_id=self.case["case_id"] if self.case else None,
            kind=self.case["kind"] if self.case else None,
            outcome=outcome_of(self.case),
            notices=tuple(
                SeenNotice(notice["kind"], notice["channel"], notice["status"])
                for notice in self._own_notices
            ),
            findings=self._findings,
            contact_to_assessment_ms=self._since_sent(self.assessed_at),
            contact_to_notice_ms=self._since_sent(self.noticed_at),
        )

    def standing(self) -> dict[str, tuple[str, str]]:
        """Every notice of the case as it is now, for a later contact of the same case."""
        return {notice["notice_id"]: _standing(notice) for notice in self.notices}

    @property
    def client_addresses(self) -> list[str]:
        """Where the case's client reads email."""
        client = (self.case or {}).get("client") or {}
        return list(client.get("emails", ()))

    def note_notice_time(self) -> None:
        """Time the desk's own answer: the last notice that was sent before any person acted."""
        sent = [_instant(one["changed_at"]) for one in self._own_notices if one["status"] in _SENT]
        self.noticed_at = max(sent, default=None)

    @property
    def _findings(self) -> tuple[str, ...]:
        assessment = (self.case or {}).get("assessment") or {}
        return tuple(dict.fromkeys(one["code"] for one in assessment.get("findings", ())))

    @property
    def _own_notices(self) -> list[dict[str, Any]]:
        return [
            notice
            for notice in self.notices
            if self.old_notices.get(notice["notice_id"]) != _standing(notice)
        ]

    @property
    def _unfinished(self) -> bool:
        return any(
            notice["status"] in _UNFINISHED and notice["held_because"] is None
            for notice in self.notices
        )

    @property
    def _asked_for(self) -> set[str]:
        facts = self.case.get("facts", ()) if self.case else ()
        return {fact["notice_id"] for fact in facts if fact["fact"] == "notice_requested"}

    def _note_assessment(self, contact_id: str) -> None:
        # The first sight of a case with this contact in it is the change that it made.
        case = self.case or {}
        if (
            self.assessed_at is None
            and case.get("assessment")
            and contact_id in case["contact_ids"]
        ):
            self.assessed_at = _instant(case["updated_at"])

    def _since_sent(self, at: datetime | None) -> int | None:
        return None if at is None else round((at - self.sent.at).total_seconds() * 1000)


async def settle(
    followed: Followed, apis: Apis, *, as_expected: Callable[[Result], bool] | None, repeat: bool
) -> bool:
    """Wait until a contact is settled.

    It is when everything is at rest and as expected, or has not changed for a while.

    Args:
        followed: The contact.
        apis: Where to look.
        as_expected: Tells whether a result is what was stated; None if nothing was.
        repeat: The contact was sent as a repeat of another one.

    Returns:
        False if it was not settled within `LIMIT_S`.
    """
    begun = time.monotonic()
    steady_since, steady = begun, followed.result()
    while (now := time.monotonic()) - begun < LIMIT_S:
        await followed.look(apis, repeat=repeat)
        result = followed.result()
        if result != steady or not followed.at_rest:
            steady_since, steady = time.monotonic(), result
        if followed.at_rest:
            if as_expected is not None and as_expected(result):
                return True
            wanted = STABLE_S if as_expected is None else PATIENCE_S
            if now - steady_since >= wanted:
                return True
        await asyncio.sleep(_FIRST_POLLS_S if now - begun < _FIRST_S else _LATER_POLLS_S)
    return False


def _row(rows: Sequence[dict[str, Any]], *, repeat: bool) -> dict[str, Any] | None:
    """What intake said about this delivery; of a mail delivered twice, a row is the other's."""
    if repeat:
        rows = [row for row in rows if row["verdict"] == "duplicate"]
    return rows[0] if rows else None


def _standing(notice: dict[str, Any]) -> tuple[str, str]:
    return notice["channel"], notice["status"]


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
