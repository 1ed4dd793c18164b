"""Absence notices and automatic receipts that carry no machine's header, by their words.

A client must not be swallowed: a mail counts as a machine's only if it answers another mail and
every sentence of it is one that such notices are made of. What only has the core of one goes to
a person.
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


_ABSENT_SELF = r"\b(?:ich bin|bin ich|wir sind|sind wir|^bin)\b.{0,80}\b"
_ABSENT = r"\b(?:ich bin|bin ich|wir sind|sind wir|^bin|ist)\b.{0,80}\b"
_CORE = _any(
    rf"{_ABSENT_SELF}nicht (?:erreichbar|da\b|am (?:arbeits)?platz|verfügbar)",
    rf"{_ABSENT_SELF}(?:verreist|erkrankt|krank(?:geschrieben)?\b)",
    rf"{_ABSENT}nicht (?:im (?:büro|haus|dienst))",
    rf"{_ABSENT}(?:außer haus|ausser haus|abwesend|auf dienstreise)",
    rf"{_ABSENT}(?:im urlaub|in (?:elternzeit|mutterschutz|kur|reha))",
    r"\bbefinde mich\b.{0,60}\b(?:urlaub|elternzeit|mutterschutz|dienstreise)",
    r"\b(?:büro|praxis|geschäft|betrieb)\b.{0,60}\b(?:geschlossen|betriebsferien)",
    r"\b(?:i am|i'm|i’m|i will be|we are)\b.{0,60}\bout of (?:the )?office",
    r"\b(?:i am|i'm|i’m|i will be|we are)\b.{0,60}\baway(?: from (?:my|the) \w+)?\b(?! with)",
    r"\b(?:i am|i'm|i’m|i will be|we are)\b.{0,60}\bon (?:\w+ )?(?:leave|vacation|holidays?)\b",
    r"\b(?:i am|i'm|i’m|i will be|we are)\b.{0,60}\bon a business trip",
    r"\b(?:i am|i'm|i’m|we are)\b.{0,60}\bnot (?:in the office|available|at my desk)",
    r"\bour (?:office|practice) (?:is|will be) closed\b",
    r"\b(?:dies|das) ist\b.{0,20}\b(?:automatisch|automatisiert)",
    r"\b(?:diese|die) (?:e-?mail|nachricht) wurde automatisch (?:erstellt|erzeugt|generiert)",
    r"\bthis (?:message )?is an? (?:auto[- ]?(?:reply|response|generated)|automat(?:ed|ic))",
)
_FURTHER = _any(
    # until when, from when on
    r"\bbis (?:zum|einschließlich|ende|mitte|anfang|auf weiteres|\d)",
    r"\bab (?:dem|montag|\d)",
    r"\bwieder\b.{0,40}\b(?:erreichbar|da|im (?:büro|haus|dienst)|zurück|für sie)",
    r"\b(?:back|return(?:ing)?)\b.{0,30}\b(?:on|in|to|from|office)\b",
    r"\b(?:until|from) .{0,30}\d",
    # what becomes of the mail
    r"\b(?:e-?mails?|nachricht(?:en)?|anfrage)\b.{0,80}\b(?:weitergeleitet|gelesen|geprüft)",
    r"\b(?:e-?mails?|nachricht(?:en)?|anfrage)\b.{0,80}\b(?:be(?:arb|antw)\w+|eingegangen|erhalten)",
    r"\b(?:beantworte|bearbeite|melde mich|antworte)\b",
    r"\bwerden?\b.{0,80}\b(?:rückkehr|beantworten|bearbeiten|melden|antworten)",
    r"\b(?:request|message|inquiry|e-?mail)\b.{0,60}\b(?:received|processed)\b",
    r"\bwe (?:have )?received\b",
    r"\b(?:limited|no|intermittent|occasional) access\b",
    r"\b(?:will|shall)\b.{0,60}\b(?:respond|reply|answer(?:ed)?|get back|read|be forwarded)",
    r"\bnot (?:be )?(?:forwarded|monitored|read)",
    r"\b(?:keine?n? zugriff|nur (?:selten|eingeschränkt)|zeitverzögert|verzögerung)",
    # whom to ask instead
    r"\bdringende[nr]?\b|\bnotf[aä]ll|\bvertret(?:ung|en|er)|\bwenden sie sich\b",
    r"\b(?:urgent|emergency|immediate (?:assistance|help)|in my absence|please contact)\b",
    r"\b(?:kolleg(?:e|in|en|innen)|colleagues?|zentrale)\b",
    # courtesy
    r"\b(?:vielen |herzlichen |besten )?dank für (?:ihre|deine|die)\b|\bverständnis\b|\bgeduld\b",
    r"\bthank(?:s| you) for (?:your|contacting|the|writing)\b|\bapologi[sz]e\b",
    r"\bantworten sie (?:bitte )?nicht\b|\b(?:do not|don't|not) reply\b",
    r"\b(?:frohe|schöne|merry|happy)\b.{0,40}\b(?:weihnachten|feiertage|fest|christmas|holidays)",
    r"\bticket\b|\bvorgangsnummer\b",
)
_NO_SENTENCE = _any(
    r"^(?:sehr geehrte|liebe[rs]? |guten (?:tag|morgen|abend)|hallo|moin|servus)[^.!?]{0,80}$",
    r"^(?:grüß gott|hi\b|hello|dear |good (?:morning|day))[^.!?]{0,80}$",
    r"^(?:tel|fax|mobil|phone|e-?mail|www)\b.{0,80}$",
    r"^[\w.+-]+@[\w.-]+$",
    r"^[\W\d]*$",
)
_SUBJECT = _any(
    r"^\s*(?:abwesen(?:d|heit)|(?:im )?urlaub|nicht im (?:büro|haus)|eingangsbestätigung)",
    r"^\s*(?:out of office|ooo\b|vacation|away\b|not in the office|auto\s*:|automati(?:c|sch))",
    r"^\s*(?:ihre (?:anfrage|nachricht|e-?mail)|your (?:request|message|inquiry|e-?mail))",
    r"^\s*we (?:have )?received",
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
_SPLIT = re.compile(r"(?<=[.!?:])\s+(?=[A-ZÄÖÜ\d])|\n+")
_JOINED_LINE = re.compile(r"(?<![.!?:,])\n(?=[a-zäöüß])|,\n(?=\w)")
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
    strange = [each for each in told if not (_CORE.search(each) or _FURTHER.search(each))]
    answers = bool(mail.references) or bool(_ANSWER_SUBJECT.match(mail.subject))
    own = "?" in text or _OWN_BUSINESS.search(text)
    if not (strange or own) and (answers or _SUBJECT.match(mail.subject)):
        return Absence.CERTAIN
    return Absence.POSSIBLE if len(text) <= _LONGEST_UNSURE and len(strange) <= 1 else None
