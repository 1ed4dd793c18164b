"""A stranger's mail never reaches another client's case, whatever it says about itself.

Each try is a whole mail as our own server hands it over: with that server's true verdict on the
sender on top, and everything below it in the stranger's hands.
"""
# ruff: noqa: E501 - mails as they come

import base64

import pytest

from services.intake.domain.identify import Author, Identified, Known, KnownCase, identify
from shared.ids import derived_case_id
from shared.message_ids import message_id_of
from tests.support.mail_reading import AUTHSERV_ID as SERVER
from tests.support.mail_reading import NOTICE_KEY, read

CASE = derived_case_id("a case")
NOTICE = "0b7c3f4e-8f10-8a52-9d1e-3c5b6a7d8e9f"
OURS = message_id_of(NOTICE, NOTICE_KEY, "claimsdesk.example")
ANNA = "anna@example.org"
CLIENTS = {ANNA: frozenset({"K-1"}), "ben@example.net": frozenset({"K-2"})}

EVE_PASSES = f"Authentication-Results: {SERVER}; dmarc=pass header.from=evil.example; dkim=pass header.d=evil.example"
FORGED_ANNA = f"Authentication-Results: {SERVER}; dmarc=fail header.from=example.org; dkim=pass header.d=evil.example"
AS_EVE = f"{EVE_PASSES}\nFrom: Eve <eve@evil.example>"
AS_ANNA = f"{FORGED_ANNA}\nFrom: Anna Schmidt <{ANNA}>"
SUBJECT = f"Subject: Re: [{CASE}] Ihr Schaden"


async def where_it_goes(raw: str) -> Identified:
    """Read and identify a mail, with what the desk knows of one case of Anna's."""
    mail = await read(raw.encode())
    address = mail.mail.sender_address
    known = Known(
        cases={CASE: KnownCase(frozenset({ANNA}), "K-1")},
        case_of_notice={NOTICE: CASE},
        clients=CLIENTS.get(address, frozenset()),
    )
    return identify(mail.references, Author(address, mail.mail.authenticated), known)


@pytest.mark.parametrize(
    "mail",
    [
        f"{SUBJECT}\n\nAnbei.",
        f"Subject: Rechnung\n\nZu {CASE}.",
        f"Subject: Rechnung\nIn-Reply-To: {OURS}\n\nAnbei.",
        f'Subject: Rechnung\nContent-Type: text/plain; name="{CASE}.txt"\nContent-Disposition: attachment\n\nx',
    ],
    ids=["subject", "text", "thread", "attachment"],
)
async def test_the_client_herself_gets_there(mail: str):
    passed = f"Authentication-Results: {SERVER}; dmarc=pass header.from=example.org"
    found = await where_it_goes(f"{passed}\nFrom: Anna Schmidt <{ANNA}>\n{mail}")
    assert found == Identified(CASE, "K-1")


def encoded(words: str) -> str:
    return f"=?utf-8?b?{base64.b64encode(words.encode()).decode()}?="


def carried(inner: str, head: str = AS_EVE) -> str:
    return f"{head}\nContent-Type: multipart/mixed; boundary=b\nSubject: Hallo\n\n--b\n\nBitte lesen.\n--b\n{inner}\n--b--\n"


