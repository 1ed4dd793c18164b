"""A mail's headers, whatever a client is called."""

import base64
from collections.abc import Callable
from email import message_from_bytes, policy
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from services.notify.adapters.dkim_key import DkimFault, DkimKey
from services.notify.adapters.mail import mail_of
from services.notify.adapters.mailer import _on_the_wire
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
        case_id="C-7K3M-9PQR-Q",
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
    assert mail.get_all("Subject") == ["[C-7K3M-9PQR-Q] Ihre Schadenmeldung"]
    assert set(mail.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted",
        "X-Auto-Response-Suppress", "List-Id", "Content-Language", "MIME-Version", "Content-Type",
    }  # fmt: skip


def test_a_subject_is_one_line():
    _, mail = headers_of("", "Zeile\r\nBcc: x@other.example " + "lang " * 60)
    assert mail["Bcc"] is None
    assert mail["Subject"].startswith("[C-7K3M-9PQR-Q] Zeile Bcc: x@other.example lang")


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


def test_no_autoresponder_answers_and_the_references_are_ours():
    _, mail = headers_of("Erika")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["List-Id"] == "<notices.claimsdesk.example>"
    assert mail["Subject"].startswith("[C-7K3M-9PQR-Q] ")
    assert notice_id_of(mail["Message-ID"], "key") == NOTICE


@pytest.fixture(scope="module")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("keys") / "dkim.pem"
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return file


def published(key_file: Path) -> Callable[..., bytes]:
    """What the domain's name server says of the key."""
    key = serialization.load_pem_private_key(key_file.read_bytes(), None)
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )

    def look_up(name: bytes, timeout: int = 5) -> bytes:
        assert name == b"desk1._domainkey.claimsdesk.example."
        return b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)

    return look_up


def test_a_signed_mail_is_known_as_ours_and_a_changed_one_is_not(key_file: Path):
    raw, _ = headers_of("Müller, Erika (Büro)", "Entscheidung über Ihren Antrag auf Heizkosten")
    signed = DkimKey.read(key_file, "claimsdesk.example", "desk1").signed(raw)
    names = published(key_file)
    assert signed.endswith(raw)
    assert dkim.verify(signed, dnsfunc=names)
    received = _on_the_wire(signed).removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n.")
    assert dkim.verify(received, dnsfunc=names)
    for old, new in (
        (b"Gr=C3=BC=C3=9Fe", b"Gr=C3=BC=C3=9Fer"),
        (b"Subject: ", b"Subject: Re: "),
        (b"auto-generated", b"no"),
        (b"From: ", b"From: x@evil.example\r\nFrom: "),
    ):
        assert old in signed
        assert not dkim.verify(signed.replace(old, new, 1), dnsfunc=names)


def test_what_is_no_key_is_found_at_the_start(tmp_path: Path):
    file = tmp_path / "no.pem"
    with pytest.raises(DkimFault, match=r"no\.pem"):
        DkimKey.read(file, "claimsdesk.example", "desk1")
    file.write_text("-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----\n")
    with pytest.raises(DkimFault) as fault:
        DkimKey.read(file, "claimsdesk.example", "desk1")
    assert "secret" not in str(fault.value)
