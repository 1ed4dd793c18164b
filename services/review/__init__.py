"""Review: owns cases, assessments, checklists and every decision, a supervisor's too.

Consumes `claims.contacts.v1`, `claims.clocks.v1`, `reference.policies.v1`, `reference.clients.v1`.
Emits `claims.case-file.v1` (internal, complete) and `claims.cases.v1` (public).

Way of a claim: `agents.py` takes a batch of contacts → `touched.py` loads and locks what they
touch; one that is ahead of its policy waits (`waiting.py`) → in `reviewing.py`, `domain/case.py`
opens or continues each case, `domain/assessment.py` runs `checks/` → the new case files are stored
and emitted in the same transaction. People decide through `api.py`.
"""
