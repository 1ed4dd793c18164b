"""The words that speak for each intent, German and English, with their points."""

import re
from typing import Final

from shared.contract.contacts import Intent


def _cue(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives), re.IGNORECASE)


_WAITING_MONEY = r"(?:geld|kohle|zahlung|auszahlung|überweisung|erstattung|betrag|summe)"
_MONEY = r"(?:money|payment|payout|refund|reimbursement|transfer|funds)"
_ANSWER = r"(?:antwort|rückmeldung|nachricht|entscheidung|bescheid|reaktion|eingangsbestätigung)"
_NOT = r"(?:\bnot\b|n't\b|\bnever\b|\bno\b|\bnothing\b)"
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
            r"(?:unzufrieden|verärgert|enttäuscht|empört|stinksauer|wütend|erbost|frustriert)\b",
            r"nicht (?:\w+ ){0,3}zufrieden\b|(?:noch nie|nicht|noch nicht)\b.{0,40}\berlebt\b"
            r"|nicht ernst genommen|kein zustand|vorgesetzte[nr]?\b|einfach aufgelegt",
            r"unzufriedenheit|enttäuschung|empörung|verärgerung|\bsauer (?:auf|über)",
            r"widerspr(?:uch|eche)|einspruch|nicht einverstanden",
            r"unverschämt\w*|frechheit|zumutung|skandal\w*|inakzeptabel|unakzeptabel|armutszeugnis"
            r"|unprofessionell|unfreundlich\w*|respektlos\w*|herablassend\w*|inkompeten\w*"
            r"|saumäßig|bodenlos\w*|lächerlich\w*|kundenunfreundlich\w*|unhöflich\w*",
            r"nicht (?:länger )?(?:hinnehm\w+|akzeptabel|akzeptier\w+)|untragbar|unzumutbar",
            r"so (?:geht|kann) (?:das|man|es)\b.{0,30}nicht|unter aller (?:sau|kanone|würde)",
            r"(?:schlecht|miserabl|katastrophal|mangelhaft|furchtbar|grauenhaft)\w* "
            r"(?:service|behandlung|bearbeitung|kommunikation|kundendienst|erfahrung)",
            r"(?:service|behandlung|bearbeitung|kommunikation|kundendienst|verhalten|benehmen"
            r"|umgang)\b.{0,40}\b(?:unmöglich|miserabel|katastroph\w+|unter aller|schlecht"
            r"|mangelhaft|ein witz)",
            r"bafin|ombuds\w+|verbraucherzentrale|(?:meinen?|einen?) (?:rechts)?anwalt"
            r"|rechtliche schritte|aufsichtsbehörde|fachaufsicht",
            r"lasse? (?:ich )?mir (?:das|so etwas) nicht (?:gefallen|bieten)|(?:ist|doch) ein witz",
            r"(?:mit kunden|mit mir|mit uns) um(?:gehen|gegangen|geht|zugehen|springen)",
            r"von einer stelle zur|im stich gelassen|abgewimmelt|abgespeist|hingehalten"
            r"|vertröst\w+",
        ),
        4.5,
    ),
    (
        Intent.COMPLAINT,
        _cue(
            r"unglaublich|(?:nie|niemand|nicht) (?:erreichbar|zu erreichen)|ignorier\w+"
            r"|keiner (?:fühlt sich )?zuständig|ärger(?:lich|e mich)|es reicht|entschuldigung"
            r"|(?:mehrfach|mehrmals|ständig|dauernd) (?:angerufen|nachgefragt|vertröstet)"
            r"|warteschleife|angeschrien|beleidigt",
        ),
        2.5,
    ),
    (
        Intent.COMPLAINT,
        _cue(
            r"(?:un|not (?:very |at all )?|very un|really un)happy (?:with|about|at)\b(?! my)",
            r"(?:demand|want|expect) an (?:explanation|apology)|\bserious breach",
            r"\bnot (?:\w+ ){0,3}satisfied\b|\bfrustrat\w+|can't believe\b|\bhung up\b"
            r"|\bdisgrace\b",
            r"(?:badly|poorly|wrongly)\b.{0,30}\b(?:handled|treated|managed|dealt)"
            r"|(?:handled|treated|managed)\b.{0,20}\b(?:badly|poorly)"
            r"|\b(?:your|a|the) (?:manager|supervisor)\b",
            r"\bdissatisf\w+|\b(?:disappoint|displeas|appall|disgust|disgrac|outrag|infuriat)\w+",
            r"\b(?:unacceptable|shocking|furious|shameful|shambles|ridiculous)\b|\ba joke\b",
            r"\bdisagree with|\bobject(?:ion)? to\b|\bappeal against",
            r"\bfed up\b|\blet (?:me |us )?down\b|not (?:good enough|acceptable)|ombudsman"
            r"|\bregulator\b|had enough of|waste of (?:my )?time|wasting my time|fobbed off",
            r"(?:poor|terrible|awful|bad|dreadful|horrible|worst|lousy|abysmal|atrocious) "
            r"(?:\w+ )?(?:service|treatment|experience|handling|communication)",
            r"(?:service|treatment|experience|handling|communication)\b.{0,30}\b(?:is|was"
            r"|has been)\b"
            r".{0,20}\b(?:poor|terrible|awful|bad|dreadful|horrible|lousy|abysmal|unacceptable)",
            r"\b(?:rude|dismissive|incompeten\w+|unprofessional|disrespectful|condescending"
            r"|unhelpful)\b",
            r"\b(?:solicitor|lawyer|legal action)\b|treated (?:me )?(?:so )?(?:badly|poorly"
            r"|unfairly)",
            r"(?:annoyed|angry|frustrated|upset) (?:with|about|at|by) (?:you|the (?:way|service"
            r"|hand))",
            r"\btak(?:es?|en|ing)\b.{0,30}\bseriously|passed from (?:one )?\w+ to",
        ),
        4.5,
    ),
    (
        Intent.COMPLAINT,
        _cue(
            r"\bignored\b|nobody (?:cares|helps|answers)|\bapolog(?:y|ise|ize)\b|\bon hold\b"
            r"|\bunfair\w*|\bterrible\b|\bawful\b|\bsick of\b|several times already"
        ),
        2.5,
    ),
    (
        Intent.PAYMENT_DELAY,
        _cue(
            rf"wann\b.{{0,50}}\b(?:mein\w* |das |die )?{_WAITING_MONEY}",
            r"wann\b.{0,40}(?:überwiesen|ausgezahlt|ausbezahlt|bezahlt|gezahlt)",
            rf"(?:noch|bisher|bislang|immer noch|bis heute)\b.{{0,25}}\b(?:kein\w*"
            rf"|nicht)\b.{{0,25}}"
            rf"(?:{_WAITING_MONEY}|überwiesen|ausgezahlt|auf (?:dem|meinem) konto|gutgeschrieben)",
            rf"\bkein\w* (?:{_WAITING_MONEY}|zahlungseingang|gutschrift)\b",
            rf"wart\w*\b.{{0,40}}\bauf\b.{{0,25}}{_WAITING_MONEY}",
            rf"wo (?:bleibt|bleiben|ist)\b.{{0,25}}{_WAITING_MONEY}",
            rf"{_WAITING_MONEY}\b.{{0,80}}\bnicht\b.{{0,25}}"
            r"(?:eingegangen|angekommen|erhalten|da\b|erfolgt|überwiesen|gebucht|gekommen|bekommen"
            r"|eingetroffen|gutgeschrieben|ausgezahlt)",
            rf"{_WAITING_MONEY}\b.{{0,20}}(?:steht|lässt)\b.{{0,20}}(?:aus|auf sich warten)",
            r"sollte\b.{0,50}\b(?:überwiesen|ausgezahlt|gezahlt) (?:werden|sein)",
            r"\bnichts (?:angekommen|eingegangen|überwiesen|erhalten|gekommen)",
            r"auf (?:dem|meinem) konto\b.{0,40}\b(?:nichts|kein|nicht)",
            r"\bnicht (?:gezahlt|bezahlt|ausgezahlt|ausbezahlt|überwiesen)\b",
            r"zahlungsverzug|zahlungsverzögerung|ausstehende (?:aus)?zahlung"
            r"|verspätete (?:aus)?zahlung",
        ),
        6,
    ),
    (
        Intent.PAYMENT_DELAY,
        _cue(
            rf"when\b.{{0,50}}\b(?:{_MONEY}|be paid|get paid|pay me)\b",
            rf"{_NOT}.{{0,40}}\b(?:received?|got|gotten|seen|had|arrived?"
            rf"|get)\b.{{0,30}}\b{_MONEY}",
            rf"\b{_MONEY}\b.{{0,60}}(?:{_NOT}|\bstill\b|\byet\b).{{0,30}}"
            r"(?:arrived?|received?|come|shown|been made|outstanding|missing|reached|late|overdue"
            r"|credited|through)",
            rf"wait\w*\b.{{0,30}}\bfor\b.{{0,30}}\b(?:{_MONEY}|to be paid)\b",
            r"when\b.{0,50}\bin my (?:bank )?account",
            rf"expecting\b.{{0,20}}\b{_MONEY}|problem with (?:my|the) {_MONEY}",
            rf"{_NOT}\s(?:\w+ )?see (?:it|the|any|a)\b.{{0,30}}\baccount",
            rf"where(?:'s| is| are)\b.{{0,15}}\b{_MONEY}|{_NOT}(?: yet)? been paid"
            rf"|(?:late|delayed|missing|outstanding) {_MONEY}",
            r"(?:promised|supposed|agreed) to (?:pay|be paid|transfer|receive)"
            r"|should have (?:been paid|been transferred|received)",
            r"nothing\b.{0,40}\baccount|(?:has|have|was|were)(?: not"
            r"|n't)\b.{0,30}\btransferred",
            rf"{_MONEY} (?:is |seems )?(?:delayed|late|overdue|outstanding)|payment delay",
        ),
        6,
    ),
    (
        Intent.PROCESSING_DELAY,
        _cue(
            r"(?:bearbeitungs|sach|zwischen)stand|stand der (?:dinge|bearbeitung|sache)"
            r"|bearbeitungsdauer|zum (?:aktuellen )?(?:stand|status)\b|\bstatus (?:mein|der|des)",
            r"(?:aktuelle\w*|wie ist der|was ist der|nach dem) (?:stand|status)\b",
            r"wie lange (?:dauert|muss|wird|brauch)|wie weit (?:ist|sind)|(?:so|zu"
            r"|noch) lange dauer"
            r"|dauert\b.{0,20}(?:so|zu|noch) lange",
            r"wann\b.{0,60}\b(?:entschieden|entscheiden|bearbeitet|rechnen|erledigt|fertig)",
            rf"(?:wann|noch|bisher|bislang|immer noch|seit)\b.{{0,60}}\b(?:kein\w*|nichts|mit)\b"
            rf".{{0,20}}(?:{_ANSWER}|gehört|passiert|geschehen)",
            rf"wart\w*\b.{{0,60}}\bauf\b.{{0,30}}{_ANSWER}|wann\b.{{0,50}}{_ANSWER}",
            r"wart\w* (?:ich )?(?:seitdem|seither|noch immer|immer noch|schon|nun|bereits|seit)\b",
            r"(?:noch|immer noch) nicht (?:bearbeitet|entschieden)|wird\b.{0,30}endlich bearbeitet",
            r"(?:schon|bereits)\b.{0,20}\b(?:bearbeitet|entschieden|geprüft)\b",
            r"höre\w* (?:ich )?nichts|nichts (?:mehr )?(?:von ihnen|gehört)",
            r"(?:et)?was neues|neuigkeiten|zwischennachricht",
            rf"weder\b.{{0,30}}{_ANSWER}|wie (?:es|geht es) (?:damit |nun |jetzt )?weiter",
            r"tut sich (?:etwas|was|nichts)|bearbeitung dauert|verzögerung der bearbeitung",
        ),
        5.5,
    ),
    (
        Intent.PROCESSING_DELAY,
        _cue(
            r"\bstatus (?:of|update|on)\b|\bany (?:news|update|progress|development)|\bupdate on\b"
            r"|progress (?:of|on|with)|where (?:do )?(?:we|things) stand|what stage",
            r"\bhold-?up\b|(?:weeks?|months?)\b.{0,20}\bsince I (?:submitted|sent|filed|applied)"
            r"|an update\b|(?:got|gotten|come|get) back to me|where my (?:claim|application"
            r"|case) is",
            r"how long (?:does|will|do|is|until)|what(?:'s| is) (?:happening|the status|going on)",
            rf"{_NOT}.{{0,30}}\b(?:heard|hear|reply|replied|response|answer|feedback|decision"
            r"|acknowledg\w+)\b",
            r"\b(?:has|have)\b.{0,30}\bbeen (?:looked at|reviewed|processed|dealt with|considered)",
            r"still no (?:decision|answer|reply|response|word)|wait\w* (?:to|until I) hear"
            r"|wait\w*\b.{0,40}\bfor (?:a|an|any|your) (?:decision|answer|reply|response)"
            r"|\bbeen waiting\b|\bstill waiting\b|\bwaiting (?:since|ever since)",
            rf"{_NOT}(?: yet)? been (?:processed|decided|dealt with)|taking (?:so|too|very) long"
            r"|processing (?:delay|time)|when will (?:you|my claim|it|i)\b.{0,30}\b(?:decide"
            r"|processed"
            r"|answer|dealt|hear)",
        ),
        5.5,
    ),
    (
        Intent.RENEWAL,
        _cue(
            r"verlänger\w*|vertragserneuerung|erneuer(?:n|ung)\b.{0,40}(?:vertrag|police"
            r"|versicherung)?",
            r"erneut (?:zu )?beantrag\w+|weiterhin (?:versichert|beziehen|leistungen)",
            r"weiterbewilligung\w*|folgeantrag|weiterversicher\w*|weiterführ\w*|neubewilligung",
            r"(?:vertrag|police|versicherung|bewilligung\w*"
            r"|leistung)\b.{0,40}läuft\b.{0,40}\b(?:aus|ab)\b",
            r"(?:policy|cover\w*|contract|insurance|benefits?)\b.{0,20}\bcontinu\w+|\bcontinu\w+"
            r"\b.{0,20}\b(?:policy|cover\w*|contract|insurance)",
            r"(?:policy|cover|contract|insurance)\b.{0,30}\b(?:ends|ending|lapses|comes to an end)"
            r"|(?:stay|remain) insured|weiter(?:hin)? versichert",
            r"\brenew(?:al|ed|ing|s)?\b|\bextend my (?:policy|cover|contract|insurance)",
            r"(?:policy|cover|contract|insurance)\b.{0,30}\b(?:expires?|expiring|runs? out|due)\b",
        ),
        7,
    ),
    (
        Intent.ACCOUNT_CHANGE,
        _cue(
            rf"neue[nrs]?\s+(?:\w+\s+)?{_DATA}\b|(?:adress|anschriften|namens|konto"
            rf"|daten)\w*änderung",
            rf"{_DATA}\b.{{0,40}}\b(?:geändert|ändern|gewechselt|aktualisier\w+|anpassen)",
            rf"änder\w*\b.{{0,40}}\b{_DATA}|änderung (?:meiner|der|von) {_DATA}",
            r"(?:gilt|gelten|ab sofort|künftig)\b.{0,40}\b(?:bankverbindung|kontoverbindung|adresse"
            r"|anschrift|iban)|wohne (?:jetzt|nun|ab)",
            rf"{_DETAILS} is now|\bnow live (?:at|in)",
            r"(?:changed|switched) banks?|use this account|(?:different|another) (?:bank|account)"
            r"|wohne ich\b|ich wohne\b|spelling of my name|name\b.{0,20}\bfalsch geschrieben",
            r"(?:phone |mobile )?number is (?:now|different)|number has changed",
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
        Intent.OTHER,
        _cue(
            r"\b(?:is|are|would|am)\b.{0,60}\b(?:covered|insured)\b.{0,40}\?",
            r"\b(?:ist|sind|wäre|bin)\b.{0,60}\b(?:mitversichert|versichert|abgedeckt|gedeckt)\b"
            r".{0,20}\?",
            r"(?:welche|which|what) (?:unterlagen|dokumente|nachweise|documents|papers)\b.{0,60}\?",
            r"bescheinigung|\bcertificate\b|öffnungszeiten|opening hours|\bkündige\b|kündigung"
            r"|cancel my|versicherungsbedingungen|copy of my policy|terms and conditions",
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
            r"reiche\b.{0,80}\bein\b|(?:rechnung|abrechnung|schaden)\w* (?:ein(?:zu)?reichen"
            r"|regulier)",
            r"(?:(?<!erneut )beantrage(?!n)|erstattung|erstatten|übernahme der kosten"
            r"|kostenübernahme|geltend)",
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
            r"\b(?:wurden?|ist|sind|hat|haben|habe)\b.{0,80}\b(?:gestohlen|geklaut|entwendet"
            r"|zerstört"
            r"|beschädigt|zerbrochen|geplatzt|ausgelaufen|eingebrochen|gebrannt|mitgenommen"
            r"|gesprungen"
            r"|eingeschlagen|verbrannt|überschwemmt|eingedrungen)",
            r"\b(?:was|were|has been|have been|got|someone|somebody|they)\b.{0,40}\b(?:stolen|stole"
            r"|damaged|broken|broke|smashed|flooded|burgled|burnt|burned|destroyed|nicked"
            r"|robbed)\b",
        ),
        2.5,
    ),
    (
        # What was decided already is not claimed anew.
        Intent.CLAIM,
        _cue(r"\b(?:bewilligt|genehmigt|anerkannt|zugesagt|zusage)\b", r"\b(?:approved|granted)\b"),
        -4,
    ),
    (
        Intent.CLAIM,
        _cue(
            r"gestohlen|geklaut|entwendet|diebstahl|eingebrochen|einbruch|aufgebrochen|rohrbruch"
            r"|wasserschaden|brandschaden|feuer|gebrannt|glasbruch|zerbrochen|zersprungen|geplatzt"
            r"|mitgenommen|verschwunden|verrußt|verbrannt|unter wasser|eingeschlagen|durchnässt"
            r"|ausgelaufen|überschwemm\w*|beschädigt|kaputt|sturmschaden|heizkosten\w*|schaden\b",
            r"\b(?:stolen|theft|burgl\w+|broken|broke|burst|leak\w*|flooded|damaged?|fire|burnt"
            r"|burned"
            r"|smashed|shattered|cracked|heating (?:cost|bill|oil)\w*)\b",
        ),
        2.5,
    ),
)
