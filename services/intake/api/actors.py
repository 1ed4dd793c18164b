"""Who may do what at intake."""

from typing import Annotated, Final

from fastapi import Depends

from shared.auth import Actor, requires

STAFF: Final = ("trainee", "representative", "senior_representative", "supervisor")

Writer = Annotated[Actor, Depends(requires(*STAFF))]
"""Who takes calls and letters."""
Representative = Annotated[Actor, Depends(requires(*STAFF[1:]))]
"""Who decides where a contact belongs; a trainee learns it first."""
Reader = Annotated[Actor, Depends(requires(*STAFF, "auditor", "administrator"))]
ClientSystem = Annotated[Actor, Depends(requires("client_system"))]
"""A system of a client's own; it vouches only for the clients that its token names."""
