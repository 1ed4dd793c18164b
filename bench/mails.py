"""A mixed set of mails as they come in: plain, HTML, replies with quotes, invoices as PDFs."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage

import typst

from deploy.local.mail import DESK_ADDRESS
from shared.contract.case_file import CaseClient, CaseFileUpdated
from shared.contract.cases import CaseKind, CaseState
from shared.contract.contacts import Channel
from shared.contract.reference import ClientChanged
from shared.ids import derived_case_id

AUTHSERV_ID = "mail.claimsdesk.example"
KINDS = ("plain", "html", "reply", "plain", "alternative", "reply", "pdf")
"""In this order, again and again; `pdf` becomes `plain` in a set without PDFs."""
_THINGS = ("Fahrrad", "Notebook", "Waschmaschine", "Fenster", "Brille", "Smartphone", "Teppich")
_EVENTS = ("gestohlen", "durch Leitungswasser beschädigt", "beim Einbruch entwendet", "zerbrochen")
_NAMES = ("Anna Schmidt", "Jürgen Groß", "Maria Weiß", "John Baker", "Ayşe Yılmaz", "Petra Müller")
_STYLE = "".join(
    f"p.Mso{number} {{margin:0cm;font-size:1{number % 3}.0pt;font-family:'Calibri',sans-serif;}}\n"
    for number in range(30)
)


@dataclass(frozen=True)
class Writer:
    """A client with an open case."""

    client: ClientChanged
    case: CaseFileUpdated


def writers(count: int) -> list[Writer]:
    """Clients whose cases wait for them."""
    at = datetime(2026, 11, 1, 9, tzinfo=UTC)
    found = []
    for number in range(count):
        client = ClientChanged(
            client_id=f"K-{number}",
            name=_NAMES[number % len(_NAMES)],
            emails=(f"client{number}@mail{number % 7}.example.org",),
            revision=1,
        )
        case = CaseFileUpdated(
            case_id=derived_case_id("mail bench", str(number)),
            sequence=1,
            kind=CaseKind.CLAIM,
            state=CaseState.WAITING_FOR_CLIENT,
            opened_at=at,
            updated_at=at,
            channel=Channel.EMAIL,
            client=CaseClient(client_id=client.client_id, name=client.name),
            correspondents=client.emails,
        )
        found.append(Writer(client, case))
    return found


def mixed_mails(known: list[Writer], count: int, *, pdfs: bool) -> Iterator[bytes]:
    """Mails of these writers; no two are alike."""
    chance = random.Random(7)
    invoices = [_invoice(chance, number) for number in range(12)] if pdfs else []
    for number in range(count):
        kind = KINDS[number % len(KINDS)]
        writer = known[number % len(known)]
        yield _mail("plain" if kind == "pdf" and not pdfs else kind, writer, chance, invoices)


def _mail(kind: str, writer: Writer, chance: random.Random, invoices: list[bytes]) -> bytes:
    message = _envelope(writer, chance)
    text = _claim(writer, chance)
    if kind == "reply":
        message["Subject"] = f"AW: Ihr Schaden [{writer.case.case_id}]"
        message.set_content(_reply(writer, chance))
        return message.as_bytes()
    message["Subject"] = f"Schadenmeldung {chance.choice(_THINGS)}"
    if kind == "html":
        message.set_content(_html(text), subtype="html", cte="quoted-printable")
    elif kind == "alternative":
        message.set_content(text, cte="quoted-printable")
        message.add_alternative(_html(text), subtype="html", cte="quoted-printable")
    else:
        message.set_content(text)
    if kind == "pdf":
        message.add_attachment(
            chance.choice(invoices), maintype="application", subtype="pdf", filename="Rechnung.pdf"
        )
    return message.as_bytes()


def _envelope(writer: Writer, chance: random.Random) -> EmailMessage:
    """The headers that a mail has collected when it lies in the desk's mailbox."""
    (address,) = writer.client.emails
    domain = address.partition("@")[2]
    message = EmailMessage()
    signature = f"{chance.getrandbits(1024):x}"
    message["Return-Path"] = f"<{address}>"
    for hop in range(3):
        message["Received"] = (
            f"from relay{hop}.{domain} (relay{hop}.{domain} [192.0.2.{hop + 1}])"
            f" by mx{hop}.claimsdesk.example with ESMTPS id {chance.getrandbits(48):x}"
            " for <claims@claimsdesk.example>; Thu, 12 Nov 2026 10:21:03 +0100"
        )
    message["Authentication-Results"] = (
        f"{AUTHSERV_ID}; dkim=pass header.d={domain}; spf=pass smtp.mailfrom={domain};"
        f" dmarc=pass header.from={domain}"
    )
    message["DKIM-Signature"] = f"v=1; a=rsa-sha256; d={domain}; s=mail; b={signature}"
    message["From"] = f"{writer.client.name} <{address}>"
    message["To"] = DESK_ADDRESS
    message["Date"] = "Thu, 12 Nov 2026 10:21:03 +0100"
    message["Message-ID"] = f"<{chance.getrandbits(64):x}@{domain}>"
    message["User-Agent"] = "Mozilla Thunderbird"
    message["X-Spam-Status"] = "No, score=-2.1 required=5.0 tests=DKIM_VALID,SPF_PASS"
    return message


