"""Which of a text's dates is the date of loss, by the words beside it."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from services.intake.domain.dates import FoundDate, find_dates
from services.intake.domain.lowering import lowered

_LABEL = re.compile(
    r"schaden(?:s|fall)?(?:tag|datum|zeitpunkt|termin|eintritt|ereignis)?(?:datum)?"
    r"(?:\s(?:war|ist|trat))?\s?(?:\(datum\))?\s?"
    r"(?::|am|vom|war am|ist am|ereignete sich am)?\s*$"
    r"|(?:datum|tag|zeitpunkt) (?:des|der) (?:schaden|ereignis|diebstahl|einbruch|vorfall|unfall"
    r"|entstehung)\w*\W*$"
    r"|(?:ereignis|vorfall|unfall|tat|leistungs)(?:s)?(?:tag|datum|zeit)"
    r"\W*(?:war|ist)?(?:\sam|\sder)?\W*$"
    r"|(?:date|day|time) of (?:the )?(?:loss|damage|incident|event|theft|accident|burglary"
    r"|occurrence)\W*(?:is|was)?\s?(?:on)?\W*$"
    r"|(?:loss|incident|damage|accident|event|theft) (?:date|day)\W*(?:is|was)?\W*$"
    r"|\b(?:das|the) (?:genaue |exact )?(?:datum|date) (?:war|ist|lautet|was|is)(?: der| am"
    r"| on)?\s*$"
)
_EVENT = re.compile(
    r"passiert|geschehen|geschah|ereignet|gestohlen|geklaut|entwendet|diebstahl|aufgebrochen"
    r"|eingebrochen|einbruch|geplatzt|gebrannt|brannte|brand\b|feuer|zerbrochen|zerbrach"
    r"|zersprungen"
    r"|kaputt|zu bruch|beschädigt|ausgelaufen|überschwemm|überflutet|rohrbruch|wasserschaden"
    r"|undicht"
    r"|tropfte|lief\b|sturm|hagel|blitz|verschwunden|fehlte|weg\b"
    r"|eingeschlagen|gerissen|vorgefallen|schaden\b|schadenfall|entstanden|angefallen|unfall"
    r"|vollgelaufen|über(?:ge)?laufen|umgesto(?:ß|ss)en|umgeworfen|(?:her)?(?:unter|ab)gefallen"
    r"|verschüttet|knocked over|tipped over|overflow|spil(?:led|t)\b"
    r"|verbrannt|geschmolzen|explodiert|umgekippt|umgestürzt|abgedeckt|vereist|geborsten|zerstört"
    r"|happened|occurred|took place|stolen|stole\b|theft|burgl|broken into|broke\b|broken\b|burst"
    r"|burn|fire\b|damage|leak|smashed|flood|cracked|shattered|missing|incident"
    r"|accident|incurred|storm|gone\b|taken\b|vanished|robbed|dropped|fell\b"
)
_DISCOVERED = re.compile(r"entdeckt|bemerkt|festgestellt|aufgefallen|discover|noticed|found out")
"""When a loss was seen; when it happened counts before."""
_OTHER = re.compile(
    r"rechnung|invoice|\bgeb\.|\bdob\b|bestell|gekauft|kauf|bought|purchase|ordered|geboren|geburts|birth|\bborn\b"
    r"|vertrag|versicherungsschein|abgeschlossen|\bseit\b|\bsince\b|gültig|valid|police\b.{0,12}vom"
    r"|policy (?:from|of|dated|start)|anzeige|angezeigt|polizei|reported|police report|gemeldet"
    r"|überw(?:ie|ei)s|bezahlt|\bpaid\b|payment|schreiben|brief|letter|e-?mail|mail vom|telefon"
    r"|angerufen|called|\bphone|unterschr|signed|repar|repair|fixed\b|replaced|eingesetzt|handwerker|monteur|termin\b|appointment"
    r"|fällig"
    r"|deadline|frist|quittung|receipt|beleg|liefer|delivered|baujahr"
    r"|inspection|gutachte|angebot|quote|estimate|kostenvoranschlag|besichtig|anschaffung|erworben"
    r"|\bdatum:|\bdate:|stand:|erhalten|received|geschickt|gesendet|\bsent\b|zugeschickt"
    r"|eingereicht"
    r"|\bend(?:et|s|en|e)\b|beend|läuft\b|ablauf|auslauf|ablaufen|expire|lapse|\bstops?\b|verläng"
    r"|renew|extend|umziehe|umzug|\bziehe[nt]?\b|moving|adresse|address|anschrift"
    r"|umgezogen|moved|urlaub|vacation|holiday|zurück|returned|kündig"
    r"|bewillig|genehmig|abgelehnt|ablehnung|zugesagt|beschieden|bescheid\b|entschieden|entscheidung"
    r"|anerkannt|approv|granted|rejected|declined|denied|decision|decided"
    r"|geschrieben|mitgeteilt|wrote|written|\btold\b"
)
_UNTIL = re.compile(
    r"\b(?:bis|by|until|till|before|spätestens|ab)\s(?:(?:zum|spätestens|the|dem)\s){0,2}$"
)
"""Directly before a date: a time limit, or when something new begins."""
_SUBCLAUSE = re.compile(r",\s(?:dass|daß|weil|als|nachdem|wonach|that|when|because|after)\s")
_IN_BRACKETS = re.compile(r"\([^()]{0,150}\)")
_DONE_LATER = re.compile(
    r"^[^,;:]*?\b(?:angezeigt|gemeldet|repariert|bezahlt|gekauft|bestellt|erworben|aufgenommen"
    r"|besichtigt|begutachtet|inspected|besprochen|abgelehnt|genehmigt|bewilligt|anerkannt|bearbeitet|erfasst"
    r"|mitgeteilt|eingereicht)\b"
)
_AUXILIARY = re.compile(r"\b(?:wurden?|habe[n]?|hat|ist|sind|war(?:en)?)\b")
_SENTENCE_END = re.compile(r"(?:(?<=[a-zäöüß)\]€\"'!?])|(?<=\d{4}))[.!?;]\s|\n")
_LABELLED: Final = 0.95
_EVENT_REACH: Final = 90
_NEAR: Final = 0.9
_FAR: Final = 0.75
_NEAR_REACH: Final = 50
_MOST_DATES: Final = 100


_LETTERHEAD = re.compile(r"^[A-ZÄÖÜ][\w.() /-]{1,40},?\s(?:den |the |am )?$")
"""A place before a date that stands alone on its line: that is when the letter was written."""
_PERIOD = re.compile(r"\b(?:bis|to|until|und|and)\b", re.IGNORECASE)
"""Between two dates: what is billed, unless something happened then."""
_NO_CUE: Final = 0.3
_SEEN_LATER: Final = 0.2
_FUTURE: Final = 0.3
_OLDEST_WITHOUT_CUE: Final = timedelta(days=120)


@dataclass(frozen=True, slots=True)
class LossDate:
    """A day on which the loss may have happened, the words around it, and how sure that is."""

    day: date
    quote: str
    confidence: float


def dates_of_loss(text: str, today: date) -> list[LossDate]:
    """The days on which the loss may have happened, the surest first, each day once.

    A date counts by the words beside it in its own sentence: "Schadentag", "gestohlen am",
    "happened on". The date of an invoice, a purchase or a letter is none.
    """
    best: dict[date, LossDate] = {}
    low = lowered(text)
    for hit in find_dates(text, today)[:_MOST_DATES]:
        start, end = _within_brackets(text, hit, *_sentence(text, hit))
        score = _score(low[start : hit.start], low[hit.end : end])
        if score <= 0 or (score == _NO_CUE and _is_of_the_letter(text, hit, today)):
            continue
        if score == _NO_CUE and _PERIOD.search(text[hit.start : hit.end]):
            continue
        score -= 1.0 - hit.sure
        score -= _FUTURE if hit.day > today and score < _LABELLED else 0.0
        quote = " ".join(text[max(start, hit.start - 60) : min(end, hit.end + 60)].split())
        known = best.get(hit.day)
        if score > 0 and (known is None or score > known.confidence):
            best[hit.day] = LossDate(hit.day, quote, round(min(_LABELLED, score), 2))
    found = sorted(best.values(), key=lambda each: -each.confidence)
    # Several dates of which nothing says what they are: none of them is the date of loss.
    guessed = len(found) > 1 and found[0].confidence <= _NO_CUE
    return [] if guessed else found


def _is_of_the_letter(text: str, hit: FoundDate, today: date) -> bool:
    """Say whether a date without any cue is when the letter was written, or long past."""
    line = text.rfind("\n", 0, hit.start) + 1
    alone = not text[hit.end : hit.end + 2].strip(" .\n")
    heads = alone and bool(_LETTERHEAD.match(text[line : hit.start]))
    return heads or today - hit.day > _OLDEST_WITHOUT_CUE


def _sentence(text: str, hit: FoundDate) -> tuple[int, int]:
    begin = max(0, hit.start - 200)
    ends = [match.end() for match in _SENTENCE_END.finditer(text, begin, hit.start)]
    after = _SENTENCE_END.search(text, hit.end, min(len(text), hit.end + 200))
    # Mail programs break lines inside sentences: a break after no full stop is none, if the line
    # before is long.
    start = ends[-1] if ends else begin
    if start and text[start - 1] == "\n" and hit.start - start < 30:
        line_start = text.rfind("\n", 0, start - 1) + 1
        line = text[line_start : start - 1].rstrip()
        if len(line) > 45 and not line.endswith((".", "!", "?", ":", ",")):
            start = line_start
    return start, after.start() if after else min(len(text), hit.end + 200)


def _within_brackets(text: str, hit: FoundDate, start: int, end: int) -> tuple[int, int]:
    """The context of a date in brackets is what stands in them, if that says anything."""
    opening = text.rfind("(", start, hit.start)
    if opening < 0 or ")" in text[opening : hit.start]:
        return start, end
    closing = text.find(")", hit.end, end)
    if closing < 0 or not re.search(r"[^\W\d_]{3}", text[opening : hit.start]):
        return start, end
    return opening + 1, closing


def _score(before: str, after: str) -> float:
    """How much the words around a date, in lower case, tell of the loss; 0: not at all."""
    if _LABEL.search(before[-60:]):
        return _LABELLED
    if _UNTIL.search(before[-30:]):
        return 0.0
    # "I wrote on Friday that on the 14th …": what the main clause tells is another day.
    before = _SUBCLAUSE.split(before)[-1]
    after = _IN_BRACKETS.sub(" ", after)
    later = _DONE_LATER.search(after)
    # "Der Einbruch wurde am … angezeigt": the verb at the end says what happened on that day.
    if later and not (_has_happened(later[0]) or _AUXILIARY.search(later[0])):
        return 0.0
    happened = _distance(_EVENT, before, after)
    seen = _distance(_DISCOVERED, before, after)
    other = _distance(_OTHER, before, after)
    events = [distance for distance in (happened, seen) if distance is not None]
    if not events:
        return 0.0 if other is not None else _NO_CUE
    if other is not None and other < min(events):
        return 0.0
    score = _NEAR if min(events) <= _NEAR_REACH else _FAR
    return score - _SEEN_LATER if seen == min(events) and seen != happened else score


def _has_happened(words: str) -> bool:
    return bool(_EVENT.search(words) or _DISCOVERED.search(words))


def _distance(cue: re.Pattern[str], before: str, after: str) -> int | None:
    """How many signs lie between a date and the nearest cue, in reach.

    Words before a date belong to it more closely than those after it, and least those that
    follow a comma.
    """
    near = before[-_EVENT_REACH:]
    distances = [len(near) - match.end() for match in cue.finditer(near)]
    if match := cue.search(after[:_EVENT_REACH]):
        comma = "," in after[: match.start()]
        distances.append(match.start() + (25 if comma else 5))
    return min(distances) if distances else None
