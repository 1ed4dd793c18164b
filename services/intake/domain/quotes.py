"""What the client wrote now: without the history below, quoted lines and the signature.

Line by line, in one pass: a mail is untrusted, and regular expressions over whole texts can be
made to run for hours (docs/decisions/0030-own-quote-cutter.md).
"""

import re
from dataclasses import dataclass
from typing import Final

_WIDEST: Final = 500
"""No line that separates or signs is longer."""
_QUOTED = re.compile(r"^\s{0,3}(?:>|\|\s)")
_FORWARD_SUBJECT = re.compile(
    r"^\s*(?:(?:aw|re|antw)\s*:\s*)*(?:wg|fwd?|tr|weitergeleitet)\s*:", re.IGNORECASE
)
_ANSWER_SUBJECT = re.compile(r"^\s*(?:aw|re|antw)\s*:", re.IGNORECASE)
_MARKER = re.compile(
    r"^[\s*>]*[-_=]{2,}\s*(?P<what>original(?:\s+message|nachricht)?|ursprüngliche nachricht"
    r"|original appointment|urspr\. nachricht|weitergeleitete (?:nachricht|e-?mail)"
    r"|forwarded message|anfang der weitergeleiteten nachricht)\b.{0,60}$"
    r"|^\s*-{3,}\s?.{2,200}\b(?:schrieb|wrote)\b.{0,40}:\s*-{3,}\s*$",
    re.IGNORECASE,
)
_BARE_MARKER = re.compile(
    r"^[\s*>]*(?:anfang der weitergeleiteten (?:nachricht|e-?mail)|begin forwarded message)"
    r"\s*:\s*$",
    re.IGNORECASE,
)
_RULE = re.compile(r"^\s*[_-]{20,}\s*$")
_HEADER_NAMES: Final = {
    "von": "from", "from": "from",
    "gesendet": "date", "sent": "date", "datum": "date", "date": "date",
    "an": "to", "to": "to", "cc": "cc", "kopie": "cc",
    "betreff": "subject", "subject": "subject",
}  # fmt: skip
_HEADER_LINE = re.compile(r"^[\s*>]*\*?(\w{2,10})\s{0,2}:\*?(?:\s|$)", re.IGNORECASE)
_ATTRIBUTION = re.compile(
    r"^[\s>]*(?:(?:am|on|den|le)\b.{4,300}\b(?:schrieb|wrote|geschrieben|writes)\b.{0,200}:"
    r"|.{2,200}\bhat (?:am|um)\b.{4,100}\bgeschrieben\s?:"
    r"|.{2,200}\b(?:schrieb|wrote)\b(?:\s+(?:am|on|um|at)\b.{4,80})?:"
    r"|.{0,120}\d{1,2}[:.]\d{2}.{0,120}<[^<>@\s]+@[^<>\s]+>\s*:)\s*$",
    re.IGNORECASE,
)
_LABEL = re.compile(rf"\b({'|'.join(_HEADER_NAMES)})\s?:(?=\s)", re.IGNORECASE)
_IN_ATTRIBUTIONS: Final = frozenset(
    re.findall(
        r"\w+",
        "am um on at den le hat hast schrieb schreibt wrote writes geschrieben folgendes uhr"
        " von vom der des die das und für of the for and via pm",
    )
)
_ATTRIBUTION_BEGINS = re.compile(r"^[\s>]*(?:am|on)\b.{0,120}\d{1,2}[.:/ ]", re.IGNORECASE)
_DEVICE = re.compile(
    r"^\s*(?:von mein\w{1,2}\b(?!.*\b(?:wurden?|wird|werden|hat|ist|sind)\b).{0,60}\bgesendet"
    r"|von (?:\w+ ){0,3}(?:iphone|ipad|android|mail|app|smartphone|galaxy|outlook|handy)\b"
    r"(?!.*\b(?:wurden?|wird|werden|hat|ist|sind)\b).{0,40}\bgesendet"
    r"|gesendet (?:von|mit|aus)\b.{0,80}|mit .{0,20}\b(?:mail|app|outlook)\b.{0,30}\bgesendet"
    r"|sent from\b.{0,80}|sent (?:via|with)\b.{0,60}|get outlook for\b.{0,80}"
    r"|holen sie sich outlook\b.{0,80}|outlook für (?:ios|android)\b.{0,80}"
    r"|diese (?:nachricht|e-?mail) wurde von mein\w{1,2}\b.{0,80}gesendet)[.!]?\s*$",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"^\s*(?:(?:vielen\s+)?(?:danke?|thanks)\s*(?:und|and|&|\+)\s*)?"
    r"(?:(?:mit\s+)?(?:freundliche[nmr]?|herzliche[nmr]?|beste[nmr]?|viele[nmr]?|liebe[nmr]?"
    r"|schöne[nmr]?|sonnige[nmr]?|höflichen)\s+(?:\w+\s+){0,2}(?:grüße?n?|gruß|gruss|grüsse?n?)"
    r"|(?:grüße|grüsse|gruß|gruss)\b|hochachtungsvoll|mfg|m\.?f\.?g\.?|vg|lg|freundlichst"
    r"|(?:kind|best|warm|kindest|warmest|with kind|with best|many)?\s*regards|best wishes"
    r"|yours\s+(?:sincerely|faithfully|truly)|sincerely(?: yours)?|respectfully|cheers"
    r"|(?:many thanks|thanks|thank you|best|vielen dank|danke)\s*,)"
    r"(?:\s+(?:aus|from|und|and)\s+.{1,40})?[\s,.!]*$",
    re.IGNORECASE,
)
_CLOSING_WITH_NAME = re.compile(
    r"^\s*(?P<closing>(?:[\w.]+\s+){0,3}(?:[Gg]r(?:ü(?:ß|ss)e?n?|u(?:ß|ss))|[Rr]egards|MfG|mfg|VG|LG)),?"
    r"(?:\s+[A-ZÄÖÜ][\w.-]{1,25}){1,3}\s*$"
)
_POSTSCRIPT = re.compile(r"^\s*p\.?\s?(?:p\.?)?s\.?\s*[:.\s]", re.IGNORECASE)
_DISCLAIMER = re.compile(
    r"^\s*(?:\*+\s*)?(?:diese e-?mail (?:enthält|und)|der inhalt dieser e-?mail"
    r"|this (?:e-?mail|message) (?:and|may|is|contains)|confidentiality notice|disclaimer\s*:"
    r"|vertraulichkeitshinweis|virenfrei\.|virus-free\."
    r"|diese e-?mail wurde .{0,60}auf viren|this e-?mail has been checked for viruses)",
    re.IGNORECASE,
)
_MONEY = re.compile(r"\d\s*(?:€|eur\b|euro\b)|(?:€|eur)\s*\d|\d[.,]\d\d\s*$", re.IGNORECASE)
_TOLD = re.compile(
    r"\b(?:ich|mein\w{0,2}|wir|unser\w{0,2}|wurden?|habe|hat|haben|war|waren|ist|sind|i|my|we|our"
    r"|was|were|have|has|is|are)\s+\w",
    re.IGNORECASE,
)
"""Words of a sentence: a name, an address or a title has none of them."""
_LONGEST_SIGNATURE: Final = 12


