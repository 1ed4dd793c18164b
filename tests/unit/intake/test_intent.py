# ruff: noqa: E501 - rows of a table

import pytest

from services.intake.domain.intent import Signs, propose_intent

FRESH = {
    "claim": [
        "Hiermit melde ich einen Schaden: mein Fahrrad wurde am 12.11.2026 gestohlen. 450 EUR.",
        "Bei uns ist ein Rohr geplatzt, der Teppich ist durchnässt. Bitte um Erstattung.",
        "My bike was stolen from the yard on 12 November 2026. I would like to claim EUR 450.",
        "The window pane in the living room is broken, repair costs EUR 320.",
        "Ich beantrage die Übernahme meiner Heizkosten in Höhe von 240 Euro.",
        "I want to make a claim for a burst pipe in the kitchen.",
        "Leider bin ich sehr traurig: in meine Wohnung wurde eingebrochen, der Laptop ist weg.",
        "I am unhappy that my bicycle was stolen, please find the receipt attached. Theft on 3 Nov.",
        "Bitte überweisen Sie die 450 EUR für das gestohlene Fahrrad auf mein Konto DE89.",
    ],
    "payment_delay": [
        "Wann bekomme ich endlich mein Geld?",
        "Sie haben meinen Schaden vor drei Wochen genehmigt, aber das Geld ist noch nicht da.",
        "Wann wird der Betrag überwiesen?",
        "Ich warte seit zwei Wochen auf die Auszahlung.",
        "Die Zahlung ist immer noch nicht eingegangen.",
        "When will I get my money?",
        "I have not received the payment for my claim yet.",
        "My claim was approved but the payment still hasn't arrived.",
        "I'm still waiting for my refund.",
        "Where is my payment?",
        "Bisher habe ich kein Geld erhalten.",
    ],
    "processing_delay": [
        "Wie ist der aktuelle Stand meines Antrags?",
        "Ich habe seit vier Wochen nichts von Ihnen gehört.",
        "Wie lange dauert die Bearbeitung meines Schadens noch?",
        "Bitte teilen Sie mir den Bearbeitungsstand mit.",
        "What is the status of my claim?",
        "I haven't heard back from you since October.",
        "Is there any update on my claim?",
        "How long will it take until you decide?",
        "Noch immer keine Rückmeldung zu meinem Antrag.",
    ],
    "renewal": [
        "Ich möchte meinen Vertrag um ein Jahr verlängern.",
        "Meine Hausratversicherung läuft am 31.12. aus, was muss ich tun?",
        "Please renew my household policy for another year.",
        "My policy expires next month. How do I renew it?",
        "Hiermit stelle ich einen Folgeantrag auf Heizkostenhilfe.",
    ],
    "account_change": [
        "Ich bin umgezogen. Meine neue Adresse lautet Hauptstr. 5, 10115 Berlin.",
        "Bitte ändern Sie meine Bankverbindung.",
        "Ich habe geheiratet und heiße jetzt Schmidt.",
        "I have moved, my new address is 5 Main Street.",
        "Please update my bank details.",
        "Meine Telefonnummer hat sich geändert.",
    ],
    "complaint": [
        "Hiermit lege ich Beschwerde über Ihre Bearbeitung ein.",
        "Ich bin sehr unzufrieden mit der Art, wie mein Fall behandelt wird.",
        "Es ist eine Frechheit, wie lange Sie mich warten lassen. Wann bekomme ich mein Geld?",
        "I would like to make a complaint about your service.",
        "I am unhappy with how my claim was handled.",
        "This is unacceptable: I have been waiting for my payment for two months.",
        "Your employee was rude to me on the telephone.",
        "So kann man mit Kunden nicht umgehen, ich wende mich an die BaFin.",
        "I'm really disappointed by the way you treated me. My bike was stolen and nobody cares.",
    ],
    "other": [
        "Guten Tag, welche Öffnungszeiten haben Sie?",
        "Vielen Dank und einen schönen Tag!",
        "Do you also offer car insurance?",
        "",
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("intent", "text"), [(intent, text) for intent, texts in FRESH.items() for text in texts]
)
def test_the_words_tell_what_the_client_wants(intent, text):
    proposed = propose_intent("", text, Signs())
    assert proposed.intent == intent, proposed


@pytest.mark.parametrize(
    ("intent", "text"),
    [
        ("reply", "Anbei die Rechnung für das gestohlene Fahrrad."),
        ("reply", "Here is the invoice you asked for."),
        ("reply", "siehe Anhang"),
        ("reply", ""),
        ("reply", "Der Schaden war am 12.11.2026."),
        ("payment_delay", "Sie haben genehmigt, aber wann kommt das Geld?"),
        ("processing_delay", "Was ist der Stand? Ich habe noch keine Antwort."),
        ("complaint", "Ich beschwere mich über diese Entscheidung."),
    ],
)
def test_an_answer_to_our_notice_is_a_reply_unless_it_asks_for_something_else(intent, text):
    signs = Signs(refers=True, answers=True)
    assert propose_intent("Re: Ihr Schaden C-2345-6789-A", text, signs).intent == intent


@pytest.mark.parametrize(
    "text",
    [
        "Das ist keine Beschwerde, ich frage nur nach dem Stand.",
        "This is not a complaint, I only wonder when the payment will arrive.",
    ],
)
def test_who_says_that_it_is_no_complaint_does_not_complain(text):
    assert propose_intent("", text, Signs()).intent != "complaint"


def test_the_subject_counts_and_the_evidence_quotes_the_words():
    proposed = propose_intent("Schadenmeldung Fahrrad", "Siehe Anhang", Signs())
    assert proposed.intent == "claim"
    assert "Schadenmeldung" in proposed.evidence


def test_a_long_text_takes_no_time():
    import time

    began = time.process_time()
    propose_intent("wann " * 200, "wann noch warte auf nicht " * 10_000, Signs())
    assert time.process_time() - began < 2
