"""Review: owns cases, assessments, checklists and every decision, a supervisor's too.

Consumes `claims.contacts.v1`, `claims.clocks.v1`, `departments.<name>.answers.v1` and the reference
topics of policies, clients and people. Emits `claims.case-file.v1` (internal, complete),
`claims.cases.v1` (public) and `departments.<name>.tasks.v1`.

Way of a claim: `agents.py` takes a batch of contacts → `touched.py` loads and locks what they
touch; one that is ahead of its policy waits (`waiting.py`) → in `reviewing.py`, `domain/case.py`
opens or continues each case, `domain/assessment.py` runs `checks/` → the new case files are stored
and emitted in the same transaction. People decide through `api/`, departments answer through
`departments.py`; what time limits that pass do to a case is in `following.py`.
"""
