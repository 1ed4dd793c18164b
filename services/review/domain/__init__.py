"""The pure domain of review: what a claim is worth, and what happens to a case.

Nothing here reads a clock, a database or the network; `now` and everything known is passed in.
Begin with `case.py` (what a contact does to a case), then `assessment.py` (what a claim is worth)
and `services/review/checks/` (one rule per file).
"""
