"""The words that speak for each intent, German and English, with their points."""

import re
from typing import Final

from shared.contract.contacts import Intent


def _cue(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives), re.IGNORECASE)


_WAITING_MONEY = r"(?:geld|kohle|zahlung|auszahlung|überweisung|erstattung|betrag|summe)"
_MONEY = r"(?:money|payment|payout|refund|reimbursement|transfer|funds)"
_ANSWER = r"(?:antwort|rückmeldung|nachricht|entscheidung|bescheid|reaktion|eingangsbestätigung)"
_DATA = (
    r"(?:adresse|anschrift|bankverbindung|bankdaten|kontoverbindung|kontonummer|kontodaten|iban"
    r"|konto|telefonnummer|handynummer|mobilnummer|e-?mail-?adresse|mailadresse|nachnamen?|namen?"
    r"|daten|wohnung)"
)
_DETAILS = (
    r"(?:(?:postal |home |mailing |e-?mail )?address|bank (?:account|details)|account (?:number"
    r"|details)"
    r"|iban|(?:tele)?phone number|mobile number|surname|(?:last )?name|contact details"
    r"|personal details)"
)

NOT_A_COMPLAINT = _cue(
    r"(?:keine?|nicht als|no|not an?|without) (?:formelle |offizielle |formal )?"
    r"(?:beschwerde|complaint|reklamation)",
    r"(?:no|keinen) (?:reason|cause|grund) (?:to complain|for complaint|zur (?:beschwerde|klage))",
    r"(?:will|möchte) mich nicht beschweren|not complaining|can'?t complain",
    r"beschwerdefrei",
)