def _claim(writer: Writer, chance: random.Random) -> str:
    lines = "\n".join(
        f"- {thing} ({chance.choice(_EVENTS)}): {chance.randrange(50, 1900)},{cents:02} EUR"
        for thing, cents in zip(chance.sample(_THINGS, 3), (0, 50, 99), strict=True)
    )
    return f"""\
Sehr geehrte Damen und Herren,

leider muss ich Ihnen einen Schaden melden. Am {chance.randrange(1, 28)}.10.2026 kam ich gegen
19 Uhr nach Hause und fand die Tür offen vor; die Polizei war da und hat alles aufgenommen.
Meine Versicherungsnummer ist HH-2024-{chance.randrange(10**6):06}. Betroffen sind:

{lines}

Bitte überweisen Sie auf mein Konto DE89 3704 0044 0532 0130 00. Sie erreichen mich tagsüber unter
0221 / 4710 {chance.randrange(1000, 9999)}. Über eine baldige Antwort würde ich mich freuen.

Mit freundlichen Grüßen
{writer.client.name}

--
{writer.client.name}
Hauptstraße {chance.randrange(1, 99)}, 50667 Köln
"""


def _reply(writer: Writer, chance: random.Random) -> str:
    quoted = "\n".join(f"> {line}" for line in _claim(writer, chance).splitlines())
    return f"""\
Guten Tag,

die fehlenden Angaben: Die Rechnung über {chance.randrange(50, 900)},90 EUR vom
{chance.randrange(1, 28)}.10.2026 hat die Nummer R-{chance.randrange(10**5)}.

Viele Grüße
{writer.client.name}

Von meinem iPhone gesendet

Am 12.11.2026 um 10:21 schrieb Schadenservice <{DESK_ADDRESS}>:
> Guten Tag,
>
> zu Ihrem Schaden {writer.case.case_id} fehlt uns noch die Rechnung.
> Bitte antworten Sie auf diese Mail.
>
> Am 11.11.2026 um 09:02 schrieb {writer.client.name}:
{quoted}
"""


def _html(text: str) -> str:
    paragraphs = "".join(
        f'<p class="MsoNormal"><span style="font-family:Arial">{line or "&nbsp;"}<o:p></o:p>'
        "</span></p>\n"
        for line in text.splitlines()
    )
    return (
        f'<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>{_STYLE}</style>'
        f'</head><body lang="DE"><div class="WordSection1">{paragraphs}</div></body></html>'
    )


def _invoice(chance: random.Random, number: int) -> bytes:
    amount = f"{chance.randrange(50, 900)},00 EUR"
    source = f"""\
#set text(11pt)
Glaserei Schulz GmbH \\ Rechnung Nr. 2026-{number} \\ Datum: 02.11.2026
#table(columns: 2, [Isolierglas], [{amount}], [Einbau], [80,00 EUR])
Gesamtbetrag: {amount} \\ IBAN: DE89 3704 0044 0532 0130 00
"""
    return typst.compile(source.encode())
