"""A mail's headers, whatever a client is called."""

from email import message_from_bytes, policy

import pytest

from services.notify.adapters.mail import mail_of
from services.notify.adapters.templates import RenderedMail
from services.notify.domain.channel import Email
from services.notify.domain.message import Message
from shared.contract.base import utc
from shared.contract.contacts import Language
from shared.ids import derived_id
from shared.message_ids import message_id_of, notice_id_of

NOTICE = derived_id("a notice")


def headers_of(name: str, subject: str = "Ihre Schadenmeldung", address: str = "a@client.example"):
    message = Message(
        language=Language.GERMAN,
        case_id="C-7K3M-9PQR-D",
        case_label="Vorgang",
        subject=subject,
        salutation="",
        blocks=(),
        closing="",
        signature=("Beispiel Versicherung AG", "Hausrat"),
        clauses=(),
        answer="",
    )
    raw = mail_of(
        message,
        RenderedMail("Grüße\n.\n..\n", "<p>Grüße</p>"),
        sender="claims@claimsdesk.example",
        to=Email(address, name),
        message_id=message_id_of(NOTICE, "key", "claimsdesk.example"),
        now=utc(2026, 11, 23, 10),
    )
    head = raw.partition(b"\r\n\r\n")[0]
    assert head.isascii()
    return raw, message_from_bytes(raw, policy=policy.default)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Erika Müller-Lüdenscheidt",
        "Müller, Erika (Büro)",
        'Erika "die Große" <evil@other.example>',
        "x\r\nBcc: everybody@other.example",
        "x\nSubject: other",
        "محمد علي",
        "李小龙 " * 30,
        "\x00\x1b",
        "a" * 400,
    ],
)
def test_a_name_can_not_change_who_gets_the_mail(name: str):
    _, mail = headers_of(name)
    assert [address.addr_spec for address in mail["To"].addresses] == ["a@client.example"]
    assert mail["Bcc"] is None
    assert mail.get_all("Subject") == ["[C-7K3M-9PQR-D] Ihre Schadenmeldung"]
    assert set(mail.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted",
        "X-Auto-Response-Suppress", "Content-Language", "MIME-Version", "Content-Type",
    }  # fmt: skip


def test_a_subject_is_one_line():
    _, mail = headers_of("", "Zeile\r\nBcc: x@other.example " + "lang " * 60)
    assert mail["Bcc"] is None
    assert mail["Subject"].startswith("[C-7K3M-9PQR-D] Zeile Bcc: x@other.example lang")


def test_the_message_id_is_whole_and_ours():
    raw, mail = headers_of("Erika")
    assert notice_id_of(mail["Message-ID"], "key") == NOTICE
    line = next(line for line in raw.split(b"\r\n") if line.lower().startswith(b"message-id"))
    assert b"=?" not in line


def test_both_parts_say_the_same_and_date_is_the_senders():
    _, mail = headers_of("Erika")
    plain, html = mail.iter_parts()
    assert plain.get_content().splitlines() == ["Grüße", ".", ".."]
    assert html.get_content().strip() == "<p>Grüße</p>"
    assert mail["Date"].datetime == utc(2026, 11, 23, 10)
    assert mail["From"].addresses[0].display_name == "Beispiel Versicherung AG"
