"""What escalation is told by its environment."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import Field

from shared.contract.people import OpeningHours
from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Escalation's own settings beside those of every service."""

    calendar_file: Path | None = None
    """Opening hours (YAML: zone, hours, region, closed) instead of the desk's own, e.g. 24/7 for
    a demonstration with short clocks."""
    attend_within: OpeningHours = timedelta(hours=2)
    """Opening hours (ISO 8601, `PT2H`) until an escalation that nobody accepted goes one level
    higher, where the team's level says nothing else."""
    decide_within: OpeningHours = timedelta(hours=20)
    """Opening hours until an accepted escalation that was neither decided nor returned does."""
    sample_seconds: Annotated[float, Field(gt=0)] = 15.0
    """How often the clocks and escalations are counted for `/metrics`, at most."""
