"""How long an insurer's claim was kept from falling under the statute of limitations (VVG §15).

It is no clock of the desk: the desk does not know when the limitation began, nor does anything of
its end. What it knows is the suspension, from the filing until the decision reached the claimant.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from services.escalation.domain.clock_rules import Fact, Words
from services.escalation.domain.explanation import local_day


@dataclass(frozen=True, slots=True)
class Suspension:
    """A span in which no limitation runs.

    Attributes:
        since: The day of the filing.
        until: The day on which the decision reached the claimant; None while that is not known.
        sent: When it was sent last, if it was.
    """

    since: date
    until: date | None
    sent: date | None

    @property
    def days(self) -> int | None:
        """How many days it lasted, both its ends among them (BGB §209); None while it lasts."""
        return (self.until - self.since).days + 1 if self.until else None

    @property
    def words(self) -> Words:
        """The same as a sentence."""
        since = local_day(self.since)
        if self.until is not None:
            until = local_day(self.until)
            return Words(
                f"Die Verjährung war von {since.de} bis {until.de} gehemmt, {self.days} Tage: so "
                "lange, bis die Entscheidung zuging (§ 15 VVG).",
                f"The limitation was suspended from {since.en} to {until.en}, {self.days} days: "
                "until the decision arrived (section 15 VVG).",
            )
        if self.sent is not None:
            sent = local_day(self.sent)
            return Words(
                f"Die Verjährung ist seit {since.de} gehemmt. Die Entscheidung wurde {sent.de} "
                "abgesandt; mit ihrem Zugang endet das (§ 15 VVG).",
                f"The limitation is suspended since {since.en}. The decision was sent on {sent.en};"
                " with its arrival that ends (section 15 VVG).",
            )
        return Words(
            f"Die Verjährung ist seit {since.de} gehemmt, bis die Entscheidung zugeht (§ 15 VVG).",
            f"The limitation is suspended since {since.en} until the decision arrives "
            "(section 15 VVG).",
        )


def suspension_of(facts: Iterable[Fact], zone: ZoneInfo) -> Suspension | None:
    """Return how long no limitation runs; None for a case that was not opened yet.

    Args:
        facts: What happened to the case, in order.
        zone: The desk's.
    """
    since = until = sent = None
    for fact in facts:
        day = fact.happened_on or fact.at.astimezone(zone).date()
        match fact.name:
            case "opened":
                since = since or day
            case "decision_sent":
                sent = day
            case "decision_received":
                until = until or day
            case "decision_undelivered":
                sent = None
    return Suspension(since, until, sent) if since else None
