"""A client's own mailbox at the desk's local mail server, where our notices arrive.

A reply or a bounce quotes the Message-ID of the notice it answers. The demo reads it where a
client's mail program would: in the mail.
"""

import asyncio
import imaplib
from email import message_from_bytes

from claimsdesk.demo.settling import Followed
from claimsdesk.desks import Desk
from claimsdesk.errors import CommandError
from deploy.local.mail import PASSWORD


async def notice_message_id(desk: Desk, followed: Followed, kind: str) -> str:
    """The Message-ID of the email of one kind that a contact's case caused.

    Raises:
        CommandError: There is no such notice, or its email did not arrive.
    """
    notice_id = next((one["notice_id"] for one in followed.notices if one["kind"] == kind), None)
    if notice_id is None:
        message = f"{followed.name} caused no {kind}, so nothing can answer it"
        raise CommandError(message)
    for address in followed.client_addresses:
        for message_id in await asyncio.to_thread(_message_ids, desk, address):
            if f"notice.{notice_id}." in message_id:
                return message_id
    message = f"the {kind} of {followed.name} is in none of the client's mailboxes"
    raise CommandError(message)


def _message_ids(desk: Desk, address: str) -> list[str]:
    try:
        with imaplib.IMAP4(*desk.imap, timeout=10) as server:
            server.login(f'"{address}"', PASSWORD)
            server.select("INBOX", readonly=True)
            _, answer = server.fetch("1:*", "(BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])")
    except (OSError, imaplib.IMAP4.error) as problem:
        message = "the mail server at {}:{} does not answer: {}".format(*desk.imap, problem)
        raise CommandError(message) from problem
    headers = (part[1] for part in answer if isinstance(part, tuple))
    return [str(message_from_bytes(header).get("Message-ID", "")).strip() for header in headers]
