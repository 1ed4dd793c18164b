"""The papers of an application that is passed on: what the other body needs to take it over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from shared.contract.contacts import ContactReceived, Handover
from shared.programmes.models import OtherBody


@dataclass(frozen=True, slots=True)
class Paper:
    """One file of the bundle."""

    file: str
    name: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Forwarding:
    """An application on its way to another body.

    Attributes:
        contact: The application.
        received_on: The desk's day on which it came in; it counts there, too.
        passed_on_on: The desk's day on which it was passed on.
        handover: Who passed it on, and why.
        body: To whom.
        papers: Its files, the original first.
        withheld: Names of files that are never served, because a scanner found something in them.
    """

    contact: ContactReceived
    received_on: date
    passed_on_on: date
    handover: Handover
    body: OtherBody
    papers: Sequence[Paper]
    withheld: Sequence[str] = ()


def file_name(number: int, name: str) -> str:
    """A file's name in the bundle: unique, in order, whatever the client called it."""
    return f"{number:02d}-{name}"


def manifest(forwarding: Forwarding, exported_at: datetime) -> Mapping[str, Any]:
    """What a program reads of a bundle."""
    contact = forwarding.contact
    return {
        "contact_id": contact.contact_id,
        "channel": contact.channel.value,
        "received_at": contact.received_at.isoformat(),
        "received_on": forwarding.received_on.isoformat(),
        "passed_on_at": forwarding.handover.at.isoformat(),
        "passed_on_by": forwarding.handover.by,
        "reason": forwarding.handover.reason,
        "body": forwarding.handover.body,
        "address": list(forwarding.body.address),
        "sender": {"name": contact.sender.name, "address": contact.sender.address},
        "exported_at": exported_at.isoformat(),
        "documents": [
            {
                "file": paper.file,
                "name": paper.name,
                "media_type": paper.media_type,
                "size": paper.size,
                "sha256": paper.sha256,
            }
            for paper in forwarding.papers
        ],
        "withheld": list(forwarding.withheld),
    }


def cover_letter(forwarding: Forwarding) -> str:
    """The letter that goes in front, in German: bodies are German authorities and insurers."""
    received = f"{forwarding.received_on:%d.%m.%Y}"
    sender = forwarding.contact.sender
    who = ", ".join(filter(None, (sender.name, sender.address))) or "siehe Unterlagen"
    lines = [
        *forwarding.body.address,
        "",
        f"{forwarding.passed_on_on:%d.%m.%Y}",
        "",
        "Weiterleitung eines Antrags (§ 16 Absatz 2 SGB I)",
        "",
        "Sehr geehrte Damen und Herren,",
        "",
        f"der beigefügte Antrag ist am {received} bei uns eingegangen. Wir sind nicht zuständig",
        "und leiten ihn an Sie weiter. Die antragstellende Person ist darüber unterrichtet.",
        "",
        f"Absender: {who}",
        f"Eingang bei uns: {received}",
        f"Unser Zeichen: {forwarding.contact.contact_id}",
        "",
        "Unterlagen:",
        *(f"  {paper.file}" for paper in forwarding.papers),
        "",
        "Mit freundlichen Grüßen",
        "",
    ]
    return "\n".join(lines)
