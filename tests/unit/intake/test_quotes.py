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
    "GMX and web.de": f'{KEPT}\n\nGesendet: Donnerstag, 12. November 2026 um 10:03 Uhr\nVon: "Claims" <a@b.example>\nAn: max@gmx.de\nBetreff: Ihr Schaden\n\nalt',
    "Yahoo": f"{KEPT}\n\nAm Donnerstag, 12. November 2026 um 10:03:12 MEZ hat Claims <a@b.example> Folgendes geschrieben:\n\nalt",
    "Outlook for Mac": f"{KEPT}\n\nVon: Claims <a@b.example>\nDatum: Donnerstag, 12. November 2026 um 10:03\nAn: Max\nBetreff: x\nalt",
    "Samsung": f"{KEPT}\n\nVon meinem Samsung Galaxy Smartphone gesendet.\n\n-------- Ursprüngliche Nachricht --------\nVon: C <a@b.example>\nDatum: 12.11.26 10:03 (GMT+01:00)\nAn: max\nBetreff: x\n\nalt",
    "Proton": f"{KEPT}\n\nSent with Proton Mail secure email.\n\n------- Original Message -------\nOn Thursday, November 12th, 2026 at 10:03, C <a@b.example> wrote:\n\n> old",
    "Proton without marker": f"{KEPT}\n\nOn Thursday, November 12th, 2026 at 10:03, C <a@b.example> wrote:\n\n> old",
    "Notes": f"{KEPT}\n\n-----Claims <a@b.example> schrieb: -----\nAn: max@x.de\nVon: Claims <a@b.example>\nDatum: 12.11.2026 10:03\nBetreff: x\n\nalt",
    "eM Client": f'{KEPT}\n\n------ Originalnachricht ------\nVon "C" <a@b.example>\nAn "Max" <m@x.de>\nDatum 12.11.2026 10:03:11\nBetreff x\n\nalt',
    "Gmail, ISO date": f"{KEPT}\n\n2026-11-12 10:03 GMT+01:00 Claims <a@b.example>:\n\n> alt",
    "Thunderbird": f"{KEPT}\n\nAm 12.11.26 um 10:03 schrieb Claims:\n> alt\n> alt2",
    "iPad": f"{KEPT}\n\nVon iPad gesendet",
    "Mail for Windows": f"{KEPT}\n\nGesendet von Mail für Windows",
    "Yahoo on Android": f"{KEPT}\n\nVon Yahoo Mail auf Android gesendet",
    "the app of web.de": f"{KEPT}\n--\nDiese Nachricht wurde von meinem Android Mobiltelefon mit WEB.DE Mail gesendet.\nAm 12.11.26, 10:03 schrieb Claims <a@b.example>:\n> alt",
    "Outlook for Android": f"{KEPT}\n\nOutlook für Android<https://aka.ms/x> beziehen\n________________________________\nVon: C <a@b.example>\nGesendet: Thursday, November 12, 2026 10:03:00 AM\nAn: Max\nBetreff: x\n\nalt",
    "Outlook for Android, English": f"{KEPT}\n\nSent from Outlook for Android<https://aka.ms/x>\n________________________________\nFrom: C <a@b.example>\nSent: Thursday\nTo: Max\nSubject: x\n\nold",
    "virus scanner": f"{KEPT}\n\n-- \nDiese E-Mail wurde von Avast-Antivirussoftware auf Viren geprüft.\nwww.avast.com",
    "virus scanner, English": f"{KEPT}\n\nThis email has been checked for viruses by Avast antivirus software.\nhttps://www.avast.com",
    "Apple, quoted attribution": f"{KEPT}\n\n> On 12 Nov 2026, at 10:03, Claims <a@b.example> wrote:\n> \n> old",
    "wrapped within the address": f"{KEPT}\n\nOn Thu, Nov 12, 2026 at 10:03 AM Claims Desk of the Musterversicherung <\nclaims@b.example> wrote:\n\n> old",
    "wrapped within the address, German": f"{KEPT}\n\nAm Do., 12. Nov. 2026 um 10:03 Uhr schrieb Schadenservice der Musterversicherung <\nclaims@b.example>:\n\n> alt",
    "Outlook with importance": f"{KEPT}\n\nFrom: C <a@b.example>\nSent: Thursday\nTo: Max\nCc: x\nSubject: z\nImportance: High\n\nold",
    "Outlook with mailto": f"{KEPT}\n\nVon: C [mailto:a@b.example] \nGesendet: Donnerstag\nAn: Max\nBetreff: x\n\nalt",
    "K-9": f"{KEPT}\n\nAm 12. November 2026 10:03:11 MEZ schrieb Claims <a@b.example>:\n>alt\n>mehr\n\n-- \nDiese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.",
    "FairEmail": f"{KEPT}\n\n12.11.2026 10:03:11 Claims <a@b.example>:\n\n> alt",
    "name before the date": f"{KEPT}\n\nClaims <a@b.example> schrieb am Do., 12. Nov. 2026, 10:03:\n\n> alt",
    "hat geschrieben": f'{KEPT}\n\n"Claims" <a@b.example> hat am 12.11.2026 10:03 CET geschrieben:\n\n\nalt',
    "Telekom": f"{KEPT}\n\n-----Original-Nachricht-----\nBetreff: x\nDatum: 2026-11-12T10:03:00+0100\nVon: C\nAn: Max\n\nalt",
    "BlueMail": f"{KEPT}\n\nGesendet mit BlueMail\n\nAm 12. Nov. 2026, um 10:03, Claims <a@b.example> schrieb:\n\nalt",
    "English, name first": f"{KEPT}\n\nClaims wrote on 12/11/2026 10:03:\nold",
    "Outlook on the web": f"{KEPT}\n\n________________________________________\nVon: C\nGesendet: x\nAn: y\nBetreff: z\n\nalt",
    "closing and name on one line": f"{KEPT}\n\nLiebe Grüße, Max",
    "mfg and name": f"{KEPT}\n\nMfG Max Müller",
    "long closing and name": f"{KEPT}\n\nMit freundlichen Grüßen Max Müller",
    "Gruß and name": f"{KEPT}\n\nGruß Max",
    "English closing and name": f"{KEPT}\n\nKind regards Max",
    "thanks": f"{KEPT}\n\nThanks,\nMax",
    "Danke und Gruß": f"{KEPT}\n\nDanke und Gruß\nMax",
    "Spark": f"{KEPT}\nAm 12. Nov. 2026, 10:03 +0100 schrieb Claims <a@b.example>:\n> alt",
    "English marker": f"{KEPT}\n\n-------- Original Message --------\nSubject: x\nDate: y\nFrom: z\nTo: w\n\nold",
    "Proton, German": f"{KEPT}\n\nMit Proton Mail sicher gesendet.",
    "a copied header in one line": (
        f"{KEPT}\n\nVon: Claims Gesendet: 11.11.2026 09:12 An: Anna Betreff: x\n\nalt 450 EUR"
    ),
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
    "a neighbour who wrote": "Am 12.11.2026 um 10:03 schrieb mir mein Nachbar:\nAlles ist nass.",
    "a sentence before": "Am 12.11.2026 um 10:03 kam die Polizei. Der Beamte schrieb:\nAlles weg.",
    "thanks before the story": "Hallo,\nvielen Dank,\nich melde, dass am 12.11.2026 mein Rad gestohlen wurde.",
    "a story below the greeting": "Mit freundlichen Grüßen\n\nMein Rad wurde am 12.11.2026 gestohlen.",
    "dashes in a list": "Es fehlt:\n--\nFahrrad: 450,00 EUR\n--\nHelm: 50,00 EUR",
    "dashes between thoughts": "Das Rad ist weg.\n--\nMeine Nachbarin hat alles gesehen.",
    "sent by somebody": "Das Rad ist weg.\nVon der Firma wurde ein Ersatzrad gesendet.",
    "sent by a brother": "Anbei.\nVon meinem Bruder wurde das Foto gesendet.",
    "sent by post": "Die Unterlagen habe ich\nMit der Post gesendet.",
    "a ticket": "Von: Berlin\nNach: Hamburg\nDatum: 12.11.2026\nIch habe den Zug verpasst.",
    "a greeting to somebody": "Gruß an Frau Meier, sie hat mir geholfen.\nDas Rad ist weg.",
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


