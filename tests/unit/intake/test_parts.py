"""What a mail holds, in whatever parts it comes."""

import base64
import os
from dataclasses import dataclass

import pytest

from services.intake.domain.mail import ParsedMail, parse_mail


@dataclass
class Part:
    """One MIME part as it stands in a mail."""

    head: str
    body: str

    def __str__(self) -> str:
        return f"{self.head}\n\n{self.body}"


def text(body: str, kind: str = "plain") -> Part:
    return Part(f"Content-Type: text/{kind}; charset=utf-8", body)


def multipart(kind: str, *parts: Part, boundary: str = "b") -> Part:
    body = "".join(f"--{boundary}\n{part}\n" for part in parts) + f"--{boundary}--\n"
    return Part(f"Content-Type: multipart/{kind}; boundary={boundary}", body)


def mail_in_mail(mail: Part, head: str = "From: shop@c.example\nSubject: Rechnung 4711") -> Part:
    return Part("Content-Type: message/rfc822", f"{head}\n{mail}")


def read(part: Part) -> ParsedMail:
    return parse_mail(f"From: a@b.example\n{part}".encode(), "x")


PICTURE = Part(
    "Content-Type: image/png; name=bild.png\nContent-Transfer-Encoding: base64", "iVBORw0KGgo="
)
TEXTS = {
    "an alternative counts once": (
        multipart("alternative", text("Hallo"), text("<p>Hallo!</p>", "html")),
        "Hallo",
    ),
    "an empty plain version": (
        multipart("alternative", text(" "), text("<p>Hallo</p>", "html")),
        "Hallo",
    ),
    "a plain version that only points at the other": (
        multipart(
            "alternative",
            text("Diese Nachricht ist im HTML-Format. Bitte öffnen Sie sie mit Outlook."),
            text("<p>Mein Rad ist weg.</p>", "html"),
        ),
        "Mein Rad ist weg.",
    ),
    "a client who writes about HTML": (
        multipart("alternative", text("Ihr HTML-Formular geht nicht."), text(" ", "html")),
        "Ihr HTML-Formular geht nicht.",
    ),
    "texts around a picture": (
        multipart("mixed", text("Oben"), PICTURE, text("Unten")),
        "Oben\n\nUnten",
    ),
    "plain, then more in HTML": (
        multipart("mixed", text("Oben"), PICTURE, text("<p>Unten</p>", "html")),
        "Oben\n\nUnten",
    ),
    "both versions side by side, as if they were two": (
        multipart("mixed", text("Fahrrad: 450 EUR"), text("<p>Fahrrad: 450&nbsp;EUR</p>", "html")),
        "Fahrrad: 450 EUR",
    ),
    "HTML with its pictures": (
        multipart("related", text("<p>Hallo <img src=cid:x></p>", "html"), PICTURE),
        "Hallo",
    ),
    "alternatives in the related part": (
        multipart(
            "mixed",
            multipart(
                "related",
                multipart("alternative", text("A"), text("<b>A</b>", "html"), boundary="c"),
                boundary="d",
            ),
        ),
        "A",
    ),
    "HTML that is called plain": (text("<html><body><p>Hallo</p></body></html>"), "Hallo"),
    "hidden in five ways": (
        text(
            '<p>Hallo</p><p style="font-size:0px">1</p><p style="opacity: 0">2</p><p hidden>3</p>'
            '<p style="max-height:0;overflow:hidden">4</p><p style="display:none">5</p>'
            '<p style="font-size:0.9em">Du</p>',
            "html",
        ),
        "Hallo\n\nDu",
    ),
    "lines that the program broke": (
        Part(
            "Content-Type: text/plain; charset=utf-8; format=flowed",
            "Mein Fahrrad wurde am \n12.11.2026 gestohlen.\n- Fahrrad: \n450,00 EUR\n"
            "> alt \n> mehr\n-- \nA",
        ),
        "Mein Fahrrad wurde am 12.11.2026 gestohlen.\n- Fahrrad: 450,00 EUR\n> alt mehr\n-- \nA",
    ),
    "lines that the program broke within words": (
        Part(
            "Content-Type: text/plain; charset=utf-8; format=flowed; delsp=yes",
            "Versicherungsschein HH-2024- \n000123",
        ),
        "Versicherungsschein HH-2024-000123",
    ),
    "no boundary at all": (Part("Content-Type: multipart/mixed", "Hallo"), "Hallo"),
}


