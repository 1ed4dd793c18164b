"""What the desk knows when something reaches a case."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from services.review.domain.subject import PastClaim
from shared.contract.contacts import ClaimDetails
from shared.contract.people import PersonChanged
from shared.contract.reference import ClientChanged, PolicyChanged
from shared.programmes import Programmes, ProgrammeVersion


@dataclass(frozen=True, slots=True)
class Known:
    """What the caller looked up, under the lock that decides about money.

    Attributes:
        programmes: All programmes, and the desk's own rules.
        now: The instant of this change, UTC.
        client: Who is answered: the sender where certain, otherwise the policy's holder.
        policy: The policy that the claim is on, where known.
        holder: The policy's holder, where that is somebody else than the client.
        past_claims: The other claims on this policy.
        accounts: Of accounts that this change names, the clients known to have or to name them.
        colleague: Who acts, as reference data knows them; None for the desk itself.
    """

    programmes: Programmes
    now: datetime
    client: ClientChanged | None = None
    policy: PolicyChanged | None = None
    past_claims: Sequence[PastClaim] = ()
    accounts: Mapping[str, Collection[str]] = field(default_factory=dict)
    holder: ClientChanged | None = None
    colleague: PersonChanged | None = None

    @property
    def today(self) -> date:
        """The desk's calendar day."""
        return self.programmes.desk.local_day(self.now)

    @property
    def payee(self) -> ClientChanged | None:
        """Who is paid: the policy's holder, as client administration knows them, if it does."""
        wanted = self.policy.holder_client_id if self.policy else None
        for each in (self.client, self.holder):
            if each is not None and each.client_id == wanted:
                return each
        return None

    def programme_for(self, claim: ClaimDetails) -> ProgrammeVersion | None:
        """The policy's programme as it was on the day of loss; as it is now without one."""
        if self.policy is None:
            return None
        day = claim.date_of_loss or self.today
        return self.programmes.version_on(self.policy.programme, day)
