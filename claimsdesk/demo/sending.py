"""A contact handed to the desk as a client's would come: by SMTP, or keyed in and uploaded."""

import asyncio
import json
import smtplib
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from uuid import uuid4

import httpx

from claimsdesk.demo.apis import Apis
from claimsdesk.demo.mails import ready_to_send
from claimsdesk.desks import Desk
from claimsdesk.errors import CommandError
from claimsdesk.said import refusal

MEDIA_TYPES = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
}
_SMTP_TIMEOUT_S = 15
_HTTP_TIMEOUT_S = 10
_PORTAL = "client-portal"
"""The client's system that sends claims by web."""
_CLERK = "second_representative"
"""Who keys in phone notes and uploads letters: another than who decides, as the rules want."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What was handed over, and how to ask for it: by Message-ID, or by intake's contact id."""

    at: datetime
    message_id: str | None = None
    contact_id: str | None = None

    @property
    def query(self) -> dict[str, str]:
        """How intake's `/received` finds it."""
        if self.message_id is not None:
            return {"message_id": self.message_id}
        return {"contact_id": self.contact_id or ""}


async def send_mail(desk: Desk, content: bytes, message_id: str, at: datetime) -> Sent:
    """Deliver a mail to the desk's mailbox.

    Raises:
        CommandError: The mail server refused it or does not answer.
    """
    mail = ready_to_send(content, message_id=message_id, at=at)

    def deliver() -> None:
        with smtplib.SMTP(*desk.smtp, timeout=_SMTP_TIMEOUT_S) as server:
            try:
                server.sendmail(mail.sender, [desk.address], mail.content)
            except smtplib.SMTPRecipientsRefused:
                if mail.sender:
                    raise
                # GreenMail says yes to the empty sender of a delivery report, then forgets it.
                server.sendmail(mail.author, [desk.address], mail.content)

    try:
        await asyncio.to_thread(deliver)
    except (OSError, smtplib.SMTPException) as problem:
        message = "the mail server at {}:{} did not take the mail: {}".format(*desk.smtp, problem)
        raise CommandError(message) from problem
    return Sent(at, message_id=mail.message_id)


async def send_phone_note(apis: Apis, content: bytes, at: datetime) -> Sent:
    """Key in a phone note."""
    headers = {"Idempotency-Key": str(uuid4()), "Content-Type": "application/json"}
    answer = await apis.post("intake", "/phone-notes", _CLERK, content=content, headers=headers)
    return Sent(at, contact_id=answer["contact_id"])


async def send_claim(desk: Desk, content: bytes, at: datetime) -> Sent:
    """Send a claim as the client's own system would; it may act for the client that it names.

    Raises:
        CommandError: The file is no JSON object, or intake refused it.
    """
    try:
        stated = json.loads(content)
        client_id = stated.get("client_id")
    except (ValueError, AttributeError) as problem:
        message = f"a claim by web is one JSON object: {problem}"
        raise CommandError(message) from problem
    headers = {
        "Authorization": f"Bearer {desk.system_token(_PORTAL, [client_id] if client_id else [])}",
        "Idempotency-Key": str(uuid4()),
        "Content-Type": "application/json",
    }
    async with httpx.AsyncClient(base_url=desk.urls["intake"], timeout=_HTTP_TIMEOUT_S) as intake:
        try:
            answer = await intake.post("/claims", content=content, headers=headers)
        except httpx.HTTPError as problem:
            message = f"intake does not answer: {problem!r}"
            raise CommandError(message) from problem
    if answer.is_error:
        raise CommandError(refusal(answer))
    return Sent(at, contact_id=answer.json()["contact_id"])


def scanned_anew(content: bytes, mark: str) -> bytes:
    """A scan that differs from every earlier one, as a scanner's would; its picture is the same.

    Readers of PDF, PNG, JPEG and TIFF leave alone what comes after the end. Without it, a letter
    sent to the same desk in the next demo would rightly be taken for a duplicate.
    """
    return content + f"\n% scan {mark}\n".encode()


async def send_letter(apis: Apis, name: str, content: bytes, at: datetime) -> Sent:
    """Upload the scan of a letter."""
    media_type = MEDIA_TYPES.get(PurePath(name).suffix.lower(), "application/octet-stream")
    files = {"file": (name, content, media_type)}
    answer = await apis.post("intake", "/letters", _CLERK, files=files)
    return Sent(at, contact_id=answer["contact_id"])
