"""What is known about cases that are locked, for whoever changes them without a new contact."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from sqlalchemy.ext.asyncio import AsyncConnection

from services.review import accounts_store, store
from services.review.domain.accounts import account_key
from services.review.domain.known import Known
from services.review.domain.ledger import Ledger
from shared.contract.case_file import CaseFileUpdated
from shared.contract.people import PersonChanged
from shared.contract.reference import ClientChanged, PolicyChanged
from shared.programmes import Programmes


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What some cases rest on: their policies, ledgers, clients, and the accounts they name.

    Attributes:
        programmes: All programmes.
        now: The instant of the change.
        ledgers: By policy number; locked by whoever changes money.
        policies: By policy number.
        clients: By client id.
        accounts: By account, the clients known to have it or to name it.
    """

    programmes: Programmes
    now: datetime
    ledgers: Mapping[str, Ledger]
    policies: Mapping[str, PolicyChanged]
    clients: Mapping[str, ClientChanged]
    accounts: Mapping[str, Collection[str]]

    @classmethod
    async def of(
        cls,
        connection: AsyncConnection,
        programmes: Programmes,
        now: datetime,
        cases: Collection[CaseFileUpdated],
        ledgers: Mapping[str, Ledger],
    ) -> Self:
        """Look everything up in three statements, however many cases there are."""
        numbers = {case.policy_number for case in cases if case.policy_number}
        policies = await store.load_policies(connection, numbers)
        ids = {case.sender_client_id for case in cases if case.sender_client_id}
        ids |= {policy.holder_client_id for policy in policies.values()}
        named = {account_key(case.claim.unconfirmed_iban) for case in cases if case.claim}
        return cls(
            programmes,
            now,
            ledgers,
            policies,
            await store.load_clients(connection, ids),
            await accounts_store.users_of(connection, {key for key in named if key}),
        )

    def known(self, case: CaseFileUpdated, colleague: PersonChanged | None = None) -> Known:
        """What is known when this case changes, by a colleague's act or by itself."""
        policy = self.policies.get(case.policy_number or "")
        ledger = self.ledgers.get(case.policy_number or "")
        holder = self.clients.get(policy.holder_client_id) if policy else None
        sender = case.sender_client_id
        return Known(
            programmes=self.programmes,
            now=self.now,
            client=self.clients.get(sender) if sender else holder,
            policy=policy,
            past_claims=ledger.others(case.case_id) if ledger else (),
            accounts=self.accounts,
            holder=holder,
            colleague=colleague,
        )
