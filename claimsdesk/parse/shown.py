"""A parsed contact as one JSON object, or for a person at a terminal."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from services.intake.arrivals import Kept
from services.intake.domain.decoding import clean
from services.intake.parsing import Parsed


def as_json(name: str, parsed: Sequence[Parsed], notes: Sequence[str]) -> dict[str, Any]:
    """All that is known of a file; further letters of one scan stand below the first."""
    first, *others = parsed
    shown = {"file": name, **_one(first), "notes": list(notes)}
    if others:
        shown["further_letters"] = [_one(other) for other in others]
    return shown


def _one(parsed: Parsed) -> dict[str, Any]:
    contact = parsed.contact
    references = parsed.references
    shown: dict[str, Any] = {
        "kind": parsed.kind,
        "channel": parsed.channel.value,
        "received_at": parsed.received_at.isoformat(),
        "sender": parsed.sender.model_dump(mode="json"),
        "references": {
            "cases": list(dict.fromkeys(case for place in references.cases for case in place)),
            "notices": list(references.notices),
        },
        "machine": parsed.machine,
        "unidentified": parsed.queued,
        "attachments": [_attachment(kept) for kept in parsed.attachments],
        "delivery_report": _report(parsed),
    }
    if contact is None:
        return shown
    stated = contact.model_dump(mode="json", exclude={"contact_id", "documents", "channel"})
    return {
        **shown,
        **{key: stated[key] for key in ("case_id", "client_id", "language", "intent")},
        "intent_evidence": contact.intent_evidence,
        "subject": contact.words.subject,
        "text": contact.words.text,
        "claim": stated["claim"],
        "values": stated["evidence"],
        "invoices": stated["invoices"],
        "unconfirmed_details": stated["unconfirmed_details"],
        "needs_person": contact.needs_person,
    }


def _report(parsed: Parsed) -> dict[str, Any] | None:
    """What a server reports; a notice is named only if its Message-ID is proven to be ours."""
    if parsed.fate is None:
        return None
    status, code = parsed.fate
    notice = parsed.report.notice_id if parsed.report else None
    return {"notice_id": notice, "status": status, "code": code}


def _attachment(kept: Kept) -> dict[str, Any]:
    document = kept.document
    return {
        "name": kept.name,
        "media_type": document.media_type,
        "kind": document.kind.value,
        "size": document.size,
        "readable": document.readable,
        "blocked": document.blocked,
        "macros": document.macros,
    }


def print_for_people(console: Console, shown: Mapping[str, Any]) -> None:
    """Print what `as_json` gives; what a stranger wrote can't steer the terminal."""
    for part in (shown, *shown.get("further_letters", ())):
        console.print(Group(*_parts(part)), soft_wrap=True)
    for note in shown["notes"]:
        console.print(_plain(f"note: {note}", "yellow"))


def _parts(shown: Mapping[str, Any]) -> Iterator[RenderableType]:
    yield _facts(shown)
    if shown.get("values"):
        yield _plain("\nread from it", "bold")
        yield _values(shown["values"])
    if shown.get("invoices"):
        yield _plain("\ninvoices", "bold")
        yield _invoices(shown["invoices"])
    if shown["attachments"]:
        yield _plain("\nattachments", "bold")
        yield _attachments(shown["attachments"])
    if shown.get("text"):
        yield _plain("\ntext, without what was quoted", "bold")
        yield _plain(shown["text"])


def _facts(shown: Mapping[str, Any]) -> Table:
    sender = shown["sender"]
    trust = "vouched for" if sender["authenticated"] else "nobody vouches for it"
    who = f"{sender['name']} <{sender['address']}>" if sender["address"] else sender["name"]
    report = shown["delivery_report"]
    references = shown["references"]
    facts = {
        "kind": shown["kind"].replace("_", " "),
        "channel": shown["channel"],
        "received": shown["received_at"],
        "sender": f"{who or 'unknown'} ({trust})",
        "machine": shown["machine"],
        "notice": _fate(report) if report else None,
        "references": ", ".join([*references["cases"], *references["notices"]]),
        "case": shown.get("case_id"),
        "client": shown.get("client_id"),
        "unidentified": shown["unidentified"],
        "needs a person": shown.get("needs_person"),
        "language": shown.get("language"),
        "intent": _with_reason(shown.get("intent"), shown.get("intent_evidence")),
        "subject": shown.get("subject"),
    }
    table = Table.grid(padding=(0, 2))
    for name, value in facts.items():
        if value:
            table.add_row(_plain(name, "bold"), _plain(str(value)))
    return table


def _fate(report: Mapping[str, Any]) -> str:
    notice = report["notice_id"] or "none of ours that is proven"
    return f"{notice}: {report['status']} {report['code']}".strip()


def _with_reason(intent: str | None, evidence: str | None) -> str | None:
    return f"{intent} ({evidence})" if intent and evidence else intent


def _values(values: Sequence[Mapping[str, Any]]) -> Table:
    table = _table("value", "read as", "sure", "where", "words", "doubt")
    for value in values:
        where = f"{value['source']} {value['place']}".strip()
        row = (value["field"], value["value"], f"{value['confidence']:.0%}", where)
        table.add_row(*map(_plain, (*row, value["quote"][:80], value["doubt"])))
    return table


def _invoices(invoices: Sequence[Mapping[str, Any]]) -> Table:
    table = _table("number", "of", "seller", "total", "from")
    for each in invoices:
        total = f"{each['total'] or '?'} {each['currency']}"
        source = "its XML" if each["exact"] else "its words"
        row = (each["number"] or "?", each["issued_on"] or "?", each["seller"], total, source)
        table.add_row(*map(_plain, row))
        for item in each["items"]:
            amount = f"{item['amount'] or '?'} {each['currency']}"
            table.add_row(*map(_plain, ("", "", f"- {item['description']}", amount, "")))
    return table


def _attachments(attachments: Sequence[Mapping[str, Any]]) -> Table:
    table = _table("name", "kind", "type", "bytes", "readable")
    for each in attachments:
        readable = "yes" if each["readable"] else "no"
        row = (each["name"], each["kind"], each["media_type"], str(each["size"]), readable)
        table.add_row(*map(_plain, row))
    return table


def _table(*columns: str) -> Table:
    return Table(*columns, box=None, padding=(0, 2, 0, 0), header_style="dim")


def _plain(text: str, style: str = "") -> Text:
    """Words as they are: no markup, and no control signs of a terminal."""
    return Text(clean(text), style=style)
