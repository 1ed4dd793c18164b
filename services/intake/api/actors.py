"""Who may do what at intake."""

from typing import Annotated

from fastapi import Depends

from shared.auth import READERS, REPRESENTATIVES, STAFF, Actor, requires

Writer = Annotated[Actor, Depends(requires(*STAFF))]
"""Who takes calls and letters."""
Representative = Annotated[Actor, Depends(requires(*REPRESENTATIVES))]
"""Who decides where a contact belongs; a trainee learns it first."""
Reader = Annotated[Actor, Depends(requires(*READERS))]
ClientSystem = Annotated[Actor, Depends(requires("client_system"))]
"""A system of a client's own; it vouches only for the clients that its token names."""
