"""What a programme may say and probably doesn't mean: told to its author, refused by nobody."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

from shared.periods import Period
from shared.programmes.models import ClockRule, DeskRules
from shared.programmes.programme import DECIDING_ROLES, Programme, ProgrammeVersion
from shared.programmes.terms import Benefit
from shared.written_files import Place

Doubt = tuple[Place, str]


def doubts_of(programme: Programme, desk: DeskRules) -> Iterator[Doubt]:
    """What is suspicious in a programme, each with its place in the model.

    Args:
        programme: The programme, all versions.
        desk: The desk's rules beside it.
    """
    for index, version in enumerate(programme.versions):
        place: Place = ("versions", index)
        yield from _below(place, _authority(version))
        yield from _below(place, _kind(version))
        for code, benefit in version.benefits.items():
            found = _benefit(code, benefit, version, desk)
            yield from _below((*place, "benefits", code), found)
        own = [clock for clock in version.clocks if clock not in desk.clocks]
        desks = len(version.clocks) - len(own)
        for number, clock in enumerate(own, desks):
            yield from _below((*place, "clocks", number), clock_doubts(clock))
        for code, reason in version.reasons.items():
            if reason not in desk.reasons.values() and reason.text.de == reason.text.en:
                yield (*place, "reasons", code), "says the same in German and in English"


def clock_doubts(clock: ClockRule) -> Iterator[Doubt]:
    """What is suspicious in a clock, each with its place below it."""
    both = sorted(set(clock.starts) & set(clock.stops))
    if both:
        yield ("stops",), f"{', '.join(both)} starts and stops it"
    if clock.pauses and not clock.resumes:
        yield ("pauses",), "nothing resumes it: once paused, it stands still for good"
    if clock.resumes and not clock.pauses:
        yield ("resumes",), "nothing pauses it"
    length = clock.target
    if isinstance(length, timedelta) and clock.warn_before >= length:
        yield ("warn_before",), "it warns as soon as it starts"
    if isinstance(length, Period) and clock.pauses and "§" not in f"{clock.law}":
        yield ("pauses",), "a period by the calendar pauses only where a law says so: name it"


def _authority(version: ProgrammeVersion) -> Iterator[Doubt]:
    automatic = version.automatic_limit
    for role, limit in version.authority.items():
        if limit is not None and limit < automatic:
            said = f"{automatic} is more than a {role} may decide, {limit}"
            yield ("automatic_limit",), said
    if not version.authority:
        yield ("authority",), "nobody may decide anything: name the roles"
    elif None not in version.authority.values():
        highest = max(filter(None, version.authority.values()), default=Decimal(0))
        yield ("authority",), f"nobody may decide more than {highest}; `supervisor: null` may"
    limits = [
        version.authority[role]
        for role in DECIDING_ROLES
        if version.authority.get(role) is not None
    ]
    if limits != sorted(filter(None, limits)):
        yield ("authority",), "somebody higher may decide less"


def _kind(version: ProgrammeVersion) -> Iterator[Doubt]:
    if version.kind == "agency" and version.non_cooperation == "none":
        said = "an agency refuses for missing cooperation only after a written warning"
        yield ("kind",), f"{said} (SGB I §66(3)): `non_cooperation: warning_first`"
    if version.kind == "insurer" and version.advance:
        yield ("advance",), "an advance under SGB I §42 is an agency's"


def _benefit(
    code: str, benefit: Benefit, version: ProgrammeVersion, desk: DeskRules
) -> Iterator[Doubt]:
    for language, words in (("German", benefit.keywords.de), ("English", benefit.keywords.en)):
        if not words:
            said = f"no {language} keywords: a mail that speaks of it is not recognised"
            yield ("keywords",), said
        for word in words:
            if word != word.lower():
                yield ("keywords",), f"'{word}' is compared in small letters: write it so"
    if benefit.names.de == benefit.names.en and " " in benefit.names.de:
        yield ("names",), "has the same name in German and in English"
    limits = ("limit_per_item", "limit_per_claim", "yearly_limit", "lifetime_limit")
    named = [(name, amount) for name in limits if (amount := getattr(benefit, name)) is not None]
    for (name, amount), (wider, bound) in pairwise(named):
        if amount > bound:
            yield (name,), f"{amount} is more than {wider}, {bound}: it never counts"
    for name, amount in named[:1]:
        if version.deductible.amount >= amount:
            yield (name,), f"the deductible, {version.deductible.amount}, takes all of it"
    for index, document in enumerate(benefit.required_documents):
        if f"document:{document.kind}" not in desk.items:
            said = f"desk.yaml has no words to ask a client for 'document:{document.kind}'"
            yield ("required_documents", index), said


def _below(place: Place, found: Iterator[Doubt]) -> Iterator[Doubt]:
    for below, said in found:
        yield (*place, *below), said