@dataclass(frozen=True, slots=True)
class Reply:
    """A mail's text, taken apart.

    Attributes:
        text: What the client wrote now; of a forwarded mail, what was forwarded too.
        signature: The closing and what stands below it.
        history: Quoted and earlier mails.
    """

    text: str
    signature: str = ""
    history: str = ""


def take_apart(text: str, subject: str = "") -> Reply:
    """The new words of a mail, its signature and its history.

    Args:
        text: Cleaned text, plain lines.
        subject: Tells a forward (`WG:`, `Fwd:`), whose history is what the client wants to show.
            So it is where nothing else is told, unless the subject says that it is a reply.
    """
    lines = text.split("\n")
    own, history, forwarded = _split_history(lines)
    body, signature = _split_signature(own)
    unanswered = not any(line.strip() for line in body) and not _ANSWER_SUBJECT.match(subject)
    if history and (forwarded or unanswered or _FORWARD_SUBJECT.match(subject)):
        shown = _split_signature(_without_headers(history))[0]
        body = [*body, "", *shown]
    return Reply(_joined(body), _joined(signature), _joined(history))


def _joined(lines: list[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines)).strip()


def _split_history(lines: list[str]) -> tuple[list[str], list[str], bool]:
    """Own lines, earlier ones, and whether the earlier ones were forwarded."""
    own: list[str] = []
    history: list[str] = []
    index = 0
    while index < len(lines):
        line = lines[index]
        if _QUOTED.match(line):
            history.append(line)
        elif length := _attribution(lines, index):
            history += lines[index : index + length]
            index += length
            if not _quoted_next(lines, index):
                return own, history + lines[index:], False
            continue
        elif _begins_history(lines, index):
            return own, history + lines[index:], _is_forward(line)
        else:
            own.append(line)
        index += 1
    return own, history, False


def _attribution(lines: list[str], index: int) -> int:
    """How many lines, at most three, say who wrote what follows; mail programs wrap them."""
    if len(lines[index]) > _WIDEST:
        return 0
    if _ATTRIBUTION.match(lines[index]):
        return 1 if _quoted_next(lines, index + 1) or _refers_to_mail(lines[index]) else 0
    if _ATTRIBUTION_BEGINS.match(lines[index]):
        for length in (2, 3):
            joined = " ".join(part.strip("> ") for part in lines[index : index + length])
            if len(joined) > _WIDEST or not _ATTRIBUTION.match(joined):
                continue
            if _quoted_next(lines, index + length) or _refers_to_mail(joined):
                return length
    return 0


