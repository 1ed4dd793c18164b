"""Outlook's packages, opened by the program that does it in a running desk."""

from email.message import EmailMessage

import pytest

from services.intake.adapters.winmail import IN_PART, UNOPENED, with_winmail_opened
from services.intake.domain.mail import ParsedMail, parse_mail
from tests.support.winmail import doubtful_winmail, endless_winmail, winmail

PDF = b"%PDF-1.4\n%%EOF\n"
NOTE = "Mein Fahrrad wurde gestohlen.\r\nGrüße"


def carrying(package: bytes, text: str = "", name: str = "winmail.dat") -> ParsedMail:
    message = EmailMessage()
    message["From"] = "max@example.org"
    message.set_content(text)
    message.add_attachment(package, maintype="application", subtype="ms-tnef", filename=name)
    return parse_mail(message.as_bytes(), "x")


async def test_its_files_and_its_text_come_to_light():
    package = winmail(NOTE, {"Rechnung Rad.pdf": PDF, "Liste.txt": b"Fahrrad 450,00 EUR"})
    mail = await with_winmail_opened(carrying(package))
    assert mail.text == "Mein Fahrrad wurde gestohlen.\nGrüße"
    assert [(each.name, each.media_type, each.data) for each in mail.attachments] == [
        ("Rechnung Rad.pdf", "application/pdf", PDF),
        ("Liste.txt", "text/plain", b"Fahrrad 450,00 EUR"),
    ]
    assert mail.attachments[1].text == "Fahrrad 450,00 EUR"
    assert mail.problem is None


async def test_the_mails_own_text_comes_before_the_package_s():
    mail = await with_winmail_opened(carrying(winmail(NOTE), "Guten Tag"))
    assert mail.text == "Guten Tag"
    assert mail.attachments == ()


async def test_what_the_library_gives_up_on_is_said_and_the_rest_comes_to_light():
    package = doubtful_winmail("Rechnung.pdf", PDF)
    mail = await with_winmail_opened(carrying(package, "Guten Tag"))
    assert [each.name for each in mail.attachments] == ["Rechnung.pdf", "winmail.dat"]
    assert mail.problem == IN_PART


@pytest.mark.parametrize(
    "package",
    [
        b"\n",
        b"\x78\x9f\x3e\x22",
        winmail(NOTE, {"a.pdf": PDF})[:-8],
        winmail(NOTE, {"a.pdf": PDF})[:60],
        b"no package",
        endless_winmail(),
    ],
    ids=["empty", "a head", "half a file", "half a text", "another file", "endless"],
)
async def test_one_that_can_t_be_opened_stays_as_it_is_for_a_person(package: bytes):
    closed = carrying(package, "Guten Tag")
    mail = await with_winmail_opened(closed)
    assert mail.problem == UNOPENED
    assert mail.attachments == closed.attachments
    assert mail.text == "Guten Tag"
