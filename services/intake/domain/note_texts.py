"""What a representative reads beside a field while keying in a note, in German and English."""

from collections.abc import Mapping
from typing import Final

from shared.contract.contacts import Language

_TEXTS: Final[Mapping[str, tuple[str, str]]] = {
    "amount": (
        "Das ist kein Betrag mit höchstens zwei Nachkommastellen, zum Beispiel 1234.56.",
        "This is no amount with at most two decimals, such as 1234.56.",
    ),
    "amount_high": (
        "Der Betrag ist ungewöhnlich hoch. Stimmt das Komma?",
        "The amount is unusually high. Is the decimal point in its place?",
    ),
    "amount_not_positive": (
        "Der Betrag ist null oder negativ.",
        "The amount is zero or negative.",
    ),
    "benefit_unknown": (
        "Diese Leistung kennt keines der Programme.",
        "No programme knows this benefit.",
    ),
    "circumstance_unknown": (
        "Diesen Umstand kennt keines der Programme.",
        "No programme knows this circumstance.",
    ),
    "caller_not_identified": (
        "Ohne bestandene Kontrollfrage zählen Vorgangs- und Kundennummer nicht.",
        "Without a passed check question neither case nor client number counts.",
    ),
    "case_number": (
        "Das Prüfzeichen dieser Vorgangsnummer stimmt nicht. Bitte noch einmal vorlesen lassen.",
        "The check sign of this case number is wrong. Please have it read out again.",
    ),
    "case_of_another_client": (
        "Dieser Vorgang gehört zu einer anderen Person; die Notiz muss dann zugeordnet werden.",
        "This case belongs to another client: the note will wait in the unidentified queue.",
    ),
    "case_unknown": (
        "Einen Vorgang mit dieser Nummer kennen wir nicht.",
        "We know no case with this number.",
    ),
    "check_questions": (
        "Bestanden ist die Kontrolle nur mit einer bestandenen Frage und ohne nicht bestandene.",
        "The check is passed only with a passed question, and with none that failed.",
    ),
    "choice": (
        "Diese Auswahl gibt es nicht. Möglich: {expected}",
        "There is no such choice. Possible: {expected}",
    ),
    "client_unknown": (
        "Diese Kundennummer kennen wir nicht.",
        "We do not know this client number.",
    ),
    "currency": (
        "Bitte die Währung mit drei Großbuchstaben angeben, zum Beispiel EUR.",
        "Please give the currency as three capital letters, such as EUR.",
    ),
    "date": (
        "Das ist kein Datum. Bitte als JJJJ-MM-TT angeben, zum Beispiel 2026-11-12.",
        "This is no date. Please give it as YYYY-MM-DD, such as 2026-11-12.",
    ),
    "empty": ("Bitte ausfüllen.", "Please fill this in."),
    "iban_invalid": (
        "Diese IBAN ist nicht gültig. Bitte noch einmal vorlesen lassen.",
        "This IBAN is not valid. Please have it read out again.",
    ),
    "invalid": ("Diese Angabe ist nicht möglich.", "This value is not possible."),
    "loss_in_future": (
        "Der Schadentag liegt in der Zukunft.",
        "The date of loss is in the future.",
    ),
    "loss_long_ago": (
        "Der Schadentag liegt mehr als drei Jahre zurück.",
        "The date of loss is more than three years ago.",
    ),
    "no_content": (
        "Eine Notiz braucht einen Text oder mindestens eine Position.",
        "A note needs a text or at least one line.",
    ),
    "phone_number": (
        "Diese Rufnummer kann niemand anrufen. Zum Beispiel: +49 30 23125 101",
        "Nobody can call this number. For example: +49 30 23125 101",
    ),
    "phone_unusual": (
        "Eine solche Rufnummer ist nicht vergeben. Bitte noch einmal vorlesen lassen.",
        "No such telephone number is in use. Please have it read out again.",
    ),
    "policy_of_another_client": (
        "Dieser Vertrag läuft auf eine andere Person. Ist die anrufende Person mitversichert?",
        "Somebody else holds this policy. Is the caller insured by it?",
    ),
    "policy_unknown": (
        "Einen Vertrag mit dieser Nummer kennen wir nicht.",
        "We know no policy with this number.",
    ),
    "same_line_twice": (
        "Diese Position steht schon da.",
        "This line is there already.",
    ),
    "too_long": (
        "Zu lang: höchstens {limit} Zeichen oder Einträge.",
        "Too long: at most {limit} signs or entries.",
    ),
    "total_differs": (
        "Die Positionen ergeben zusammen {total}.",
        "The lines add up to {total}.",
    ),
    "unknown_field": ("Dieses Feld gibt es nicht.", "There is no such field."),
}  # fmt: skip


def text_of(code: str, language: Language, facts: Mapping[str, str]) -> str:
    """What a problem with this code says."""
    german, english = _TEXTS[code]
    return (german if language is Language.GERMAN else english).format_map(facts)