def _refers_to_mail(line: str) -> bool:
    """A sentence like "Am 12.11. schrieb mir mein Nachbar:" is none.

    An attribution has an address, or a time and, besides a few small words, only names.
    """
    if re.search(r"[^\s<>@]@[^\s<>@]", line):
        return True
    small = set(re.findall(r"(?<![\w.])[a-zäöüß]{2,}", line)) - _IN_ATTRIBUTIONS
    return not small and bool(re.search(r"\d{1,2}[.:/]\d{1,2}|\d{4}", line))


def _quoted_next(lines: list[str], index: int) -> bool:
    following = next((line for line in lines[index : index + 3] if line.strip()), "")
    return bool(_QUOTED.match(following))


def _begins_history(lines: list[str], index: int) -> bool:
    line = lines[index]
    if len(line) > _WIDEST:
        return False
    if _MARKER.match(line) or _BARE_MARKER.match(line):
        return True
    if _RULE.match(line):
        return _is_header_block(lines, index + 1)
    return bool(_header_name(line)) and _is_header_block(lines, index)


def _is_header_block(lines: list[str], index: int) -> bool:
    """A copied mail header: `Von:` and at least two more of the usual names in a few lines."""
    near = [line for line in lines[index : index + 12] if line.strip()][:7]
    names = {_header_name(line) for line in near} - {""}
    # Some programs run the copied header into one line.
    labels = _LABEL.findall(lines[index][:_WIDEST]) if index < len(lines) else []
    names |= {_HEADER_NAMES[label.lower()] for label in labels if len(labels) >= 3}
    return "from" in names and len(names) >= 3


def _header_name(line: str) -> str:
    match = _HEADER_LINE.match(line[:_WIDEST])
    return _HEADER_NAMES.get(match[1].lower(), "") if match else ""


def _is_forward(line: str) -> bool:
    return bool(
        _BARE_MARKER.match(line) or re.search(r"weitergeleitet|forwarded", line, re.IGNORECASE)
    )


def _without_headers(history: list[str]) -> list[str]:
    """What was forwarded, without its separators, header lines and quote signs."""
    unquoted = [re.sub(r"^(?:\s{0,3}>)+ ?", "", line) for line in history]
    return [
        line
        for index, line in enumerate(unquoted)
        if not (
            _begins_history(unquoted, index)
            or _RULE.match(line)
            or _attribution(unquoted, index)
            or _header_name(line)
        )
    ]


def _split_signature(lines: list[str]) -> tuple[list[str], list[str]]:
    for index, line in enumerate(lines):
        if len(line) > _WIDEST:
            continue
        if _DISCLAIMER.match(line) or _is_delimiter(line, lines[index + 1 :]):
            return _without_devices(lines[:index]), lines[index:]
        if index and _is_closing(line) and _is_signature(lines[index + 1 :]):
            tail = lines[index:]
            postscript = next((n for n, text in enumerate(tail) if _POSTSCRIPT.match(text)), None)
            if postscript is not None:
                kept = _without_devices([*lines[:index], "", *tail[postscript:]])
                return kept, tail[:postscript]
            return _without_devices(lines[:index]), tail
    return _without_devices(lines), [line for line in lines if _DEVICE.match(line[:_WIDEST])]


def _is_closing(line: str) -> bool:
    """A closing formula, alone on its line or with the name behind it."""
    named = _CLOSING_WITH_NAME.match(line)
    return bool(_CLOSING.match(named["closing"] if named else line))


def _without_devices(lines: list[str]) -> list[str]:
    return [line for line in lines if not _DEVICE.match(line[:_WIDEST])]


def _is_short(lines: list[str]) -> bool:
    return sum(1 for line in lines if line.strip()) <= _LONGEST_SIGNATURE


def _is_delimiter(line: str, below: list[str]) -> bool:
    """Two dashes and a space begin a signature (RFC 3676, 4.3); without the space they may."""
    return (line == "-- " and _is_short(below)) or (line == "--" and _is_signature(below))


def _is_signature(lines: list[str]) -> bool:
    """Below a closing stand a name and an address; amounts or a sentence are still the message."""
    if not _is_short(lines) or any(_MONEY.search(line[:_WIDEST]) for line in lines):
        return False
    named = [line[:_WIDEST] for line in lines if line.strip() and not _DEVICE.match(line[:_WIDEST])]
    return not any(_TOLD.search(line) and not _POSTSCRIPT.match(line) for line in named[:2])
