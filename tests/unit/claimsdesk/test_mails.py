"""A mail made ready: only Message-ID, date and Return-Path change."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest

from claimsdesk.demo.mails import NOBODY, ready_to_send

AT = datetime(2026, 11, 16, 8, 12, tzinfo=UTC)
FRESH = {"message_id": "<new@demo.example>", "at": AT}


def test_message_id_and_date_are_fresh_and_the_rest_stays():
    raw = (
        b"Received: from a\n\tby b; Mon, 16 Nov 2026\nMessage-ID: <old@example.org>\n"
        b"From: =?utf-8?q?J=C3=BCrgen?= <j@example.org>\nDATE: long\n ago\nSubject: f\xc3\xbcr\n\n"
        b"Message-ID: in the text\n\nM\xc3\xbcller\n"
    )
    mail = ready_to_send(raw, **FRESH)
    assert mail.content == (
        b"Received: from a\r\n\tby b; Mon, 16 Nov 2026\r\n"
        b"From: =?utf-8?q?J=C3=BCrgen?= <j@example.org>\r\nSubject: f\xc3\xbcr\r\n"
        b"Date: Mon, 16 Nov 2026 08:12:00 +0000\r\nMessage-ID: <new@demo.example>\r\n\r\n"
        b"Message-ID: in the text\r\n\r\nM\xc3\xbcller\r\n"
    )
    assert mail.message_id == "<new@demo.example>"


@pytest.mark.parametrize(
    ("headers", "sender"),
    [
        (b"From: Anna <anna@example.org>", "anna@example.org"),
        (b"From: anna@example.org", "anna@example.org"),
        (b"Return-Path: <>\nFrom: Mail System <daemon@example.org>", ""),
        (b"Return-Path: <bounces@example.org>\nFrom: x@example.org", "bounces@example.org"),
        (b"Subject: no sender", NOBODY),
        (b"From: no address", NOBODY),
        ("From: J <jürgen@example.org>".encode(), NOBODY),
        (b"Return-Path: nothing\nFrom: x@example.org", ""),
    ],
)
def test_the_envelope_has_the_stated_return_path_or_the_sender(headers, sender):
    mail = ready_to_send(headers + b"\n\nHello\n", **FRESH)
    assert mail.sender == sender
    assert "Return-Path" not in message_from_bytes(mail.content, policy=default)


@pytest.mark.parametrize("raw", [b"", b"\n\n", b"Subject: only headers", b"no header at all"])
def test_a_broken_mail_is_sent_as_well(raw):
    assert b"Message-ID: <new@demo.example>\r\n" in ready_to_send(raw, **FRESH).content


def test_line_ends_of_any_kind_become_those_of_smtp():
    mail = ready_to_send(b"Subject: x\r\n\r\none\r\ntwo\nthree", **FRESH)
    assert mail.content.endswith(b"\r\n\r\none\r\ntwo\r\nthree")
