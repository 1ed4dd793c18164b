"""What review is told by its environment."""

from typing import Annotated

from pydantic import Field

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Review's own settings beside those of every service."""

    unknown_policy_wait_seconds: Annotated[float, Field(ge=0, le=3600)] = 5.0
    """So long a contact waits for a policy or client that nobody told review of yet; then it is
    reviewed without, and a person finds the right policy."""