FORWARDED = "Siehe unten.\n\nFahrrad 450,00 EUR"
FORWARDS = {
    "Outlook": "Siehe unten.\n\nVon: Laden <a@b.example>\nGesendet: 1.11.\nAn: Max\nBetreff: x\n\nFahrrad 450,00 EUR",
    "Gmail": (
        "Siehe unten.\n\n---------- Forwarded message ---------\nVon: Laden <a@b.example>\n"
        "Date: Do., 12. Nov. 2026\nSubject: x\nTo: <x@y.example>\n\n\nFahrrad 450,00 EUR"
    ),
    "GMX": (
        "Siehe unten.\n\nGesendet: Donnerstag, 12. November 2026 um 10:03 Uhr\nVon: Laden <a@b.example>\n"
        "An: x@y.example\nBetreff: x\nFahrrad 450,00 EUR"
    ),
    "Thunderbird, below a signature": (
        "Siehe unten.\n\nMit freundlichen Grüßen\nMax Müller\n\n-------- Weitergeleitete Nachricht --------\n"
        "Betreff: \tx\nDatum: \tThu, 12 Nov 2026\nVon: \tLaden <a@b.example>\n\nFahrrad 450,00 EUR\n\n"
        "Mit freundlichen Grüßen\nLaden GmbH"
    ),
    "Outlook for iOS": (
        "Siehe unten.\n\nGesendet von Outlook für iOS<https://aka.ms/x>\n________________________________\n"
        "Von: Laden <a@b.example>\nGesendet: Donnerstag\nAn: Max\nBetreff: x\n\nFahrrad 450,00 EUR"
    ),
}


@pytest.mark.parametrize("text", FORWARDS.values(), ids=FORWARDS.keys())
@pytest.mark.parametrize("prefix", ["WG:", "Fwd:", "FW:", "Fw:", "Weitergeleitet:"])
def test_forwards_of_every_program(text: str, prefix: str):
    assert take_apart(text, f"{prefix} Rechnung").text == FORWARDED


def test_a_mail_of_nothing_but_a_copied_header_is_told_unless_it_is_a_reply():
    text = (
        "An: Versicherung\nVon: Max Müller\nBetreff: Schaden\nDatum: heute\n\nMein Fahrrad ist weg."
    )
    assert take_apart(text, "Schaden").text == "Mein Fahrrad ist weg."
    assert take_apart(text, "AW: Schaden").text == ""


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
