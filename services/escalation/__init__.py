"""Escalation: owns the clocks of every case, and the way of a case to a supervisor and back.

Consumes `claims.case-file.v1`, `claims.notices.v1` (when a decision was sent) and
`reference.people.v1`. Emits `claims.clocks.v1`: warnings,
breaches, before whom each escalation is, and what became of it; review, which makes every decision,
acts on them.

Way of a time limit: `agents.py` and `notices.py` note what happened to each case →
`domain/clocks.py` reads from these facts when each clock warns and is due → `firing.py` claims the
cases whose time has come, tells it once, and escalates an overdue case → `raising.py` puts it
before a supervisor, and higher when it is left lying, as `domain/chain.py` says → who accepts,
returns or hands it on through `api/`.
"""