@pytest.mark.parametrize(("part", "words"), TEXTS.values(), ids=TEXTS.keys())
def test_the_text_is_what_the_client_sees(part: Part, words: str):
    assert read(part).text == words


def test_a_mail_in_a_mail_is_a_document_with_words_and_its_files_come_along():
    inner = mail_in_mail(multipart("mixed", text("Summe: 320,00 EUR"), PICTURE, boundary="i"))
    mail = read(multipart("mixed", text("Siehe Anhang."), inner))
    assert mail.text == "Siehe Anhang."
    document, picture = mail.attachments
    assert (document.name, document.media_type) == ("Rechnung 4711.eml", "message/rfc822")
    assert "Betreff: Rechnung 4711" in document.text
    assert "Summe: 320,00 EUR" in document.text
    assert picture.name == "bild.png"
    assert mail.sender_address == "a@b.example"


def test_only_the_outermost_of_mails_in_mails_is_kept_as_a_file():
    picture = base64.encodebytes(b"\x89PNG\r\n\x1a\n" + os.urandom(200_000)).decode()
    inner = Part(PICTURE.head, picture)
    for depth in range(8):
        inner = mail_in_mail(
            multipart("mixed", text(f"Ebene {depth}"), inner, boundary=f"b{depth}")
        )
    mail = read(multipart("mixed", inner, boundary="out"))
    assert [each.media_type for each in mail.attachments] == ["message/rfc822", "image/png"]
    assert "Ebene 0" in mail.attachments[0].text
    assert mail.problem is None


def test_a_mail_in_a_mail_that_is_encoded_against_the_rules_opens_too():
    inner = "From: shop@c.example\nSubject: Rechnung\n\nSumme: 320,00 EUR\n"
    encoded = base64.encodebytes(inner.encode()).decode()
    head = "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64"
    mail = read(multipart("mixed", text("Hier"), Part(head, encoded)))
    (document,) = mail.attachments
    assert document.name == "Rechnung.eml"
    assert "Summe: 320,00 EUR" in document.text


def test_a_mail_that_is_sent_as_any_file_opens_too():
    inner = "From: shop@c.example\nSubject: Rechnung\n\nSumme: 320,00 EUR\n"
    head = 'Content-Type: application/octet-stream; name="Re.eml"\nContent-Disposition: attachment'
    (document,) = read(multipart("mixed", text("Hier"), Part(head, inner))).attachments
    assert (document.name, document.media_type) == ("Rechnung.eml", "message/rfc822")
    assert "Summe: 320,00 EUR" in document.text


def test_a_text_file_has_words():
    named = Part("Content-Type: text/plain; name=liste.txt\nContent-Disposition: attachment", "Rad")
    page = Part("Content-Type: text/html; name=a.html\nContent-Disposition: attachment", "<p>Rad")
    mail = read(multipart("mixed", text("Hier"), named, page))
    assert mail.text == "Hier"
    assert [each.text for each in mail.attachments] == ["Rad", "Rad"]


SEALED = {
    "PGP": multipart(
        "encrypted",
        Part("Content-Type: application/pgp-encrypted", "Version: 1"),
        Part("Content-Type: application/octet-stream", "-----BEGIN PGP MESSAGE-----"),
    ),
    "S/MIME": Part("Content-Type: application/pkcs7-mime; name=smime.p7m", "MIIB"),
}


@pytest.mark.parametrize("part", SEALED.values(), ids=SEALED.keys())
def test_a_sealed_mail_is_for_a_person(part: Part):
    assert read(part).problem == "the mail is encrypted or sealed and can't be read here"


def test_what_goes_on_without_end_is_for_a_person_who_sees_the_sender():
    many = multipart("mixed", *[text("x") for _ in range(300)])
    deep = Part("Content-Type: message/rfc822", "Content-Type: message/rfc822\n\n" * 3000)
    for mail in (read(many), read(deep)):
        assert mail.problem
        assert mail.sender_address == "a@b.example"
