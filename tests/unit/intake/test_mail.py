"""Raw mails as they come: wrong, forged, broken; and any bytes at all."""
# ruff: noqa: E501 - headers as they come

import base64
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.intake.domain.bounces import delivery_report
from services.intake.domain.machines import machine_reason
from services.intake.domain.mail import ParsedMail, fingerprint, parse_mail
from services.intake.domain.quotes import take_apart
from shared.message_ids import message_id_of
from tests.support.intake_desk import mail
from tests.support.mail_reading import parsed_mail

SERVER = "mail.claimsdesk.example"
PROJECT = Path(__file__).parents[3]


def parsed(raw: str | bytes) -> ParsedMail:
    return parse_mail(raw.encode() if isinstance(raw, str) else raw, SERVER)


SUBJECTS = {
    "=?utf-8?q?K=C3=BCche_=E2=80=93?=\n Schaden": "Küche – Schaden",
    "=?utf-8?b?S8O8?= =?utf-8?b?Y2hl?=": "Küche",
    "=?utf-8?b?S8M=?= =?utf-8?b?vGNoZQ==?=": "Küche",
    "=?iso-8859-1?q?K=FCche?= und =?utf-8?q?Bad?=": "Küche und Bad",
    "=?unknown-charset?q?K=C3=BCche?=": "Küche",
    "=?utf-8?b?!!!?=": "",
    "Küche": "Küche",
    "plain": "plain",
    "=?utf-8?q?a=00b=0D=0AX-Evil:_1?=": "ab X-Evil: 1",
}


@pytest.mark.parametrize(("written", "read"), SUBJECTS.items())
def test_subjects(written: str, read: str):
    assert parsed(f"From: a@b.example\nSubject: {written}\n\nx").subject == read


def test_raw_latin_bytes_in_a_header():
    assert parsed("From: a@b.example\nSubject: Küche\n\nx".encode("latin-1")).subject == "Küche"


BODIES = [
    (b"K\xc3\xbcche", "utf-8", "Küche"),
    (b"K\xfcche", "iso-8859-1", "Küche"),
    (b"K\xc3\xbcche", "iso-8859-1", "Küche"),
    (b"K\xfcche", "utf-8", "Küche"),
    (b"K\xfcche", "us-ascii", "Küche"),
    (b"450 \x80", "iso-8859-1", "450 €"),
    (b"K\xfcche", "x-nonsense", "Küche"),
    (b"450\xa0EUR", "iso-8859-1", "450 EUR"),
    ("Küche".encode("utf-16"), "utf-16", "Küche"),
    (b"ab\x00c", "utf-8", "abc"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "charset", "text"), BODIES)
def test_bodies_in_wrong_charsets(body: bytes, charset: str, text: str):
    head = f"From: a@b.example\nContent-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: base64\n\n"
    assert parsed(head.encode() + base64.b64encode(body)).text == text


SENDERS = {
    "Max Müller <Max@Example.org>": ("Max Müller", "max@example.org", True),
    '"Müller, Max" <max@example.org>': ("Müller, Max", "max@example.org", True),
    "max@example.org": ("", "max@example.org", True),
    "max@example.org (Max)": ("", "max@example.org", True),
    "max@example.org <max@example.org>": ("max@example.org", "max@example.org", True),
    "victim@example.org <eve@evil.example>": ("victim@example.org", "eve@evil.example", False),
    "Max <max@example.org>, Eve <eve@evil.example>": (None, "eve@evil.example", False),
    "=?utf-8?q?max=40example=2Eorg=3E?= <eve@evil.example>": (
        "max@example.org>",
        "eve@evil.example",
        True,
    ),
    "max@example.org>eve@evil.example": (None, "", False),
    "": ("", "", False),
    "nobody": ("nobody", "", False),
}


@pytest.mark.parametrize(("written", "read"), SENDERS.items())
def test_senders(written: str, read: tuple[str | None, str, bool]):
    results = [
        f"Authentication-Results: {SERVER}; dmarc=pass header.from={domain}"
        for domain in [written.rpartition("@")[2].strip("> ") or "example.org"]
    ]
    mail = parsed(f"{results[0]}\nFrom: {written}\n\nx")
    name, address, plain = read
    if name is not None:
        assert mail.sender_name == name
    assert mail.sender_address == address
    if not plain:
        assert not mail.authenticated


