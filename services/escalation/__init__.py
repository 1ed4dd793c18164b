"""Escalation: owns the clocks of every case, and the way of a case to a supervisor and back.

Consumes `claims.case-file.v1`. Emits `claims.clocks.v1`: warnings, breaches, and what became of
each escalation; review, which makes every decision, acts on them.

Way of a time limit: `agents.py` notes each case file's facts → `domain/clocks.py` reads from them
when each clock warns and is due → `firing.py` claims the cases whose time has come, tells it once,
and hands an overdue case to a supervisor, who accepts or returns it through `api.py`.
"""
