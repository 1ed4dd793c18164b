"""What mail servers report about our notices: delivered, not delivered, or still trying.

Sources: RFC 3464 (delivery status), RFC 3463 (status codes), RFC 6533 (the same beyond ASCII), and
the wordings of qmail, Exim, Postfix, Exchange and Gmail, which also report in plain text.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

from services.intake.domain.mail import ParsedMail
from shared.message_ids import notice_ids_in

Fate = Literal["bounced", "delivered"]


def _any(*phrases: str) -> re.Pattern[str]:
    return re.compile("|".join(phrases), re.IGNORECASE | re.MULTILINE)


_MAIL_SYSTEM = _any(
    r"\A(?:mailer[-_]?daemon|mail[-_]daemon|mdaemon|maildaemon)@",
    r"\Amicrosoftexchange[0-9a-f]{20,40}@",
)
_MAIL_SYSTEM_NAME = _any(
    r"\A(?:mailer[-_ ]?daemon|mail delivery (?:sub)?system)", r"\Asystem ?administrator"
)
_POSTMASTER = re.compile(r"^postmaster@", re.IGNORECASE)
_SUBJECT = _any(
    r"\A\s*(?:undelivered mail\b|undeliverable\s*:|returned mail\b|failure notice\s*$)",
    r"\A\s*mail delivery (?:failed|failure|problem)",
    r"\A\s*delivery (?:status notification|failure|failed|has failed|delayed)",
    r"\A\s*(?:message|mail) (?:delivery )?(?:status|delayed|could not be delivered)",
    r"\A\s*warning: (?:message|could not send)",
    r"\A\s*(?:(?:e-?mail|nachricht) )?(?:unzustellbar|nicht zustellbar)",
    r"\A\s*(?:zustellung fehlgeschlagen|fehler bei der (?:nachrichten)?zustellung)",
)
_WORDS = _any(
    r"could\s?n[o']t be delivered|(?:was|were) not delivered|wasn't delivered|unable to deliver",
    r"delivery (?:to|has)\b|did not reach|undeliverable|has been delayed",
    r"permanent (?:fatal )?error",
    r"address (?:not found|rejected|unknown)|user unknown|unknown user|no such (?:user|recipient)",
    r"mailbox (?:is )?(?:full|unavailable)|over quota|returning (?:the )?message to sender",
    r"konnte nicht (?:an .{1,100} )?zugestellt|nicht zugestellt werden|unzustellbar",
    r"empfänger nicht erreicht|adresse (?:wurde )?nicht gefunden|postfach (?:ist )?voll",
    r"\b5\d\d[ -]#?5\.\d\.\d",
)
_ABOUT_MAIL = _any(
    r"\b(?:messages?|e-?mails?|mail|recipients?|notification|nachricht(?:en)?|postfach|mailbox)\b"
)
_RETURNED = _any(
    r"^-{2,}.{0,80}(?:copy|original|returned|kopie).{0,80}$",
    r"^(?:return-path|received|message-id|from):.*$",
)
_PROOF = _any(r"\b[45]\d\d[ -]", r"\b5\.\d{1,3}\.\d{1,3}\b", r"^(?:received|message-id):")
"""What a server quotes and a person who writes about a lost mail does not."""
_STILL_TRYING = _any(
    r"\bdelayed\b|not yet been delivered|still being retried|warning: (?:message|could not send)",
    r"delivery (?:attempts )?will (?:continue|be retried)|will (?:continue|keep) (?:to |on )?try",
    r"will (?:continue to )?be (?:retried|attempted)|no(?:t| action)\b.{0,30}\b(?:resend|required)",
    r"verzögert|noch nicht zugestellt|weiter(?:hin)? versucht|erneut versucht",
)
_GAVE_UP = _any(r"permanent|giv(?:en|ing) up|not going to try again|gave up|endgültig|aufgegeben")
_SUCCESS = _any(
    r"(?:was|has been) successfully (?:delivered|relayed)|erfolgreich zugestellt",
    r"delivered to (?:the following|these) recipients",
)
_ACTION = re.compile(r"^action:[ \t]*([a-z]+)", re.IGNORECASE | re.MULTILINE)
_STATUS = re.compile(r"^status:[ \t]*([245]\.\d{1,3}\.\d{1,3})", re.IGNORECASE | re.MULTILINE)
_CODE_IN_TEXT = re.compile(r"(?:#|\b5\d\d[ -])(5\.\d{1,3}\.\d{1,3})\b")
_READ: Final = 5000
"""Characters at the beginning of a text in which a mail system says what it means."""
_FINAL: Final[tuple[tuple[str, Fate], ...]] = (("failed", "bounced"), ("delivered", "delivered"))


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What a mail server says about one of our notices.

    Attributes:
        code: Enhanced status code such as 5.1.1 (RFC 3463); empty when it names none.
    """

    notice_id: str
    status: Fate
    code: str