AUTHENTICATED = {
    f"{SERVER}; dmarc=pass header.from=example.org": True,
    f"{SERVER}; dmarc=pass (p=none dis=none) header.from=example.org; dkim=none": True,
    f"{SERVER} 1; dkim=pass header.d=example.org": True,
    f"{SERVER}; dkim=pass header.i=@example.org header.s=x": True,
    f"{SERVER};\n dkim=fail header.d=a.example;\n dkim=pass (2048-bit key) header.d=Example.ORG": True,
    f"{SERVER.upper()}; dmarc=pass header.from=example.org": True,
    f"{SERVER}; dmarc=none; dkim=pass header.d=example.org": True,
    f"{SERVER}; spf=pass smtp.mailfrom=example.org": False,
    f"{SERVER}; dmarc=fail header.from=example.org; dkim=pass header.d=example.org": False,
    f"{SERVER}; dmarc=pass header.from=evil.example": False,
    f"{SERVER}; spf=pass smtp.mailfrom=x.example\nAuthentication-Results: {SERVER}; dkim=pass header.d=example.org\nAuthentication-Results: {SERVER}; dmarc=pass header.from=example.org": True,
    f"{SERVER}; spf=pass smtp.mailfrom=example.org\nAuthentication-Results: {SERVER}; spf=pass": False,
    f"{SERVER}; none\nAuthentication-Results: {SERVER}; dmarc=pass header.from=example.org": False,
    f"{SERVER}; dmarc=pass header.from=example.org; dmarc=fail header.from=example.org": False,
    f"{SERVER}; dkim=pass header.d=evil.example": False,
    f"{SERVER}; dkim=pass header.d=org": False,
    f"{SERVER}; dkim=pass header.d=sub.example.org": False,
    f"{SERVER}; dkim=neutral header.d=example.org": False,
    f"{SERVER}; none": False,
    "evil.example; dmarc=pass header.from=example.org": False,
    f"evil.example; x={SERVER}; dmarc=pass header.from=example.org": False,
    f"evil.example ({SERVER}); dmarc=pass header.from=example.org": False,
    f"{SERVER}.evil.example; dmarc=pass header.from=example.org": False,
    f'{SERVER}; spf=fail reason="a; dmarc=pass header.from=example.org"': False,
    f"{SERVER}; spf=fail (dmarc=pass; dmarc=pass header.from=example.org)": False,
    "": False,
}


@pytest.mark.parametrize(("results", "vouched"), AUTHENTICATED.items())
def test_only_our_servers_word_counts(results: str, vouched: bool):
    mail = parsed(f"Authentication-Results: {results}\nFrom: anna@example.org\n\nx")
    assert mail.authenticated is vouched


def test_a_forged_header_with_our_servers_name_does_not_help():
    forged = f"Authentication-Results: {SERVER}; dmarc=pass header.from=example.org\n"
    true = f"Authentication-Results: {SERVER}; dmarc=fail header.from=example.org\n"
    for headers in (true + forged, forged + true):
        assert not parsed(f"{headers}From: anna@example.org\n\nx").authenticated


def test_two_from_headers_prove_nothing():
    mail = parsed(
        f"Authentication-Results: {SERVER}; dmarc=pass header.from=example.org\n"
        "From: anna@example.org\nFrom: eve@evil.example\n\nx"
    )
    assert not mail.authenticated


def test_html_only():
    mail = parsed(
        "From: a@b.example\nContent-Type: text/html; charset=utf-8\n\n"
        "<html><head><style>p{}</style><title>t</title></head><body><p>Guten&nbsp;Tag,</p>"
        "<div style='display: none'>hidden</div><table><tr><td>Fahrrad</td><td>450,00 &euro;</td>"
        "</tr></table><script>alert(1)</script><ul><li>Eins</ul>Ende<br>"
        "<blockquote>alt</blockquote></body></html>"
    )
    assert mail.text.splitlines() == [
        "Guten Tag,",
        "",
        "Fahrrad  450,00 €",
        "- Eins",
        "Ende",
        "> alt",
    ]


MULTIPART = """\
From: a@b.example
Content-Type: multipart/mixed; boundary=x

--x
Content-Type: multipart/alternative; boundary=y

--y
Content-Type: text/plain

Text
--y
Content-Type: text/html

<p>HTML</p>
--y--
--x
Content-Type: application/octet-stream
Content-Disposition: attachment; filename="../../etc/Rechnung.pdf"
Content-Transfer-Encoding: base64

JVBERi0xLjQK
--x
Content-Type: application/pdf; name="=?utf-8?q?B=C3=BCro=0A.exe?="

no pdf
--x
Content-Type: message/rfc822

From: shop@c.example
Subject: Ihre Bestellung
Content-Type: multipart/mixed; boundary=z

--z
Content-Type: text/plain

inner
--z
Content-Type: image/png; name=bild.png
Content-Transfer-Encoding: base64

iVBORw0KGgo=
--z--
--x--
"""


def test_parts_and_attachments():
    mail = parsed(MULTIPART)
    assert mail.text == "Text"
    assert [(each.name, each.media_type) for each in mail.attachments] == [
        ("Rechnung.pdf", "application/pdf"),
        ("Büro .exe", "application/pdf"),
        ("Ihre Bestellung.eml", "message/rfc822"),
        ("bild.png", "image/png"),
    ]
    assert mail.problem is None


