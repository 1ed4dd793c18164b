"""Programmes as data: what an insurer's product or an agency's scheme says, versioned by day.

`load_programmes()` reads the files once at start; `data/` holds the shipped examples. A desk with
programmes of its own points `CLAIMSDESK_PROGRAMMES_DIR` at a folder with the same layout.
"""

from shared.programmes.loading import ProgrammeError, Programmes, load_programmes
from shared.programmes.models import ClockRule, DeskRules, Reason
from shared.programmes.programme import Programme, ProgrammeVersion
from shared.programmes.terms import ArithmeticStepName, Benefit

__all__ = [
    "ArithmeticStepName",
    "Benefit",
    "ClockRule",
    "DeskRules",
    "Programme",
    "ProgrammeError",
    "ProgrammeVersion",
    "Programmes",
    "Reason",
    "load_programmes",
]
