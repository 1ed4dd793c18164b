"""Puts escalation together: its frame, the desk's calendar, and each programme's clock rules."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from services.escalation import store
from services.escalation.adapters.calendar_file import read_calendar
from services.escalation.domain.cases import Case
from services.escalation.domain.chain import Patience
from services.escalation.domain.clock_rules import ClockRule, Words, must_not_overlap, rules_on
from services.escalation.people import People
from services.escalation.settings import Settings
from shared import programmes
from shared.calendar import BusinessCalendar
from shared.programmes import Programmes
from shared.service import DeskService

Rules = tuple[ClockRule, ...]


@dataclass(frozen=True, slots=True)
class App:
    """What escalation's agents and API need.

    Attributes:
        service: The frame.
        calendar: When the desk is open.
        desk_rules: The clocks of a case whose programme is not known, or not to us.
        programme_rules: The clocks by programme and version.
        reckoned_by: Names all these rules and hours: the same name, the same due times.
        patience: How long the chain of supervisors waits.
        sample_seconds: How often clocks and escalations are counted.
        insurers: The programmes of insurers, whose claims are limited by the statute.
        people: Who works at the desk.
    """

    service: DeskService
    calendar: BusinessCalendar
    desk_rules: Rules
    programme_rules: Mapping[tuple[str | None, str | None], Rules]
    reckoned_by: str
    patience: Patience
    sample_seconds: float
    insurers: frozenset[str]
    people: People = field(default_factory=People)

    def rules_of(self, case: Case) -> Rules:
        """The clock rules of the programme version that counts for a case."""
        version = (case.programme, case.programme_version)
        rules = self.programme_rules.get(version, self.desk_rules)
        opened_on = case.facts[0].at.astimezone(self.calendar.zone).date()
        return rules_on(rules, opened_on)

    @property
    def escalating(self) -> frozenset[str]:
        """The clocks that some programme hands to a supervisor when they pass."""
        every = (self.desk_rules, *self.programme_rules.values())
        return frozenset(rule.kind for rules in every for rule in rules if rule.escalates)


def build(settings: Settings) -> App:
    """Escalation as the environment says.

    Raises:
        ProgrammeError: The programmes can't be used.
        ClockRuleError: A clock in them can't be meant so.
        CalendarError: The calendar file can't be used.
    """
    known = programmes.load_programmes(settings.programmes_dir)
    calendar = _calendar(settings, known)
    desk_rules = _rules(rule for rule in known.desk.clocks if rule.only_for is None)
    programme_rules: dict[tuple[str | None, str | None], Rules] = {
        (code, version.version): _rules(version.clocks)
        for code, programme in known.by_code.items()
        for version in programme.versions
    }
    return App(
        service=DeskService("escalation", settings, store.metadata),
        calendar=calendar,
        desk_rules=desk_rules,
        programme_rules=programme_rules,
        reckoned_by=_name_of(calendar, desk_rules, programme_rules),
        patience=Patience(calendar, settings.attend_within, settings.decide_within),
        sample_seconds=settings.sample_seconds,
        insurers=frozenset(
            code
            for code, programme in known.by_code.items()
            if any(version.kind == "insurer" for version in programme.versions)
        ),
    )


def _calendar(settings: Settings, known: Programmes) -> BusinessCalendar:
    if settings.calendar_file is not None:
        return read_calendar(settings.calendar_file)
    return known.desk.calendar.business


def _rules(written: Iterable[programmes.ClockRule]) -> Rules:
    rules = tuple(
        ClockRule(
            kind=rule.kind,
            target=rule.target,
            starts=rule.starts,
            stops=rule.stops,
            pauses=rule.pauses,
            resumes=rule.resumes,
            restarts=rule.restarts,
            puts_off=rule.puts_off,
            calendar=rule.calendar,
            warn_before=rule.warn_before,
            rolls=rule.ends_on_working_day,
            name=Words(rule.names.de, rule.names.en),
            law=rule.law,
            escalates=rule.escalates,
            formerly=tuple((former.until, former.target) for former in rule.formerly),
            ends_as=rule.ends_as,
            only_if=rule.only_if,
            unless=rule.unless,
            passes=rule.passes,
            valid_from=rule.valid_from,
            valid_until=rule.valid_until,
        )
        for rule in written
    )
    must_not_overlap(rules)
    return rules


def _name_of(calendar: BusinessCalendar, *rules: object) -> str:
    hours = (calendar.zone.key, calendar.hours, calendar.region, sorted(calendar.closed))
    return hashlib.blake2b(repr((hours, rules)).encode(), digest_size=8).hexdigest()
