"""A policy that is corrected late: what it does to the claims that were made on it.

A decided claim keeps its decision, whatever the correction says; a person is asked to look. An open
one is assessed again. Nothing is decided here.
"""

from dataclasses import dataclass, replace

from services.review.domain.assessment import assess
from services.review.domain.assessment_changes import assessment_changes
from services.review.domain.known import Known
from services.review.domain.prompts import PromptCode, with_prompt
from services.review.domain.reassessment import assessed_again, reassessed
from services.review.domain.record import Record
from services.review.domain.transitions import changed
from shared.contract.assessment import Assessment
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import DECIDED, CaseState
from shared.contract.facts import PolicyCorrected
from shared.contract.reference import PolicyChanged
from shared.programmes import ProgrammeVersion


@dataclass(frozen=True, slots=True)
class Correction:
    """A policy before and after a new revision of it."""

    before: PolicyChanged
    after: PolicyChanged


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a decision rested on, and the terms that it names."""

    record: Record
    terms: ProgrammeVersion | None


def correct(
    case: CaseFileUpdated, correction: Correction, recorded: Recorded | None, known: Known
) -> CaseFileUpdated | None:
    """A claim after its policy was corrected; None if the correction does not touch it.

    Args:
        case: The case as it is.
        correction: The policy before and after.
        recorded: What its decision rested on; None if it is open, or was decided before records
            were kept.
        known: The corrected policy, its other claims, the instant.
    """
    if case.claim is None or case.assessment is None or case.state is CaseState.CLOSED:
        return None
    if case.state in DECIDED:
        return _decided(case, case.assessment, correction, recorded, known)
    again = assessed_again(case, known)
    fact = _fact(correction, case.assessment, again)
    return reassessed(case, known, because=[fact])


def _decided(
    case: CaseFileUpdated,
    assessment: Assessment,
    correction: Correction,
    recorded: Recorded | None,
    known: Known,
) -> CaseFileUpdated | None:
    if recorded is None:
        before, after = assessment, assessed_again(case, known)
    else:
        before = recorded.record.case.assessment or assessment
        after = _as_it_would_be(recorded, correction, known)
    if not assessment_changes(before, after) and not _other_version(case, correction):
        return None
    fact = _fact(correction, before, after)
    told = {
        "revision": str(fact.revision),
        "covered_before": f"{fact.covered_before:.2f}",
        "covered_after": f"{fact.covered_after:.2f}",
    }
    touched = changed(case, known.now, [fact])
    return with_prompt(touched, PromptCode.POLICY_CORRECTED, known.now, **told)


def _as_it_would_be(recorded: Recorded, correction: Correction, known: Known) -> Assessment:
    """The recorded assessment again, with nothing else known than then but the corrected policy."""
    record, terms = recorded.record, recorded.terms
    same_programme = record.policy and record.policy.programme == correction.after.programme
    if not same_programme and record.case.claim is not None:
        terms = known.programme_for(record.case.claim)
    return assess(replace(record, policy=correction.after).subject(terms))


def _other_version(case: CaseFileUpdated, correction: Correction) -> bool:
    """Do other terms of the policy hold on the day of loss?"""
    day = case.claim.date_of_loss if case.claim else None
    if day is None:
        return False
    return correction.before.version_on(day) != correction.after.version_on(day)


def _fact(correction: Correction, before: Assessment, after: Assessment) -> PolicyCorrected:
    return PolicyCorrected(
        revision=correction.after.revision,
        covered_before=before.covered,
        covered_after=after.covered,
    )
