"""A recorded decision assessed again: equal, or exactly what differs."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from pydantic import Field

from services.review.domain.assessment import assess
from services.review.domain.record import Record
from shared.contract.assessment import ArithmeticStep, AssessedLine, Assessment, Finding
from shared.contract.base import Body
from shared.programmes import Programmes, ProgrammeVersion

NOTHING_THERE = ""


class Difference(Body):
    """One thing that an assessment says otherwise than the recorded one."""

    what: str = Field(description="finding, claimed, covered, step, recommendation and so on.")
    line_id: int | None = Field(default=None, description="None: about the whole claim.")
    code: str = Field(default="", description="Of the finding or the step.")
    recorded: str = Field(default=NOTHING_THERE, description="Empty: it was not there.")
    now: str = Field(default=NOTHING_THERE, description="Empty: it is not there.")


class Replay(Body):
    """What became of a record when it was assessed again.

    Attributes:
        equal: The same inputs and the same terms gave the same assessment.
        differences: What differs if not: the program's rules are no longer those of the decision.
        programme_today: The version of today's programme file for the day of loss.
        today: What today's file says otherwise than the recorded assessment; None when it has no
            terms for that day.
    """

    decision_id: str
    case_id: str
    outcome: str
    equal: bool
    differences: tuple[Difference, ...]
    programme: str | None
    programme_version: str | None
    programme_today: str | None
    today: tuple[Difference, ...] | None


def replay(record: Record, terms: ProgrammeVersion | None, programmes: Programmes) -> Replay:
    """Assess a record again, with its own terms and with today's.

    Args:
        record: The record.
        terms: The stored terms that it names; None when it names none.
        programmes: Today's programmes.
    """
    recorded = record.case.assessment
    assert recorded is not None
    differences = tuple(differ(recorded, assess(record.subject(terms))))
    today = _todays_terms(record, programmes)
    by_today = tuple(differ(recorded, assess(record.subject(today)))) if today else None
    decision = record.case.decisions[-1]
    return Replay(
        decision_id=decision.decision_id,
        case_id=record.case.case_id,
        outcome=decision.outcome,
        equal=not differences,
        differences=differences,
        programme=recorded.programme,
        programme_version=recorded.programme_version,
        programme_today=today.version if today else None,
        today=by_today,
    )


def differ(recorded: Assessment, now: Assessment) -> Iterator[Difference]:
    """Everything in which two assessments differ, down to the step of a line."""
    yield from _findings(recorded.findings, now.findings)
    yield from _lines(recorded.lines, now.lines)
    for name in (
        "programme",
        "programme_version",
        "policy_revision",
        "currency",
        "claimed",
        "covered",
        "recommendation",
        "straight_through",
    ):
        yield from _value(name, getattr(recorded, name), getattr(now, name))
    yield from _value("reasons", ", ".join(recorded.reasons), ", ".join(now.reasons))


def _todays_terms(record: Record, programmes: Programmes) -> ProgrammeVersion | None:
    claim = record.case.claim
    if record.policy is None or claim is None:
        return None
    day = claim.date_of_loss or record.inputs["today"]
    return programmes.version_on(record.policy.programme, day)


def _findings(recorded: Iterable[Finding], now: Iterable[Finding]) -> Iterator[Difference]:
    before = Counter(map(_finding, recorded))
    after = Counter(map(_finding, now))
    gone, new = list((before - after).elements()), list((after - before).elements())
    for code, line_id, said in gone:
        other = next((each for each in new if each[:2] == (code, line_id)), None)
        if other is not None:
            new.remove(other)
        yield Difference(
            what="finding",
            code=code,
            line_id=line_id,
            recorded=said,
            now=other[2] if other else NOTHING_THERE,
        )
    for code, line_id, said in new:
        yield Difference(what="finding", code=code, line_id=line_id, now=said)


def _finding(finding: Finding) -> tuple[str, int | None, str]:
    facts = ", ".join(f"{name}: {value}" for name, value in sorted(finding.facts.items()))
    said = f"{finding.severity} ({facts})" if facts else str(finding.severity)
    return finding.code, finding.line_id, said


def _lines(recorded: Sequence[AssessedLine], now: Sequence[AssessedLine]) -> Iterator[Difference]:
    after = {line.line_id: line for line in now}
    for line in recorded:
        other = after.pop(line.line_id, None)
        if other is None:
            yield Difference(what="line", line_id=line.line_id, recorded=str(line.claimed))
            continue
        for name in ("benefit", "claimed", "covered"):
            yield from _value(name, getattr(line, name), getattr(other, name), line.line_id)
        yield from _steps(line, other)
    for line in after.values():
        yield Difference(what="line", line_id=line.line_id, now=str(line.claimed))


def _steps(recorded: AssessedLine, now: AssessedLine) -> Iterator[Difference]:
    before = {step.step: _step(step) for step in recorded.steps}
    after = {step.step: _step(step) for step in now.steps}
    for step in dict.fromkeys((*before, *after)):
        was, is_now = before.get(step, NOTHING_THERE), after.get(step, NOTHING_THERE)
        if was != is_now:
            yield Difference(
                what="step", line_id=recorded.line_id, code=step, recorded=was, now=is_now
            )


def _step(step: ArithmeticStep) -> str:
    basis = f" ({step.basis})" if step.basis else ""
    return f"{step.before:.2f} → {step.after:.2f}{basis}"


def _value(
    what: str, recorded: object, now: object, line_id: int | None = None
) -> Iterator[Difference]:
    if recorded != now:
        yield Difference(what=what, line_id=line_id, recorded=_said(recorded), now=_said(now))


def _said(value: object) -> str:
    if value is None:
        return NOTHING_THERE
    return f"{value:.2f}" if isinstance(value, Decimal) else str(value)