MACHINES = {
    "Auto-Submitted: auto-replied": "auto-submitted",
    "Auto-Submitted: auto-generated; x=y": "auto-submitted",
    "Auto-Submitted: no": None,
    "Precedence: bulk": "precedence",
    "Precedence: First-Class": None,
    "X-Loop: x": "x-loop",
    "X-Auto-Response-Suppress: All": "x-auto-response-suppress",
    "List-Id: <a.b>": "list-id",
    "Return-Path: <>": "empty return path",
    "Return-Path: <a@b.example>": None,
    "Subject: Automatische Antwort: Schaden": "subject",
    "Subject: Out of Office: x": "subject",
    "Subject: AW: Automatische Antwort": None,
    "Content-Type: multipart/report; boundary=x": "report",
    "X-Mailer: Outlook": None,
}


@pytest.mark.parametrize(("header", "reason"), MACHINES.items())
def test_machines(header: str, reason: str | None):
    assert machine_reason(parsed(f"From: a@b.example\n{header}\n\nx")) == reason


OURS = message_id_of("n-1", "key", "claimsdesk.example")


def report(status: str, returned: str, content_type: str = "multipart/report") -> ParsedMail:
    return parsed(
        "From: MAILER-DAEMON@mx.example\n"
        f"Content-Type: {content_type}; boundary=b\n\n--b\n\nSorry\n"
        f"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n{status}\n"
        f"--b\n{returned}\n--b--\n"
    )


REPORTS = [
    ("Action: failed\nStatus: 5.1.1", "bounced", "5.1.1"),
    ("action: FAILED", "bounced", ""),
    ("Action: delivered\nStatus: 2.0.0", "delivered", "2.0.0"),
    ("Action: delayed\nStatus: 4.4.1", None, None),
    ("Action: relayed", None, None),
]


@pytest.mark.parametrize(("status", "fate", "code"), REPORTS)
@pytest.mark.parametrize(
    "returned",
    [
        f"Content-Type: text/rfc822-headers\n\nMessage-ID: {OURS}",
        f"Content-Type: message/rfc822\n\nMessage-ID: {OURS}\nSubject: x\n\nHallo",
    ],
)
def test_delivery_reports(status: str, fate: str | None, code: str | None, returned: str):
    found = delivery_report(report(status, returned), "key")
    assert (found and found.status) == fate
    assert (found and found.code) == code
    if found:
        assert found.notice_id == "n-1"


def test_a_report_on_somebody_elses_mail_or_a_forged_one_is_none_of_ours():
    for message_id in ("<a@b.example>", OURS.replace("n-1", "n-2")):
        returned = f"Content-Type: text/rfc822-headers\n\nMessage-ID: {message_id}"
        assert delivery_report(report("Action: failed", returned), "key") is None


def test_an_out_of_office_reply_to_our_notice_reports_nothing():
    mail = parsed(f"From: a@b.example\nAuto-Submitted: auto-replied\nIn-Reply-To: {OURS}\n\nweg")
    assert machine_reason(mail) == "auto-submitted"
    assert delivery_report(mail, "key") is None


def test_an_old_bounce_without_fields_counts():
    mail = parsed(f"From: MAILER-DAEMON@qmail.example\n\nno mailbox here\n\nMessage-ID: {OURS}")
    found = delivery_report(mail, "key")
    assert found is not None
    assert found.status == "bounced"


def test_the_fingerprint_is_of_what_the_sender_wrote():
    mail = b"From: a@b.example\nMessage-ID: <1@b>\nSubject: x\n\nHallo\n"
    assert fingerprint(b"Received: x\r\n" + mail.replace(b"\n", b"\r\n")) == fingerprint(mail)
    for changed in (b"Hallo", b"<1@b>", b"Subject: x", b"a@b"):
        assert fingerprint(mail.replace(changed, changed + b"!")) != fingerprint(mail)


PIECES = st.one_of(
    st.binary(max_size=80),
    st.sampled_from(
        [
            b"From: ", b"Subject: ", b"\r\n", b"\n\n", b"Content-Type: multipart/mixed; boundary=b\n",
            b"--b\n", b"--b--\n", b"=?utf-8?q?", b"?=", b"Content-Type: message/rfc822\n\n",
            b"Content-Transfer-Encoding: base64\n", b"Content-Type: text/html; charset=\xff\n",
            b"<![CDATA[", b"<!x", b"&#xFFFFFFFF;", b"Content-Disposition: attachment; filename*=x''%\n",
            b"Authentication-Results: mail.claimsdesk.example; ((", b"References: <", b"a@b.example>",
            b"Content-Type: multipart/report; boundary=b\n", b"Content-Type: message/delivery-status\n\n",
            b"Content-Transfer-Encoding: uuencode\n", b"begin 666 x\n", b"Content-Type: text/plain; charset=utf-7\n",
        ]
    ),
)  # fmt: skip


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(PIECES, max_size=30).map(b"".join))
def test_any_bytes_give_a_mail_that_can_be_stored(raw: bytes):
    mail = parsed(raw)
    take_apart(mail.text, mail.subject)
    machine_reason(mail)
    delivery_report(mail, "key")
    fingerprint(raw)
    for text in (mail.subject, mail.sender_name, mail.sender_address, mail.text, mail.message_id):
        text.encode("utf-8")
        assert "\x00" not in text
    for attachment in mail.attachments:
        assert attachment.name
        assert not set(attachment.name) & set('/\\"\n\x00')