TRIES = {
    "quotes the number in the subject": f"{AS_EVE}\n{SUBJECT}\n\nAnbei.",
    "quotes the number in the text": f"{AS_EVE}\nSubject: Hallo\n\nZu {CASE}.",
    "quotes the number in quoted history": f"{AS_EVE}\nSubject: Re: Hallo\n\nAnbei.\n\nAm 12.11.2026 um 10:03 schrieb Claims <a@b.example>:\n> [{CASE}]",
    "names the number in an attachment's name": carried(f'Content-Type: application/pdf; name="{CASE}.pdf"\n\nx'),
    "hides the number in an attached text": carried(f"Content-Type: text/plain; name=a.txt\n\nZu {CASE}"),
    "another client with a pass of his own": f"Authentication-Results: {SERVER}; dmarc=pass header.from=example.net\nFrom: Ben <ben@example.net>\n{SUBJECT}\n\nAnbei.",
    "display name of the client": f'{EVE_PASSES}\nFrom: "{ANNA}" <eve@evil.example>\n{SUBJECT}\n\nAnbei.',
    "display name that closes the bracket": f'{EVE_PASSES}\nFrom: "Anna <{ANNA}>" <eve@evil.example>\n{SUBJECT}\n\nAnbei.',
    "display name in an encoded word": f"{EVE_PASSES}\nFrom: {encoded(f'Anna <{ANNA}>')} <eve@evil.example>\n{SUBJECT}\n\nAnbei.",
    "address in an encoded word": f"{EVE_PASSES}\nFrom: {encoded(ANNA)}\n{SUBJECT}\n\nAnbei.",
    "half an address in an encoded word": f"Authentication-Results: {SERVER}; dmarc=pass header.from=example.org\nFrom: {encoded('anna')}@example.org\n{SUBJECT}\n\nAnbei.",
    "the client's address, forged": f"{AS_ANNA}\n{SUBJECT}\n\nAnbei.",
    "reply-to of the client": f"{AS_EVE}\nReply-To: {ANNA}\n{SUBJECT}\n\nAnbei.",
    "sender of the client": f"{AS_EVE}\nSender: {ANNA}\n{SUBJECT}\n\nAnbei.",
    "return path of the client": f"Return-Path: <{ANNA}>\n{AS_EVE}\n{SUBJECT}\n\nAnbei.",
    "resent for the client": f"{AS_EVE}\nResent-From: {ANNA}\nX-Original-From: {ANNA}\n{SUBJECT}\n\nAnbei.",
    "plus-address of the client": f"Authentication-Results: {SERVER}; dmarc=pass header.from=example.org\nFrom: anna+x@example.org\n{SUBJECT}\n\nAnbei.",
    "dot in the client's address": f"Authentication-Results: {SERVER}; dmarc=pass header.from=example.org\nFrom: an.na@example.org\n{SUBJECT}\n\nAnbei.",
    "subdomain of the client's": f"Authentication-Results: {SERVER}; dmarc=pass header.from=mail.example.org\nFrom: anna@mail.example.org\n{SUBJECT}\n\nAnbei.",
    "signed by a subdomain": f"Authentication-Results: {SERVER}; dmarc=none; dkim=pass header.d=eve.example.org\nFrom: {ANNA}\n{SUBJECT}\n\nAnbei.",
    "signed by the public suffix": f"Authentication-Results: {SERVER}; dkim=pass header.d=org\nFrom: {ANNA}\n{SUBJECT}\n\nAnbei.",
    "only SPF passes": f"Authentication-Results: {SERVER}; spf=pass smtp.mailfrom={ANNA}\nFrom: {ANNA}\n{SUBJECT}\n\nAnbei.",
    "client's domain with an end": f"Authentication-Results: {SERVER}; dmarc=pass header.from=example.org.evil.example\nFrom: anna@example.org.evil.example\n{SUBJECT}\n\nAnbei.",
    "a domain that looks alike": f"Authentication-Results: {SERVER}; dmarc=pass header.from=ехample.org\nFrom: anna@ехample.org\n{SUBJECT}\n\nAnbei.",
    "a letter that becomes another when small": f"Authentication-Results: {SERVER}; dmarc=pass header.from=example.org\nFrom: ANNA@e\u212aample.org\n{SUBJECT}\n\nAnbei.",
    "an invisible sign in the address": f"Authentication-Results: {SERVER}; dmarc=pass header.from=example.org\nFrom: an\u200bna@example.org\n{SUBJECT}\n\nAnbei.",
    "group syntax": f"{EVE_PASSES}\nFrom: Familie: {ANNA}, eve@evil.example;\n{SUBJECT}\n\nAnbei.",
    "two authors": f"Authentication-Results: {SERVER}; dmarc=pass header.from=evil.example\nFrom: {ANNA}, eve@evil.example\n{SUBJECT}\n\nAnbei.",
    "two From headers, the client first": f"Authentication-Results: {SERVER}; dmarc=pass header.from=example.org\nFrom: {ANNA}\nFrom: eve@evil.example\n{SUBJECT}\n\nAnbei.",
    "two From headers, the client last": f"{AS_EVE}\nFrom: {ANNA}\n{SUBJECT}\n\nAnbei.",
    "address with a comment behind": f"{EVE_PASSES}\nFrom: eve@evil.example ({ANNA})\n{SUBJECT}\n\nAnbei.",
    "address with a comment within": f"{EVE_PASSES}\nFrom: {ANNA}(x)@evil.example\n{SUBJECT}\n\nAnbei.",
    "source route": f"{EVE_PASSES}\nFrom: <@evil.example:{ANNA}>\n{SUBJECT}\n\nAnbei.",
    "quoted local part": f'{EVE_PASSES}\nFrom: "{ANNA}"@evil.example\n{SUBJECT}\n\nAnbei.',
    "verdict of a foreign server": f"Authentication-Results: mx.evil.example; dmarc=pass header.from=example.org\nFrom: {ANNA}\n{SUBJECT}\n\nAnbei.",
    "a forged verdict of our own server below the true one": f"{FORGED_ANNA}\nAuthentication-Results: {SERVER}; dmarc=pass header.from=example.org\nFrom: {ANNA}\n{SUBJECT}\n\nAnbei.",
    "a verdict in a comment": f"Authentication-Results: {SERVER}; spf=fail (x; dmarc=pass header.from=example.org)\nFrom: {ANNA}\n{SUBJECT}\n\nAnbei.",
    "a verdict in a quoted envelope sender": f'Authentication-Results: {SERVER}; spf=pass smtp.mailfrom="x; dmarc=pass header.from=example.org"@evil.example\nFrom: {ANNA}\n{SUBJECT}\n\nAnbei.',
    "a signer's name in a quoted identity": f'Authentication-Results: {SERVER}; dkim=pass header.i="x header.d=example.org "@evil.example\nFrom: {ANNA}\n{SUBJECT}\n\nAnbei.',
    "a header that looks like it": f"X-Authentication-Results: {SERVER}; dmarc=pass header.from=example.org\nARC-Authentication-Results: i=1; {SERVER}; dmarc=pass header.from=example.org\nFrom: {ANNA}\n{SUBJECT}\n\nAnbei.",
    "a verdict behind a carriage return that no server takes for a line's end": f"Subject: x\rAuthentication-Results: {SERVER}; dmarc=pass header.from=example.org\nFrom: {ANNA}\n\nZu {CASE}.",
    "no verdict at all": f"From: {ANNA}\n{SUBJECT}\n\nAnbei.",
    "our Message-ID, stolen": f"{AS_EVE}\nSubject: Re: Ihr Schaden\nReferences: {OURS}\nIn-Reply-To: {OURS}\n\nAnbei.",
    "our Message-ID, guessed": f"{AS_EVE}\nSubject: Re: Ihr Schaden\nIn-Reply-To: <notice.{NOTICE}.{'0' * 16}@claimsdesk.example>\n\nAnbei.",
    "the client's mail, forwarded inline": f"{AS_EVE}\nSubject: WG: Schaden\n\nBitte.\n\nVon: Anna <{ANNA}>\nGesendet: heute\nAn: Claims\nBetreff: [{CASE}]\n\nAnbei die Rechnung.",
    "the client's mail, forwarded as a file": carried(f"Content-Type: message/rfc822\n\nAuthentication-Results: {SERVER}; dmarc=pass header.from=example.org\nFrom: {ANNA}\n{SUBJECT}\n\nAnbei."),
    "nothing but the client's mail as a file": f"{AS_EVE}\nContent-Type: message/rfc822\n\nAuthentication-Results: {SERVER}; dmarc=pass header.from=example.org\nFrom: {ANNA}\n{SUBJECT}\n\nAnbei.",
    "header lines in a folded subject": f"{AS_EVE}\nSubject: x\n From: {ANNA}\n {CASE}\n\nAnbei.",
    "address with an escaped line": f"{EVE_PASSES}\nFrom: eve@evil.example\n <{ANNA}>\n{SUBJECT}\n\nAnbei.",
    "the number for a plus-address of the desk": f"{AS_EVE}\nTo: claims+{CASE}@claimsdesk.example\nSubject: Hallo\n\nAnbei.",
}  # fmt: skip


NAMES_NO_CASE = {"our Message-ID, guessed", "the number for a plus-address of the desk"}
"""A person sees them as new contacts of whoever wrote."""


@pytest.mark.parametrize("mail", TRIES.values(), ids=TRIES.keys())
async def test_a_stranger_does_not(mail: str):
    found = await where_it_goes(mail)
    assert found.case_id is None or found.suspicion is not None
    assert found.client_id != "K-1"


@pytest.mark.parametrize("name", [name for name in TRIES if name not in NAMES_NO_CASE])
async def test_and_the_suspicion_is_named_to_a_person(name: str):
    assert (await where_it_goes(TRIES[name])).suspicion is not None
