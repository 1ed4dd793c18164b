"""Many claims through a whole desk, and what must be true when they have settled.

Each claim is a real mail from a client of its own, approved straight through, so that every claim
ends with one case, one decision, one receipt and one decision notice.
"""

import smtplib
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import httpx
from sqlalchemy import create_engine, text

from claimsdesk.policies import Reference, publish
from deploy.local.desk import LocalDesk
from deploy.local.mail import DESK_ADDRESS
from shared.contract.reference import ClientChanged, PolicyChanged, PolicyVersion

SERVICES = ("intake", "review", "escalation", "notify")
_FINAL = {"sent", "delivered", "failed", "uncertain"}


def _one_page(text: bytes) -> bytes:
    """A PDF whose page says something: one that nobody can read is asked for again."""
    page = b"BT /F1 12 Tf 72 720 Td (" + text + b") Tj ET"
    font = b"<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources %b>>" % font,
        b"<</Length %d>>stream\n%b\nendstream" % (len(page), page),
    )
    numbered = (b"%d 0 obj%b endobj\n" % each for each in enumerate(objects, 1))
    return b"%PDF-1.4\n" + b"".join(numbered) + b"trailer<</Root 1 0 R>>\n%%EOF\n"


_INVOICE = _one_page(b"Invoice for a window pane, with the glazier's work")


@dataclass(frozen=True)
class Claimant:
    """A client with a policy, who claims once."""

    number: int

    @property
    def address(self) -> str:
        return f"client{self.number}@example.org"

    @property
    def policy_number(self) -> str:
        return f"HH-2024-{self.number:06d}"

    def mail(self, amount: str) -> EmailMessage:
        """Their claim for so many euros, as the desk's own server hands it over."""
        message = EmailMessage()
        message["Authentication-Results"] = (
            "mail.claimsdesk.example; dmarc=pass header.from=example.org;"
            " dkim=pass header.d=example.org"
        )
        message["From"] = self.address
        message["To"] = DESK_ADDRESS
        message["Subject"] = "Damage report: broken window"
        message["Message-ID"] = f"<claim-{self.number}@example.org>"
        message["Date"] = datetime.now(UTC)
        loss = date.today() - timedelta(days=4)
        message.set_content(
            "Dear Sir or Madam,\n\nmy window was broken by hail.\n\n"
            f"Policy number: {self.policy_number}\nDate of loss: {loss:%d %B %Y}\n\n"
            f"- Window pane: EUR {amount}\n\nThe invoice is attached.\n"
        )
        message.add_attachment(
            _INVOICE, maintype="application", subtype="pdf", filename="invoice.pdf"
        )
        return message


def claimants(count: int) -> list[Claimant]:
    return [Claimant(number) for number in range(1, count + 1)]


def publish_reference(bootstrap: str, people: Iterable[Claimant]) -> None:
    """Make the claimants and their policies known to the desk."""
    people = list(people)
    publish(
        Reference(
            clients=tuple(
                ClientChanged(
                    client_id=f"K-{each.number}",
                    name=f"Client {each.number}",
                    language="en",
                    emails=(each.address,),
                    email_consent=True,
                    revision=1,
                )
                for each in people
            ),
            policies=tuple(
                PolicyChanged(
                    policy_number=each.policy_number,
                    programme="household",
                    holder_client_id=f"K-{each.number}",
                    versions=(PolicyVersion(valid_from=date(2024, 1, 1)),),
                    first_premium_paid_on=date(2024, 1, 1),
                    revision=1,
                )
                for each in people
            ),
        ),
        bootstrap,
    )


def send(desk: LocalDesk, people: Iterable[Claimant], *, amount: str = "180.00") -> None:
    """Send the claims by SMTP; the mail server itself is never killed."""
    with smtplib.SMTP(*desk.smtp) as server:
        for each in people:
            server.send_message(each.mail(amount))


class Watch:
    """Looks at a desk from outside: its APIs, its clients' mailboxes, its databases."""

    def __init__(self, desk: LocalDesk, database_urls: dict[str, str]) -> None:
        self._desk = desk
        self._database_urls = database_urls
        self._http = httpx.Client(
            headers={"Authorization": f"Bearer {desk.token('supervisor')}"}, timeout=10
        )

    def until_settled(self, count: int, seconds: float) -> None:
        """Wait until every claim is decided, told and published."""
        end = time.monotonic() + seconds
        while (state := self._state()) != (count, 2 * count, 0):
            assert time.monotonic() < end, f"cases, notices told, unpublished: {state}"
            time.sleep(0.3)

    def _state(self) -> tuple[int, int, int]:
        decided = self._scalar("review", "SELECT count(*) FROM cases WHERE state = 'approved'")
        told = sum(
            self._scalar("notify", f"SELECT count(*) FROM notices WHERE status = '{status}'")
            for status in _FINAL
        )
        waiting = sum(self._scalar(name, "SELECT count(*) FROM outbox") for name in SERVICES)
        return decided, told, waiting

    def assert_each_once(self, people: list[Claimant]) -> int:
        """One case, one decision, one notice of each kind; returns how many are uncertain."""
        cases = self._all_cases()
        contacts = [contact for case in cases for contact in case["contact_ids"]]
        assert len(contacts) == len(set(contacts)) == len(people)
        assert len({case["case_id"] for case in cases}) == len(cases) == len(people)
        assert {case["policy_number"] for case in cases} == {p.policy_number for p in people}
        assert [len(case["decisions"]) for case in cases] == [1] * len(people)
        uncertain = 0
        for case in cases:
            notices = self._get("notify", f"/notices?case_id={case['case_id']}")
            assert Counter(notice["kind"] for notice in notices) == {"receipt": 1, "decision": 1}
            assert {notice["status"] for notice in notices} <= {"sent", "uncertain"}
            uncertain += sum(notice["status"] == "uncertain" for notice in notices)
        self._assert_mailboxes(people, uncertain)
        return uncertain

    def _assert_mailboxes(self, people: list[Claimant], uncertain: int) -> None:
        arrived = 0
        for each in people:
            with self._desk.mail.mailbox(each.address) as mailbox:
                ids = [
                    m.headers.get("message-id", ("",))[0] for m in mailbox.fetch(headers_only=True)
                ]
            assert len(ids) == len(set(ids)) <= 2, f"{each.address} got {ids}"
            arrived += len(ids)
        assert 2 * len(people) - uncertain <= arrived <= 2 * len(people)

    def _all_cases(self) -> list[dict[str, Any]]:
        rows = self._rows("review", "SELECT case_id FROM cases")
        return [self._get("review", f"/cases/{case_id}") for (case_id,) in rows]

    def _get(self, service: str, path: str) -> Any:
        response = self._http.get(self._desk.urls[service] + path)
        response.raise_for_status()
        return response.json()

    def _scalar(self, service: str, query: str) -> int:
        return self._rows(service, query)[0][0]

    def _rows(self, service: str, query: str) -> list[Any]:
        url = self._database_urls[service]
        engine = create_engine(url.replace("+asyncpg", "+psycopg").replace("+aiosqlite", ""))
        try:
            with engine.connect() as connection:
                return list(connection.execute(text(query)).all())
        finally:
            engine.dispose()
