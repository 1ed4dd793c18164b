"""What an event says in words, German and English.

Without contents no free text and nothing of the client's is told: ids, codes, days and states only.
"""

import re
from typing import Final, Literal

from shared.contract.base import Body
from shared.contract.case_file import CaseFileUpdated

Language = Literal["de", "en"]

_COLUMN: Final[dict[Language, int]] = {"de": 0, "en": 1}

WORDS: Final[dict[str, tuple[str, str]]] = {
    "ContactReceived": (
        "Kontakt eingegangen: {channel}, {intent}, empfangen {received_at}",
        "contact came in: {channel}, {intent}, received {received_at}",
    ),
    "ContactPassedOn": (
        "Kontakt abgegeben an {handover[body]} durch {handover[by]}",
        "contact passed on to {handover[body]} by {handover[by]}",
    ),
    "CaseFileUpdated": (
        "Fallakte {sequence}: {kind}, {state}",
        "case file {sequence}: {kind}, {state}",
    ),
    "ClockWarned": (
        "Frist {clock} läuft ab am {due_at}",
        "time limit {clock} ends at {due_at}",
    ),
    "ClockBreached": (
        "Frist {clock} versäumt, sie endete am {due_at}",
        "time limit {clock} was missed, it ended at {due_at}",
    ),
    "EscalationChanged": (
        "Eskalation {status}, Grund {reason}, durch {by}",
        "escalation {status}, because {reason}, by {by}",
    ),
    "EscalationRaised": (
        "Eskalation vorgelegt: Stufe {level}, an {to}, weil {because}",
        "escalation raised: level {level}, to {to}, because {because}",
    ),
    "NoticeStatusChanged": (
        "Mitteilung {kind} über {channel}: {status}",
        "notice {kind} by {channel}: {status}",
    ),
    "DeliveryReported": (
        "Zustellung einer Mitteilung gemeldet: {status} {code}",
        "delivery of a notice reported: {status} {code}",
    ),
    "DepartmentTaskRequested": (
        "Aufgabe {kind} an {department}, fällig {due_on}",
        "task {kind} for {department}, due {due_on}",
    ),
    "DepartmentTaskCancelled": (
        "Aufgabe von {department} zurückgezogen",
        "task of {department} cancelled",
    ),
    "DepartmentTaskAnswered": (
        "{department} antwortet: {status} {reason}",
        "{department} answers: {status} {reason}",
    ),
    "Opened": ("Fall eröffnet", "case opened"),
    "ContactAdded": ("Kontakt hinzugekommen", "contact added"),
    "Assessed": ("geprüft", "assessed"),
    "InformationRequested": (
        "Unterlagen angefordert bis {deadline}",
        "information requested until {deadline}",
    ),
    "InformationReceived": (
        "wartet nicht mehr auf den Kunden",
        "no longer waits for the client",
    ),
    "ItemWaived": ("verzichtet auf {item} durch {by}", "{item} waived by {by}"),
    "ItemReceived": ("{item} erhalten, notiert von {by}", "{item} received, noted by {by}"),
    "NoticeRequested": ("Mitteilung {notice} beauftragt", "notice {notice} asked for"),
    "Escalated": ("eskaliert: {reason}", "escalated: {reason}"),
    "Returned": ("zurückgegeben durch {by}", "returned by {by}"),
    "Decided": ("entschieden", "decided"),
    "DecisionReceived": (
        "Entscheidung zugegangen am {received_on}, notiert von {by}",
        "decision reached the client on {received_on}, noted by {by}",
    ),
    "PassedOn": ("abgegeben an {body} durch {by}", "passed on to {body} by {by}"),
    "Closed": ("erledigt", "closed"),
    "AnswerReminded": (
        "Kunde erinnert, Frist {deadline}",
        "client reminded, deadline {deadline}",
    ),
    "ConsequencesWarned": (
        "schriftlich auf Folgen hingewiesen, Frist {deadline}, durch {by}",
        "warned in writing of the consequences, deadline {deadline}, by {by}",
    ),
    "AnswerOverdue": (
        "Antwort überfällig seit {deadline}",
        "answer overdue since {deadline}",
    ),
    "PolicyCorrected": (
        "Vertrag berichtigt (Stand {revision}): gedeckt {covered_after} statt {covered_before}",
        "policy corrected (revision {revision}): covered {covered_after}, was {covered_before}",
    ),
    "Proposed": (
        "Entscheidung vorgeschlagen, eine zweite Person bestätigt",
        "decision proposed, a second person confirms",
    ),
    "ProposalRejected": (
        "Vorschlag nicht bestätigt durch {by}",
        "proposal not confirmed by {by}",
    ),
    "Reopened": ("wieder geöffnet: {reason}, durch {by}", "reopened: {reason}, by {by}"),
    "ObjectionReceived": (
        "Widerspruch eingegangen am {received_on}, notiert von {by}",
        "objection received on {received_on}, noted by {by}",
    ),
    "Withdrawn": (
        "Entscheidung zurückgenommen durch {by}",
        "decision withdrawn by {by}",
    ),
    "QualityReviewDrawn": (
        "zur Qualitätsprüfung gezogen",
        "drawn for quality review",
    ),
    "QualityReviewed": (
        "Qualitätsprüfung: {result}, durch {by}",
        "quality review: {result}, by {by}",
    ),
    "TaskRequested": ("Aufgabe {kind} an {department}", "task {kind} for {department}"),
    "TaskAnswered": ("{department} antwortete: {status}", "{department} answered: {status}"),
    "TaskCancelled": ("Aufgabe zurückgezogen", "task cancelled"),
    "Paid": ("gezahlt: {amount}", "paid: {amount}"),
    "AdvanceRequested": (
        "Vorschuss beantragt am {requested_on}",
        "advance asked for on {requested_on}",
    ),
    "AdvanceDecided": (
        "über Vorschuss entschieden: {amount}, durch {by}",
        "advance decided: {amount}, by {by}",
    ),
    "KindChanged": (
        "Art geändert von {before} in {after} durch {by}",
        "kind changed from {before} to {after} by {by}",
    ),
    "ComplaintReported": (
        "Beschwerde gemeldet für {year} durch {by}",
        "complaint reported for {year} by {by}",
    ),
    "Prompted": ("Hinweis an Sachbearbeitung: {prompt}", "a person is prompted: {prompt}"),
    "PromptDone": ("Hinweis {prompt} erledigt durch {by}", "prompt {prompt} done by {by}"),
}
"""By the name of the event's or fact's model: German, English."""

_FREE_TEXT: Final = ("comment", "instruction", "words")
"""What people wrote, in any event or fact: it may hold personal data."""


_EMPTY: Final = re.compile(r",? (?:(?:durch|by|an|to|due|fällig) )?–")
"""A field that says nothing, with the word that leads to it."""


def words_of(body: Body, lang: Language, *, with_content: bool) -> list[str]:
    """What an event of a case says: its own words, and those of the facts of a case file.

    Args:
        body: The event's body.
        lang: The words' language.
        with_content: What people wrote, too.
    """
    said = [_words(body, lang, with_content=with_content)]
    if isinstance(body, CaseFileUpdated):
        said += [_words(fact, lang, with_content=with_content) for fact in body.facts]
    return said


def _words(said: Body, lang: Language, *, with_content: bool) -> str:
    template = WORDS[type(said).__name__][_COLUMN[lang]]
    fields = said.model_dump(mode="json")
    missing = {name: "–" for name, value in fields.items() if value in (None, "")}
    words = _EMPTY.sub("", template.format_map(fields | missing))
    if with_content:
        written = [fields[name] for name in _FREE_TEXT if isinstance(fields.get(name), str)]
        words = ": ".join([words, *filter(None, written)])
    return words
