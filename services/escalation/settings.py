"""What escalation is told by its environment."""

from pathlib import Path

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Escalation's own settings beside those of every service."""

    calendar_file: Path | None = None
    """Opening hours (YAML: zone, hours, region, closed) instead of the desk's own, e.g. 24/7 for
    a demonstration with short clocks."""
