"""What escalation tells the people of its chain, on `claims.clocks.v1`."""

from typing import Literal

from pydantic import Field

from shared.contract.base import Body, Count, Identifier, Instant, ShortText
from shared.contract.people import PersonId, TeamId
from shared.contract.public import EscalationReason

RaisedBecause = Literal["opened", "unattended", "undecided", "absent", "involved", "reassigned"]
"""Why an escalation comes before somebody: it is new; nobody accepted it in time; who accepted it
left it lying; its supervisor is away or has left; has meanwhile acted on the case; or handed it on.
"""


class EscalationRaised(Body):
    """`claims.escalation.raised.v1`: the message that a case is before a supervisor now.

    It goes out during the desk's hours only, whenever the escalation was opened.
    """

    escalation_id: Identifier
    case_id: Identifier
    reason: EscalationReason
    because: RaisedBecause
    team: TeamId | None = None
    level: Count = Field(description="1 for the team's supervisors, 2 for who is above them …")
    to: PersonId | None = Field(
        default=None, description="None: nobody of the chain is there; any supervisor may take it."
    )
    deputy_for: PersonId | None = Field(default=None, description="Whose place the person takes.")
    attend_by: Instant | None = Field(
        default=None, description="When it goes one level higher; absent at the top."
    )
    words: ShortText = Field(default="", description="What a supervisor said when handing it on.")
    at: Instant
