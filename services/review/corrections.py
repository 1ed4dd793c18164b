"""Late corrections of policies: the claims that they touch, found and changed set by set."""

from collections.abc import Sequence

from services.review import store
from services.review.domain.correction import Correction, Recorded, correct
from services.review.knowing import Knowledge
from services.review.publication import publish
from services.review.records import load_records, load_terms
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import DECIDED
from shared.messaging.processing import UnitOfWork
from shared.programmes import Programmes


async def correct_cases(
    work: UnitOfWork, programmes: Programmes, corrections: Sequence[Correction]
) -> None:
    """Let the claims on corrected policies follow, each under the locks of its money.

    A policy's ledger names its claims, so policies without any cost one statement together.
    Repeating it changes nothing: a revision is stored once.
    """
    of_policy = {correction.after.policy_number: correction for correction in corrections}
    ledgers = await store.lock_ledgers(work.connection, of_policy)
    case_ids = {past.case_id for ledger in ledgers.values() for past in ledger.claims}
    cases = await store.load_cases(work.connection, case_ids, lock=True)
    if not cases:
        return
    knowledge = await Knowledge.of(
        work.connection, programmes, work.now, list(cases.values()), ledgers
    )
    recorded = await _recorded(work, list(cases.values()))
    changes: list[store.StoredCase] = []
    for case_id, case in sorted(cases.items()):
        correction = of_policy.get(case.policy_number or "")
        if correction is None:
            continue
        after = correct(case, correction, recorded.get(case_id), knowledge.known(case))
        if after is not None:
            changes.append(publish(work, case, after))
    await store.save_cases(work.connection, changes, {})


async def _recorded(work: UnitOfWork, cases: Sequence[CaseFileUpdated]) -> dict[str, Recorded]:
    """By case, what its last decision rested on."""
    decided = {
        case.decisions[-1].decision_id: case.case_id
        for case in cases
        if case.state in DECIDED and case.decisions
    }
    stored = await load_records(work.connection, list(decided))
    read = {decided[each.decision_id]: each.read() for each in stored.values()}
    hashes = {record.terms for record in read.values() if record.terms}
    terms = await load_terms(work.connection, list(hashes))
    return {
        case_id: Recorded(record, terms.get(record.terms or "")) for case_id, record in read.items()
    }
