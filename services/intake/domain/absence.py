"""Absence notices and automatic receipts that carry no machine's header, by their words.

A client must not be swallowed: a mail counts as a machine's only if it answers another mail, every
sentence of it is one that such notices are made of, and one of them serves whoever wrote: what
becomes of the mail, whom to ask, thanks for the message. What only has the core of one goes to a
person.
"""

import re
from enum import StrEnum
from typing import Final

from services.intake.domain.mail import ParsedMail
from services.intake.domain.references import ibans, policy_numbers


class Absence(StrEnum):
    """How sure it is that nobody wrote a mail."""

    CERTAIN = "absence notice"
    POSSIBLE = "this reads like an automatic absence notice or receipt"


def _any(*phrases: str) -> re.Pattern[str]:
    return re.compile("|".join(phrases), re.IGNORECASE | re.MULTILINE)


_SELF: Final = r"\b(?:ich bin|bin ich|wir sind|sind wir|^bin)\b.{0,80}\b"
_I_AM: Final = r"\b(?:i am|i'm|i’m|i will be|we are|currently|^am)\b.{0,60}\b"
_MAIL: Final = r"\b(?:(?:e-?)?mails?|nachricht(?:en)?|anfragen?)\b.{0,80}\b"
_CORE = _any(
    rf"{_SELF}nicht (?:erreichbar|da\b|am (?:arbeits)?platz|verfügbar|im (?:büro|hause?|dienst))",
    rf"{_SELF}(?:verreist|erkrankt|krank(?:geschrieben)?\b|abwesend|auf dienstreise)",
    rf"{_SELF}(?:außer haus|ausser haus|im urlaub|in (?:elternzeit|mutterschutz|kur|reha))",
    r"\bbefinde (?:ich )?mich\b.{0,60}\b(?:urlaub|elternzeit|mutterschutz|dienstreise)",
    r"\bunsere?\s(?:büro|praxis|geschäft|betrieb|kanzlei)\b.{0,60}\bgeschlossen",
    r"\bwir haben\b.{0,40}\bbetriebsferien",
    rf"{_I_AM}(?:out of (?:the )?office|on a business trip|travell?ing)",
    rf"{_I_AM}away(?: from (?:my|the) \w+)?\b(?! with)",
    rf"{_I_AM}on (?:\w+ )?(?:leave|vacation|holidays?)\b",
    rf"{_I_AM}not (?:in the office|available|at my desk)",
    r"\bour (?:office|practice) (?:is|will be) closed\b",
    r"\b(?:dies|das) ist\b.{0,20}\b(?:automatisch|automatisiert)",
    r"\b(?:diese|die) (?:e-?mail|nachricht) wurde automatisch (?:erstellt|erzeugt|generiert)",
    r"\bthis (?:message )?is an? (?:auto[- ]?(?:reply|response|generated)|automat(?:ed|ic))",
)
_SERVICE = _any(
    # what becomes of the mail
    rf"{_MAIL}(?:weitergeleitet|gelesen|geprüft|be(?:arb|antw)\w+|eingegangen|erhalten|empfangen)",
    r"\b(?:keine?n? zugriff|nur (?:selten|eingeschränkt)|zeitverzögert|verzögerung)",
    r"\b(?:limited|no|intermittent|occasional) access\b",
    r"\bnot (?:be |been )?(?:forwarded|monitored|read)",
    r"\b(?:request|message|inquiry|e-?mail)s?\b.{0,60}\b(?:received|processed|answered|forwarded)\b",
    r"\bwe (?:have )?received\b|\b(?:will|shall)\b.{0,60}\b(?:respond|reply|answer|get back)",
    # whom to ask instead
    r"\bdringende[nr]?\b|\bnotf[aä]ll|\bvertret(?:ung|en|er)|\bwenden sie sich\b|\bhilft ihnen\b",
    r"\b(?:urgent|emergency|immediate (?:assistance|help)|in my absence|please contact)\b",
    # courtesy to whoever wrote
    r"\bwieder\b.{0,40}\bfür sie",
    r"\bdanke? für (?:ihre|deine|die) (?:\w+ )?(?:(?:e-?)?mail|nachricht|anfrage|interesse)",
    r"\bthank(?:s| you) for (?:your (?:e-?mail|message|inquiry|mail)|contacting|writing)\b",
    r"\bantworten sie (?:bitte )?nicht\b|\b(?:do not|don't|not) reply\b|\bautomati(?:c|sch|ed)",
)
_FURTHER = _any(
    r"\bbis (?:zum|einschließlich|ende|mitte|anfang|auf weiteres|\d)|\bab (?:dem|montag|\d)",
    r"\bwieder\b.{0,40}\b(?:erreichbar|da|im (?:büro|haus|dienst)|zurück|für sie)",
    r"\b(?:back|return(?:ing)?)\b.{0,30}\b(?:on|in|to|from|office)\b|\b(?:until|from) .{0,30}\d",
    r"\bmelde (?:ich )?mich\b",
    r"\bwerden?\b.{0,80}\b(?:rückkehr|beantworten|bearbeiten|melden|antworten)",
    r"\bsie erreichen\b|\b(?:kolleg(?:e|in|en|innen)|colleagues?|zentrale|team)\b|\bmobile\b",
    r"\bverständnis\b|\bgeduld\b|\bapologi[sz]e\b|\brutsch\b|\bticket\b|\bvorgangsnummer\b",
    r"\b(?:frohe|schöne|merry|happy)\b.{0,40}\b(?:weihnachten|feiertage|fest|christmas|holidays)",
)
_NO_SENTENCE = _any(
    r"\A(?:sehr geehrte|liebe[rs]? |guten (?:tag|morgen|abend)|hallo|moin|servus)[^.!?]{0,80}\Z",
    r"\A(?:grüß gott|hi\b|hello|dear |good (?:morning|day))[^.!?]{0,80}\Z",
    r"\A(?:viele|mit|beste|freundliche|liebe|herzliche)n?\b.{0,20}\bgr[üu](?:ß|ss)e?n?[.,!]?\Z",
    r"\A(?:tel|fax|mobil|phone|e-?mail|www)\b.{0,80}\Z|\A[\w.+-]+@[\w.-]+\Z|\A[\W\d]*\Z",
)
_SUBJECT = _any(
    r"\A\s*(?:abwesen(?:d|heit)|(?:im )?urlaub|nicht im (?:büro|haus)|eingangsbestätigung)",
    r"\A\s*(?:out of office|ooo\b|vacation|away\b|not in the office|auto\s*:|automati(?:c|sch))",
    r"\A\s*(?:ihre (?:anfrage|nachricht|e-?mail)|your (?:request|message|inquiry|e-?mail))",
    r"\A\s*we (?:have )?received",
)
_OWN_BUSINESS = _any(
    r"\b(?:unterlagen?|rechnung(?:en)?|belege?|formular\w*|fragebogen|schaden\w*|antrag\w*)\b",
    r"\b(?:frist\w*|attest\w*|gutachten|fotos?|anbei|anhang|zahlung\w*|überweis\w*|konto\w*)\b",
    r"\b(?:schicke|sende|reiche) ich\b|\bnach(?:reichen|senden|schicken)\b",
    r"\bich (?:\w+ ){0,4}(?:schicken|senden|einreichen|schicke|sende|reiche)\b",
    r"\b(?:documents?|invoices?|receipts?|forms?|claims?|deadline|extension|photos?)\b",
    r"\bi(?:'ll| will| can) (?:\w+ ){0,2}(?:send|submit|provide)\b",
    r"\b(?:attach(?:ed|ment)|payments?|bank account)\b",
)
_AMOUNT = _any(r"\d\s*(?:€|eur\b|euro\b)", r"(?:€|eur)\s*\d")
_ANSWER_SUBJECT = re.compile(r"^\s*(?:re|aw|antw|antwort)\s*:", re.IGNORECASE)
_MONTHS: Final = "Jan|Feb|Mär|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez"
_SPLIT = re.compile(
    # sentences; not after "Dr." or the day in "6. Januar"
    rf"(?<=[.!?:])(?<!Dr\.)(?<!Tel\.)(?<!Hr\.)(?<!Fr\.)\s+(?=[A-ZÄÖÜ\d])(?!{_MONTHS})|\n+"
    # clauses that bring in something new
    r"|,\s+(?=(?:die|der|das|den|mein\w*|aber|deshalb|daher|weil|da|but|so|because|the|my)\b)"
    r"|\s(?:und|and)\s(?=(?:kann|habe|werde|muss|möchte|brauche|can|cannot|have|will|need|would)\b)"
)
_JOINED_LINE = re.compile(r"(?<![.!?:,])\n(?=[a-zäöüß])|,\n(?=\w)")
_KINDS: Final = (_CORE, _SERVICE, _FURTHER)
_LONGEST: Final = 1500
_LONGEST_UNSURE: Final = 600


def absence_in(mail: ParsedMail, text: str, *, has_documents: bool) -> Absence | None:
    """Whether a mail is an absence notice, or may be one.

    Args:
        mail: The mail; nothing in its form says that a machine wrote it.
        text: What it says, without history and signature.
        has_documents: Something is attached.
    """
    if has_documents or len(text) > _LONGEST or not _CORE.search(text):
        return None
    if _AMOUNT.search(text) or policy_numbers(text) or ibans(text):
        return None
    sentences = [each.strip() for each in _SPLIT.split(_JOINED_LINE.sub(" ", text))]
    told = [each for each in sentences if each and not _NO_SENTENCE.match(each)]
    strange = [each for each in told if not any(kind.search(each) for kind in _KINDS)]
    answers = bool(mail.references) or bool(_ANSWER_SUBJECT.match(mail.subject))
    own = "?" in text or _OWN_BUSINESS.search(text)
    says_so = bool(_SUBJECT.match(mail.subject))
    if not (strange or own) and (says_so or (answers and _SERVICE.search(text))):
        return Absence.CERTAIN
    return Absence.POSSIBLE if len(text) <= _LONGEST_UNSURE and len(strange) <= 2 else None
