"""Mails that no person wrote: auto-replies, lists, bounces. They are never answered.

Sources: RFC 3834 (automatic responses), RFC 3464 (delivery status), DOMAIN rules of the desk.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

from services.intake.domain.mail import ParsedMail
from shared.message_ids import notice_ids_in

_BULK: Final = frozenset({"bulk", "list", "junk", "auto_reply", "auto-reply"})
_AUTO_HEADERS: Final = (
    "x-loop",
    "list-id",
    "list-unsubscribe",
    "x-autoreply",
    "x-autorespond",
    "x-autoresponder",
    "x-auto-reply-from",
)
_AUTO_SUBJECT = re.compile(
    r"^\s*(?:automatische antwort|automatic reply|auto[- ]?reply|auto:|out of (?:the )?office"
    r"|abwesenheits(?:notiz|assistent|nachricht|agent)|abwesenheit:|automatische abwesenheit"
    r"|automatische empfangsbestätigung|undeliver(?:ed|able)\b|unzustellbar"
    r"|delivery status notification|mail delivery (?:failed|subsystem)|returned mail:)",
    re.IGNORECASE,
)
_DAEMON = re.compile(r"^(?:mailer-daemon|postmaster|mail-daemon|mdaemon)@", re.IGNORECASE)
_ACTION = re.compile(r"^action:[ \t]*([a-z]+)", re.IGNORECASE | re.MULTILINE)
_STATUS = re.compile(r"^status:[ \t]*([245]\.\d{1,3}\.\d{1,3})", re.IGNORECASE | re.MULTILINE)
_FINAL: Final[dict[str, Literal["bounced", "delivered"]]] = {
    "failed": "bounced",
    "delivered": "delivered",
}


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What a mail server says about one of our notices.

    Attributes:
        code: Enhanced status code such as 5.1.1 (RFC 3463); empty when it names none.
    """

    notice_id: str
    status: Literal["bounced", "delivered"]
    code: str


def machine_reason(mail: ParsedMail) -> str | None:
    """Why a mail was not written by a person; None when nothing says so."""
    if mail.content_type == "multipart/report":
        return "report"
    automatic = mail.header("auto-submitted").partition(";")[0].strip().lower()
    if automatic and automatic != "no":
        return "auto-submitted"
    if mail.header("precedence").strip().lower() in _BULK:
        return "precedence"
    suppress = mail.header("x-auto-response-suppress").strip().lower()
    if suppress and suppress != "none":
        return "x-auto-response-suppress"
    for name in _AUTO_HEADERS:
        if name in mail.headers:
            return name
    if "return-path" in mail.headers and mail.header("return-path").strip() in {"<>", ""}:
        return "empty return path"
    if _DAEMON.match(mail.sender_address):
        return "mail system"
    return "subject" if _AUTO_SUBJECT.match(mail.subject) else None


def delivery_report(mail: ParsedMail, key: str) -> DeliveryReport | None:
    """The fate of a notice, when a machine's mail tells it and names one of our Message-IDs.

    A delay is no fate: the server goes on trying. An out-of-office reply also quotes our id in
    its thread headers, so only reports and mail systems are believed.
    """
    if mail.content_type != "multipart/report" and not _DAEMON.match(mail.sender_address):
        return None
    told = "\n".join(mail.reports)
    status = _status(told or mail.text, is_report=mail.content_type == "multipart/report")
    if status is None:
        return None
    # Some systems return the original in the text, or name it in the thread headers only.
    named = "\n".join((told, mail.text, *mail.references))
    notices = notice_ids_in(named, key)
    if not notices:
        return None
    code = _STATUS.search(told)
    return DeliveryReport(notices[0], status, code[1] if code else "")


def _status(told: str, *, is_report: bool) -> Literal["bounced", "delivered"] | None:
    actions = [action.lower() for action in _ACTION.findall(told)]
    if actions:
        # One recipient that failed is what matters: a notice has one reader.
        return next((_FINAL[a] for a in ("failed", "delivered") if a in actions), None)
    # Without fields, a mail system's note means that it could not deliver (qmail, old gateways);
    # a report without them is a read receipt.
    return None if is_report else "bounced"