DEEP = b"".join(
    b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(2000)
)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("a<!--[if mso]><p>x</p><![endif]-->b", "ab"),
        ("a<![if !supportLists]>b<![endif]>c", "abc"),
        ("a<!--[if !mso]><!-->b<!--<![endif]-->c", "abc"),
        ("a <!-- nobody ends this", "a <!-- nobody ends this"),
        ("less <than", "less <than"),
    ],
)
def test_comments_and_outlook_s_sections_are_no_text_unless_left_open(html: str, text: str):
    assert parsed(b"From: a@b.example\nContent-Type: text/html\n\n" + html.encode()).text == text


@pytest.mark.parametrize(
    "raw",
    [
        b"From: a@b.example\n" + DEEP,
        b"From: a@b.example\n" + b"Content-Type: message/rfc822\n\n" * 3000,
        b"From: " + b"a," * 200_000 + b"\n\nx",
        b"Subject: " + b"=?utf-8?q?a?= " * 50_000 + b"\n\nx",
        b"From: a@b.example\nContent-Type: text/html\n\n" + b"<div>" * 100_000,
        b"From: a@b.example\nContent-Type: text/html\n\n" + b"<" * 300_000,
        b"From: a@b.example\nContent-Type: text/html\n\n" + b"<!--" * 200_000,
        b"From: a@b.example\nContent-Type: text/html\n\n" + b"<![CDATA[" * 100_000 + b"]>",
        b"From: a@b.example\n\n" + b"x" * 5_000_000,
        b"References: " + b"<" * 200_000 + b"\n\nx",
        b"Authentication-Results: mail.claimsdesk.example; " + b"(" * 100_000 + b"\n\nx",
        b"From: a@b.example\n" + b"a:b\n" * 2_000_000 + b"\nx",
        b"From: a@b.example\nX: a\n" + b" a\n" * 2_000_000 + b"\nx",
        b"From: a@b.example\nContent-Type: text/plain; " + b"a*1=b; " * 300_000 + b"\n\nx",
        b"From: a@b.example\n\n" + b"x\n" * 6_000_000,
        b"From: a@b.example\nContent-Type: text/plain; format=flowed\n\n" + b"a \n" * 300_000,
    ],
    ids=[
        *("parts", "nested", "from", "words", "html", "signs", "open comments", "open sections"),
        *("long", "references", "comments", "headers", "folded", "parameters", "lines", "flowed"),
    ],
)  # fmt: skip
def test_hostile_mails_are_read_quickly(raw: bytes):
    began = time.process_time()
    mail = parsed(raw)
    take_apart(mail.text, mail.subject)
    assert time.process_time() - began < 5


MEASURED = """
import resource
from services.intake.domain.mail import fingerprint, parse_mail
from tests.support.odd_mails import ODD_MAILS

raw = ODD_MAILS["twenty-five-megabytes"]()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
parse_mail(raw, "x"), fingerprint(raw)
print(len(raw), (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024)
"""


def test_a_mail_of_25_megabytes_takes_a_few_times_its_size():
    ran = subprocess.run(
        [sys.executable, "-c", MEASURED], capture_output=True, text=True, check=True, cwd=PROJECT
    )
    size, taken = map(int, ran.stdout.split())
    assert size > 24_000_000
    assert taken < 8 * size


@pytest.mark.parametrize("text", ["", " \r\n\t\r\n", "\u00a0\u200b"])
async def test_a_mail_without_any_words_is_for_a_person(text: str):
    empty = mail(text)
    photo = mail(text)
    photo.add_attachment(b"\xff\xd8\xff\xe0", maintype="image", subtype="jpeg", filename="a.jpg")
    letter = mail(text)
    letter.add_attachment("Mein Rad ist weg.", filename="brief.txt")
    reasons = [
        contact.needs_person
        for each in (empty, photo, letter)
        if (contact := (await parsed_mail(each.as_bytes())).contact)
    ]
    wordless = "there is no text in the mail or its attachments"
    assert reasons == [wordless, wordless, None]