CUES: Final[tuple[tuple[Intent, re.Pattern[str], float], ...]] = (
    (
        Intent.COMPLAINT,
        _cue(
            r"beschwer(?:den?|e|en|t)\b|beschwerde(?!management|stelle|formular)\w*",
            r"\bcomplain(?:t|ts|ing)?\b",
        ),
        6,
    ),
    (
        Intent.COMPLAINT,
        _cue(
            r"(?:sehr |äußerst |mehr als |höchst |absolut )?(?:unzufrieden|verärgert|enttäuscht)\b",
            r"widerspr(?:uch|eche)|einspruch|nicht einverstanden",
            r"empört|unverschämt\w*|frechheit|zumutung|skandal\w*|inakzeptabel|unakzeptabel"
            r"|unprofessionell|unfreundlich\w*|respektlos|herablassend|inkompeten\w*|saumäßig",
            r"nicht (?:länger )?(?:hinnehm\w+|akzeptabel|akzeptier\w+)|untragbar|unzumutbar",
            r"so (?:geht|kann) (?:das|man|es)\b.{0,30}nicht|schlechte[nrms]? (?:service"
            r"|behandlung)",
            r"mangelhaft\w* (?:service|bearbeitung|kommunikation)|(?:bafin|ombuds\w+"
            r"|verbraucherzentrale)",
            r"(?:meinen?|einen?) (?:rechts)?anwalt|rechtliche schritte|aufsichtsbehörde",
            r"lasse? mir (?:das|so etwas) nicht (?:gefallen|bieten)|das ist (?:doch )?ein witz",
        ),
        4.5,
    ),
    (
        Intent.COMPLAINT,
        _cue(
            r"(?:un|not |very un|really un)happy (?:with|about|at)\b(?! my)",
            r"\b(?:dissatisfied|disappointed|disappointing|displeased|appalled|appalling|disgusted"
            r"|disgraceful|outrageous|outraged|unacceptable|shocking|furious|shameful)\b",
            r"\bdisagree with|\bobject(?:ion)? to\b|\bappeal against",
            r"\bfed up\b|\blet down by\b|not (?:good enough|acceptable)|ombudsman|regulator\b",
            r"(?:poor|terrible|awful|bad|dreadful|horrible|worst|lousy) (?:customer )?"
            r"(?:service|treatment|experience|handling|communication)",
            r"\b(?:rude|dismissive|incompetent|unprofessional|disrespectful|condescending)\b",
            r"\b(?:solicitor|lawyer|legal action)\b|treated (?:me )?(?:badly|poorly|unfairly)",
            r"(?:annoyed|angry|frustrated|upset) (?:with|about|at|by) (?:you|the (?:way|service"
            r"|hand))",
        ),
        4.5,
    ),
    (
        Intent.PAYMENT_DELAY,
        _cue(
            rf"wann\b.{{0,50}}\b(?:mein\w* |das |die )?{_WAITING_MONEY}",
            r"wann\b.{0,40}(?:überwiesen|ausgezahlt|ausbezahlt|bezahlt|gezahlt)",
            rf"(?:noch|bisher|bislang|immer noch|bis heute)\b.{{0,25}}\b(?:kein\w*"
            rf"|nicht)\b.{{0,25}}"
            rf"(?:{_WAITING_MONEY}|überwiesen|ausgezahlt|auf (?:dem|meinem) konto|gutgeschrieben)",
            rf"wart\w*\b.{{0,40}}\bauf\b.{{0,25}}{_WAITING_MONEY}",
            rf"wo (?:bleibt|ist)\b.{{0,25}}{_WAITING_MONEY}",
            rf"{_WAITING_MONEY}\b.{{0,60}}(?:noch nicht|nicht|immer noch nicht)\b.{{0,25}}"
            r"(?:eingegangen|angekommen|erhalten|da\b|erfolgt|überwiesen|gebucht|erschienen)",
            rf"{_WAITING_MONEY}\b.{{0,20}}(?:steht|lässt)\b.{{0,20}}(?:aus|auf sich warten)",
            r"\bnichts (?:angekommen|eingegangen|überwiesen|erhalten)",
            r"auf (?:dem|meinem) konto\b.{0,40}\b(?:nichts|kein)",
            r"zahlungsverzug|zahlungsverzögerung|ausstehende zahlung|verspätete (?:aus)?zahlung",
        ),
        6,
    ),
    (
        Intent.PAYMENT_DELAY,
        _cue(
            rf"when\b.{{0,50}}\b(?:{_MONEY}|be paid|get paid|pay me)\b",
            rf"(?:not|n't|never|no)\b.{{0,40}}\b(?:received?|got|gotten|seen|had|arrived?|get)\b"
            rf".{{0,30}}\b{_MONEY}",
            rf"\b{_MONEY}\b.{{0,40}}\b(?:not|n't|never|still|yet)\b.{{0,30}}"
            r"(?:arrived?|received?|come|shown|been made|outstanding|missing|reached|late|overdue)",
            rf"wait\w*\b.{{0,30}}\bfor\b.{{0,30}}\b(?:{_MONEY}|to be paid)\b",
            rf"where\b.{{0,15}}\b{_MONEY}|(?:not|n't) (?:yet )?been paid|(?:late|delayed) {_MONEY}",
            r"nothing\b.{0,40}\baccount|(?:has|have|was|were)(?: not|n't)\b.{0,30}\btransferred",
            rf"{_MONEY} (?:is |seems )?(?:delayed|late|overdue|outstanding)|payment delay",
        ),
        6,
    ),
    (
        Intent.PROCESSING_DELAY,
        _cue(
            r"(?:bearbeitungs|sach|zwischen)stand|stand der (?:dinge|bearbeitung)"
            r"|bearbeitungsdauer",
            r"(?:aktuelle\w*|wie ist der|was ist der|nach dem) stand\b",
            r"wie lange (?:dauert|muss|wird|brauch)|wie weit (?:ist|sind)"
            r"|wann\b.{0,40}\bentschieden",
            rf"(?:wann|noch|bisher|bislang|immer noch|seit)\b.{{0,60}}\b(?:kein\w*|nichts"
            rf"|mit)\b.{{0,20}}"
            rf"(?:{_ANSWER}|gehört|passiert|geschehen)",
            rf"wart\w*\b.{{0,60}}\bauf\b.{{0,30}}{_ANSWER}|wann\b.{{0,50}}{_ANSWER}",
            r"(?:noch|immer noch) nicht (?:bearbeitet|entschieden)|wird\b.{0,30}endlich bearbeitet",
            rf"weder\b.{{0,30}}{_ANSWER}|wie (?:es|geht es) (?:damit |nun |jetzt )?weiter",
            r"tut sich (?:etwas|was|nichts)|bearbeitung dauert|verzögerung der bearbeitung",
        ),
        5.5,
    ),
    (
        Intent.PROCESSING_DELAY,
        _cue(
            r"\bstatus (?:of|update|on)\b|\bany (?:news|update|progress)\b|\bupdate on\b",
            r"how long (?:does|will|do|is|until)|what(?:'s| is) (?:happening|the status|going on)",
            r"(?:not|n't|never|no|nothing)\b.{0,30}\b(?:heard|hear|reply|replied|response|answer"
            r"|feedback|decision|acknowledg\w+)\b",
            r"still (?:no|waiting for (?:a|an|any|your) )\b.{0,20}\b(?:decision|answer|reply"
            r"|response"
            r"|word)?|wait\w*\b.{0,40}\bfor (?:a|an|any|your) (?:decision|answer|reply|response)",
            r"(?:not|n't) (?:yet )?been (?:processed|decided|dealt with)|taking so long"
            r"|processing (?:delay|time)|when will (?:you|my claim|it)\b.{0,30}\b(?:decide"
            r"|processed"
            r"|answer|dealt)",
        ),
        5.5,
    ),
    (
        Intent.RENEWAL,
        _cue(
            r"verlänger\w*|vertragserneuerung|erneuer(?:n|ung)\b.{0,40}(?:vertrag|police"
            r"|versicherung)?",
            r"weiterbewilligung\w*|folgeantrag|weiterversicher\w*|weiterführ\w*|neubewilligung",
            r"(?:vertrag|police|versicherung|bewilligung\w*"
            r"|leistung)\b.{0,40}läuft\b.{0,40}\b(?:aus|ab)\b",
            r"\brenew(?:al|ed|ing|s)?\b|\bextend my (?:policy|cover|contract|insurance)",
            r"(?:policy|cover|contract|insurance)\b.{0,30}\b(?:expires?|expiring|runs? out|due)\b",
        ),
        5,
    ),
    (
        Intent.ACCOUNT_CHANGE,
        _cue(
            rf"neue[nrs]?\s+(?:\w+\s+)?{_DATA}\b|(?:adress|anschriften|namens|konto"
            rf"|daten)\w*änderung",
            rf"{_DATA}\b.{{0,40}}\b(?:geändert|ändern|gewechselt|aktualisier\w+|anpassen)",
            rf"änder\w*\b.{{0,40}}\b{_DATA}|änderung (?:meiner|der|von) {_DATA}",
            r"umgezogen|\bumzug\b|ziehe\b.{0,30}\bum\b|geheiratet|heiße (?:jetzt|nun)"
            r"|umzugsmeldung",
            rf"\bnew {_DETAILS}|\bchang\w+\b.{{0,30}}\b{_DETAILS}|{_DETAILS}\b.{{0,30}}\bchanged",
            rf"\bupdate\b.{{0,25}}\b{_DETAILS}|change of (?:address|name|bank|account)",
            r"\b(?:i|we)(?: have|'ve)? (?:just |recently )?moved\b(?! (?:the|it|my))"
            r"|got married|moving (?:house|to)",
        ),
        5,
    ),
    (
        Intent.REPLY,
        _cue(
            r"wie (?:gewünscht|angefordert|besprochen|erbeten|verlangt|telefonisch)|auf ihre? "
            r"(?:schreiben|anfrage|nachricht|bitte|e-?mail|anforderung|rückfrage)",
            r"(?:angefordert|gewünscht|fehlend|erbeten|nachgefragt|verlangt)e[nrs]? "
            r"(?:unterlagen?|rechnung\w*|dokument\w*|beleg\w*|anzeige|angaben?|information\w*"
            r"|daten)",
            r"reiche\b.{0,60}\bnach\b|nachreich\w*|nachgereicht|nachtrag zu|ergänzend zu",
            r"as (?:requested|asked|discussed|agreed)|(?:you|the) (?:asked|requested)|you (?:wanted"
            r"|needed)|missing (?:invoice|document|receipt|report|information|papers)",
            r"in (?:reply|response|answer) to|further to your|following your (?:letter|e-?mail"
            r"|request)",
            r"(?:here(?:'s| is| are)|attached)\b.{0,25}\b(?:requested|missing|outstanding)",
        ),
        4,
    ),
    (
        Intent.CLAIM,
        _cue(
            r"schaden(?:s|fall)?(?:meldung|anzeige|fall)|schaden (?:\w+ ){0,3}melden|melde\b.{0,40}"
            r"(?:schaden|diebstahl|einbruch)|leistungsantrag|\bantrag auf",
            r"(?:beantrage|erstattung|erstatten|übernahme der kosten|kostenübernahme|geltend)",
            r"\b(?:make|file|submit|report|lodge|open|raise|register)\b.{0,15}\b(?:a |my "
            r"|new )*claim"
            r"|claim (?:for|form|under)|\bi (?:would like to |want to |wish to |hereby )?claim\b"
            r"|\breimburse\b|notice of loss|report (?:a |the )?(?:theft|damage|loss|burglary)",
        ),
        4,
    ),
    (
        Intent.CLAIM,
        _cue(
            r"gestohlen|geklaut|entwendet|diebstahl|eingebrochen|einbruch|aufgebrochen|rohrbruch"
            r"|wasserschaden|brandschaden|feuer|gebrannt|glasbruch|zerbrochen|zersprungen|geplatzt"
            r"|ausgelaufen|überschwemm\w*|beschädigt|kaputt|sturmschaden|heizkosten\w*|schaden\b",
            r"\b(?:stolen|theft|burgl\w+|broken|broke|burst|leak\w*|flooded|damaged?|fire|burnt"
            r"|burned"
            r"|smashed|shattered|cracked|heating (?:cost|bill|oil)\w*)\b",
        ),
        2.5,
    ),
)
