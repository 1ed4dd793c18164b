"""What review is told by its environment."""

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Review needs nothing beyond what every service is told."""