def is_from_mail_system(mail: ParsedMail) -> bool:
    """Say whether a mail server wrote a mail, by its sender or by its words.

    A person may write from `postmaster@`, or about a parcel that was "unzustellbar": then the
    words of a mail system have to be there too.
    """
    address = mail.sender_address
    if _MAIL_SYSTEM.match(address) or (not address and _MAIL_SYSTEM_NAME.match(mail.sender_name)):
        return True
    if "x-failed-recipients" in mail.headers:
        return True
    named = _POSTMASTER.match(address) or _MAIL_SYSTEM_NAME.match(mail.sender_name)
    if not (named or _SUBJECT.match(mail.subject)):
        return False
    words = _explanation(mail)
    if not (named or _PROOF.search(mail.text[:_READ])):
        return False
    return bool("@" in words and _WORDS.search(words) and _ABOUT_MAIL.search(words))


def delivery_report(mail: ParsedMail, key: str) -> DeliveryReport | None:
    """The fate of a notice, when a machine's mail tells it and names one of our Message-IDs.

    An out-of-office reply also quotes our id in its thread headers, so only reports and mail
    systems are believed.

    Args:
        mail: Any mail.
        key: The secret of our own Message-IDs.
    """
    told_fate = fate_told(mail)
    if told_fate is None:
        return None
    fate, code = told_fate
    told = "\n".join(mail.reports)
    # Some systems return the original in the text, or name it in the thread headers only.
    attached = "\n".join(attachment.text for attachment in mail.attachments)
    named = "\n".join((told, mail.text, attached, *mail.references))
    notices = notice_ids_in(named, key)
    if not notices:
        return None
    return DeliveryReport(notices[0], fate, code)


def fate_told(mail: ParsedMail) -> tuple[Fate, str] | None:
    """What a mail server reports about any mail, and its status code; None if it reports none."""
    if not (mail.is_report or is_from_mail_system(mail)):
        return None
    told = "\n".join(mail.reports)
    fate = _fate(told) or (None if mail.is_report or _ACTION.search(told) else _told_in_words(mail))
    if fate is None:
        return None
    # Of several recipients each has a code of its own.
    codes = [each for each in _STATUS.findall(told) if each[0] != "2" or fate == "delivered"]
    codes += _CODE_IN_TEXT.findall(_explanation(mail))
    return fate, codes[0] if codes else ""


def _fate(told: str) -> Fate | None:
    """What the fields of a report say; a delay is no fate: the server goes on trying."""
    actions = [action.lower() for action in _ACTION.findall(told)]
    if actions:
        # One recipient that failed is what matters: a notice has one reader.
        return next((fate for action, fate in _FINAL if action in actions), None)
    code = _STATUS.search(told)
    return "bounced" if code and code[1].startswith("5") else None


def _told_in_words(mail: ParsedMail) -> Fate | None:
    """What a mail system means that sends no fields: qmail, old gateways, Exim's text."""
    words = f"{mail.subject}\n{_explanation(mail)}"
    if _STILL_TRYING.search(words) and not _GAVE_UP.search(words):
        return None
    return "delivered" if _SUCCESS.search(words) else "bounced"


def _explanation(mail: ParsedMail) -> str:
    """The mail system's own words, before the mail that it returns."""
    text = mail.text[:_READ]
    returned = _RETURNED.search(text)
    return text[: returned.start()] if returned else text
