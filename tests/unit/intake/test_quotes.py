# ruff: noqa: E501, ISC004 - mails as they come

import time

import pytest

from services.intake.domain.quotes import take_apart

KEPT = "Anbei die Rechnung."

REPLIES = {
    "Gmail, German": f"{KEPT}\n\nAm Do., 12. Nov. 2026 um 10:03 Uhr schrieb Claims <a@b.example>:\n\n> alt",
    "wrapped attribution": (
        f"{KEPT}\n\nAm 12.11.2026 um 10:03 schrieb Schadenservice\nMusterversicherung <a@b.example>:\n> alt"
    ),
    "Apple, English": f"{KEPT}\n\nOn 12 Nov 2026, at 10:03, Claims <a@b.example> wrote:\n\n> old\n> older",
    "quote without signs": f"{KEPT}\n\nOn Thu, Nov 12, 2026 at 10:03 AM Claims wrote:\nold text\nmore",
    "Outlook, German": (
        f"{KEPT}\n\nVon: Claims <a@b.example>\nGesendet: Donnerstag, 12. November 2026 10:03\n"
        "An: Max\nBetreff: Ihr Schaden\n\nalt"
    ),
    "Outlook, English, bold": f"{KEPT}\n\n*From:* Claims\n*Sent:* Thursday\n*To:* Max\n*Subject:* x\n\nold",
    "Outlook rule": f"{KEPT}\n________________________________\nFrom: C\nSent: x\nTo: y\nSubject: z\nold",
    "original message": f"{KEPT}\n\n-----Ursprüngliche Nachricht-----\nVon: C\nalt",
    "original message, English": f"{KEPT}\n\n----- Original Message -----\nold",
    "plain quote signs": f"> Was fehlt?\n> Die Rechnung.\n{KEPT}",
    "answer between quotes": f"> Bitte senden Sie die Rechnung.\n\n{KEPT}\n\n> Danke",
    "below the quote": f"Am 12.11.2026 um 10:03 schrieb Claims:\n> Bitte Rechnung.\n\n{KEPT}",
    "iPhone": f"{KEPT}\n\nVon meinem iPhone gesendet",
    "Android": f"{KEPT}\n\nDiese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.",
    "Outlook mobile": f"{KEPT}\n\nGet Outlook for iOS<https://aka.ms/o0ukef>",
    "sent from, then history": (
        f"{KEPT}\n\nSent from my iPhone\n\n> On 12 Nov 2026, at 10:03, Claims <a@b.example> wrote:\n> old"
    ),
    "dashes": f"{KEPT}\n-- \nMax Müller\nHauptstr. 1\n10115 Berlin",
    "closing": f"{KEPT}\n\nMit freundlichen Grüßen\nMax Müller\nTel. 030 123456",
    "closing with comma": f"{KEPT}\n\nKind regards,\nMax",
    "short closing": f"{KEPT}\nVG\nMax",
    "mfg": f"{KEPT}\nMfG Max".replace("MfG Max", "MfG\nMax"),
    "greeting from a town": f"{KEPT}\n\nViele Grüße aus Berlin\nMax",
    "disclaimer": f"{KEPT}\n\nDiese E-Mail enthält vertrauliche Informationen.\nBla",
    "closing and history": f"{KEPT}\n\nBest regards\nMax\n\nOn 12/11/2026 10:03, Claims wrote:\n> old",
}


@pytest.mark.parametrize("text", REPLIES.values(), ids=REPLIES.keys())
def test_only_what_the_client_wrote_now_is_kept(text):
    assert take_apart(text, "AW: Ihr Schaden").text == KEPT


KEPT_WHOLE = {
    "a list": "Es fehlen:\n- Fahrrad: 450,00 EUR\n- Helm: 50,00 EUR",
    "a colon": "Mein Nachbar schrieb mir:\nEr hat alles gesehen.",
    "from and to in prose": "Von: meinem Keller\naus lief das Wasser in die Wohnung.",
    "amounts below a closing": "Hier die Liste\n\nMit freundlichen Grüßen\nMax\n\nFahrrad: 450,00 EUR",
    "am … ohne schrieb": "Am 12.11.2026 wurde mein Fahrrad gestohlen:\nes stand im Hof.",
    "thanks in a sentence": "Vielen Dank, dass Sie sich kümmern.\nIch warte auf Antwort.",
    "a closing alone": "Mit freundlichen Grüßen",
    "an English claim": "On 12 November 2026 my bike was stolen: it stood in the yard.\nIt cost 450 EUR.",
    "two dashes and a long text": "--\n" + "\n".join(f"Zeile {n}" for n in range(20)),
}


@pytest.mark.parametrize("text", KEPT_WHOLE.values(), ids=KEPT_WHOLE.keys())
def test_what_only_looks_like_a_quote_or_signature_is_kept(text):
    assert take_apart(text).text == text


def test_a_postscript_belongs_to_the_message():
    reply = take_apart("Anbei alles.\n\nViele Grüße\nMax\n\nPS: Der Schaden war am 12.11.2026.")
    assert reply.text == "Anbei alles.\n\nPS: Der Schaden war am 12.11.2026."
    assert "Max" in reply.signature


@pytest.mark.parametrize(
    "forward",
    [
        "Siehe unten.\n\n-------- Weitergeleitete Nachricht --------\nVon: Laden\nDatum: 1.11.2026\n"
        "An: Max\nBetreff: Rechnung\n\nFahrrad 450,00 EUR",
        "Siehe unten.\n\nBegin forwarded message:\n\n> From: Shop\n> Subject: Bill\n>\n"
        "> Fahrrad 450,00 EUR",
        "Siehe unten.\n\n---------- Forwarded message ---------\nVon: Laden <a@b.example>\n"
        "Date: Do., 12. Nov. 2026\nSubject: x\nTo: y\n\nFahrrad 450,00 EUR",
    ],
)
def test_a_forward_shows_what_was_forwarded(forward):
    text = take_apart(forward).text
    assert text.startswith("Siehe unten.")
    assert "Fahrrad 450,00 EUR" in text
    assert "Von:" not in text
    assert "Subject" not in text


def test_the_subject_tells_a_forward_from_a_reply():
    text = "Bitte prüfen.\n\nVon: Max\nGesendet: gestern\nAn: mich\nBetreff: Schaden\n\nFahrrad weg"
    assert take_apart(text, "AW: Schaden").text == "Bitte prüfen."
    assert take_apart(text, "WG: Schaden").text == "Bitte prüfen.\n\nFahrrad weg"
    assert take_apart(text, "AW: Fwd: Schaden").text == "Bitte prüfen.\n\nFahrrad weg"


@pytest.mark.parametrize(
    "hostile",
    [
        "On " * 30_000,
        "Am 1. " + "a " * 40_000,
        ">" * 100_000,
        "Von: x\n" * 15_000,
        "- " * 50_000,
        "Mit freundlichen " * 6_000,
        "\n" * 100_000,
        "a@" * 50_000,
        "Am 1.1.\n" * 12_000,
    ],
)
def test_no_text_takes_long(hostile):
    began = time.process_time()
    take_apart(hostile)
    assert time.process_time() - began < 5
