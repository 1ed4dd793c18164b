"""The chain of supervisors: before whom an escalation is, and when it goes one level higher.

An escalation is looked at when it is new, when its time to be attended is over, when an absence
begins, and after every change of the people. A look says before whom it should be at that moment;
nothing else decides that, so it does not matter which worker looks, or how often. People are told
during the desk's hours only: a look outside of them is put off until the desk opens.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from services.escalation.domain.directory import Chosen, Directory, Team
from services.escalation.domain.escalations import Escalation, Status, Step
from shared.calendar import DAY, BusinessCalendar
from shared.contract.escalations import RaisedBecause


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the chain waits, in the desk's opening hours.

    Attributes:
        calendar: The desk's.
        attend_within: Until nobody has accepted an escalation, where its level says nothing else.
        decide_within: Until who accepted it has neither decided nor returned it.
    """

    calendar: BusinessCalendar
    attend_within: timedelta
    decide_within: timedelta

    def day(self, at: datetime) -> date:
        """Return the desk's day at an instant."""
        return at.astimezone(self.calendar.zone).date()

    def opening(self, day: date) -> datetime:
        """Return when the desk opens on a day, or first after it."""
        return self.calendar.next_opening(datetime.combine(day, time(), self.calendar.zone))


def look(
    escalation: Escalation,
    directory: Directory,
    load: Mapping[str, int],
    at: datetime,
    patience: Patience,
) -> Escalation:
    """Return the escalation before whom it should be now; a greater version if that is news.

    Args:
        escalation: As stored.
        directory: Who works at the desk.
        load: How many escalations wait for whom.
        at: This instant.
        patience: How long the chain waits.
    """
    if not escalation.pending:
        return replace(escalation, acts_at=None, looked_with=directory.version)
    opening = patience.calendar.next_opening(at)
    if opening > at:
        return replace(escalation, acts_at=opening, looked_with=directory.version)
    looked = _Look(directory, load, at, patience).at_escalation(escalation)
    return replace(looked, looked_with=directory.version)


@dataclass(frozen=True, slots=True)
class _Look:
    """One look, within the desk's hours."""

    directory: Directory
    load: Mapping[str, int]
    at: datetime
    patience: Patience

    @property
    def day(self) -> date:
        return self.patience.day(self.at)

    def at_escalation(self, before: Escalation) -> Escalation:
        team = self._team(before)
        because = self._moves(before)
        if because is None:
            return self._waiting(before, team)
        from_level = before.level
        if because in ("unattended", "undecided"):
            from_level += 1
        barred = before.involved | ({before.assigned_to} if before.assigned_to else set())
        chosen = team and self.directory.choose(
            team, from_level=from_level, day=self.day, barred=barred, load=self.load
        )
        if chosen:
            assert team is not None
            return self._raised(before, team, chosen, because)
        if because in ("unattended", "undecided"):
            return self._nobody_above(before, team)
        return self._open_to_all(before, team, because)

    def _team(self, escalation: Escalation) -> Team | None:
        known = self.directory.teams.get(escalation.team or "")
        if known is not None and known.active:
            return known
        return self.directory.team_of(escalation.programme, escalation.kind)

    def _moves(self, escalation: Escalation) -> RaisedBecause | None:
        """Return why it must go to somebody else, or None while it may stay."""
        holder = escalation.assigned_to
        if holder is None:
            return escalation.because
        if holder in escalation.involved:
            return "involved"
        # Somebody of whom only their token tells can't be away, as far as the desk knows.
        if holder in self.directory.people and not self.directory.there(holder, self.day):
            return "absent"
        if escalation.attend_by is not None and escalation.attend_by <= self.at:
            return "undecided" if escalation.status is Status.ACCEPTED else "unattended"
        return None

    def _waiting(self, before: Escalation, team: Team | None) -> Escalation:
        """Stays with whom it is; who got it from a colleague is told now."""
        after = before
        if not before.announced:
            after = replace(before, announced=True, since=self.at, version=before.version + 1)
        if after.attend_by is None and after.since is not None:
            after = replace(after, attend_by=self._attend_by(after, team))
        return replace(after, acts_at=self._next_look(after, team))

    def _nobody_above(self, before: Escalation, team: Team | None) -> Escalation:
        """Stays with whom it is: at the top for good, else until somebody above is back."""
        if team is None or before.level >= len(team.levels):
            after = replace(before, attend_by=None)
            return replace(after, acts_at=self._next_look(after, team))
        return replace(before, acts_at=self.patience.opening(self.day + DAY))

    def _raised(
        self, before: Escalation, team: Team, chosen: Chosen, because: RaisedBecause
    ) -> Escalation:
        after = replace(
            self._taken_back(before, because, to=chosen.person_id, level=chosen.level),
            team=team.team_id,
            level=chosen.level,
            deputy_for=chosen.deputy_for,
        )
        after = replace(after, attend_by=self._attend_by(after, team))
        return replace(after, acts_at=self._next_look(after, team))

    def _open_to_all(
        self, before: Escalation, team: Team | None, because: RaisedBecause
    ) -> Escalation:
        """Nobody of the chain is there: any supervisor may take it; told once."""
        known = self.directory.people
        if before.assigned_to is None and (before.announced or not known):
            return replace(before, acts_at=self._next_look(before, team))
        after = replace(
            self._taken_back(before, because, to=None, level=before.level),
            team=team.team_id if team else before.team,
            deputy_for=None,
        )
        return replace(after, acts_at=self._next_look(after, team))

    def _taken_back(
        self, before: Escalation, because: RaisedBecause, *, to: str | None, level: int
    ) -> Escalation:
        return replace(
            before,
            status=Status.OPENED,
            accepted_by=None,
            accepted_at=None,
            assigned_to=to,
            because=because,
            announced=True,
            since=self.at,
            attend_by=None,
            version=before.version + 1,
            steps=(*before.steps, Step("raised", self.at, to=to, level=level, because=because)),
        )

    def _attend_by(self, escalation: Escalation, team: Team | None) -> datetime | None:
        """Return when it goes higher; within the desk's hours, so that people can be told then."""
        if team is None or escalation.level >= len(team.levels) or escalation.since is None:
            return None
        within = self.patience.decide_within
        if escalation.status is Status.OPENED:
            own = team.levels[escalation.level - 1].attend_within
            within = own or self.patience.attend_within
        calendar = self.patience.calendar
        return calendar.next_opening(calendar.add(escalation.since, within))

    def _next_look(self, escalation: Escalation, team: Team | None) -> datetime | None:
        if escalation.assigned_to is None:
            # Somebody may be back tomorrow.
            return self.patience.opening(self.day + DAY) if team else None
        holder = self.directory.people.get(escalation.assigned_to)
        leaves = holder.away_after(self.day) if holder else None
        moments = (
            escalation.attend_by,
            self.patience.opening(leaves) if leaves is not None else None,
        )
        return min((moment for moment in moments if moment is not None), default=None)
