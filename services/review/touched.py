"""Everything that a batch of contacts touches, loaded and locked in a handful of statements.

Lock order: ledgers by policy number, then cases by id (see `store.py`).
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Self

from sqlalchemy.ext.asyncio import AsyncConnection

from services.review import accounts_store, store, waiting_store
from services.review.checks import invalid_iban
from services.review.domain.accounts import account_key
from services.review.domain.ledger import Ledger
from services.review.domain.subject import PastClaim
from services.review.waiting_store import Unknown
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseKind
from shared.contract.contacts import ContactReceived
from shared.contract.reference import ClientChanged, PolicyChanged
from shared.ids import derived_case_id


@dataclass
class Touched:
    """Cases, policies, ledgers and clients of a batch, as they are so far within it."""

    cases: dict[str, CaseFileUpdated] = field(default_factory=dict)
    ledgers: dict[str, Ledger] = field(default_factory=dict)
    policies: dict[str, PolicyChanged] = field(default_factory=dict)
    only_policies: dict[str, str] = field(default_factory=dict)
    clients: dict[str, ClientChanged] = field(default_factory=dict)
    waited_for: Collection[str] = ()
    accounts: dict[str, set[str]] = field(default_factory=dict)
    new_accounts: list[tuple[str, str]] = field(default_factory=list)
    changed_ledgers: set[str] = field(default_factory=set)
    changes: list[store.StoredCase] = field(default_factory=list)

    @classmethod
    async def by(cls, connection: AsyncConnection, contacts: Sequence[ContactReceived]) -> Self:
        """Load and lock what these contacts touch."""
        touched = cls()
        quoted = {contact.case_id for contact in contacts if contact.case_id}
        numbers = set((await store.policies_of_cases(connection, quoted)).values())
        numbers |= {contact.claim.policy_number for contact in contacts if contact.claim}
        touched.only_policies = await store.only_policies(
            connection, {c.client_id for c in contacts if c.client_id and not _number_of(c)}
        )
        wanted = {number for number in numbers if number} | set(touched.only_policies.values())
        touched.ledgers = await store.lock_ledgers(connection, wanted)
        touched.policies = await store.load_policies(connection, wanted)
        touched.cases = await store.load_cases(connection, quoted, lock=True)
        touched.waited_for = await waiting_store.cases_waited_for(connection, quoted)
        client_ids = {contact.client_id for contact in contacts if contact.client_id}
        client_ids |= {policy.holder_client_id for policy in touched.policies.values()}
        touched.clients = await store.load_clients(connection, client_ids)
        claims = [contact.claim for contact in contacts]
        claims += [case.claim for case in touched.cases.values()]
        named = {account_key(claim.unconfirmed_iban) for claim in claims if claim}
        touched.accounts = await accounts_store.users_of(connection, {key for key in named if key})
        return touched

    def early(self, contacts: Iterable[ContactReceived]) -> dict[str, Unknown]:
        """By contact id, the contacts that came before what they are about, and what that is.

        A contact that quotes a case for which another one waits is one of them, for the order.
        """
        early: dict[str, Unknown] = {}
        waited_for = set(self.waited_for)
        for contact in contacts:
            unknown = self._unknown(contact)
            if unknown is None and contact.case_id not in waited_for:
                continue
            early[contact.contact_id] = unknown or Unknown()
            if contact.case_id:
                waited_for.add(contact.case_id)
        return early

    def policy_for(
        self, contact: ContactReceived, case: CaseFileUpdated | None
    ) -> PolicyChanged | None:
        """The policy that a contact is about."""
        return self.policies.get(self._number_for(contact, case) or "")

    def client_for(
        self, contact: ContactReceived, policy: PolicyChanged | None
    ) -> ClientChanged | None:
        """Who is answered: the sender where that is certain, otherwise the policy's holder."""
        if contact.client_id:
            return self.clients.get(contact.client_id)
        return self.holder_of(policy)

    def holder_of(self, policy: PolicyChanged | None) -> ClientChanged | None:
        """A policy's holder, as client administration knows them."""
        return self.clients.get(policy.holder_client_id) if policy else None

    def ledger_of(self, policy: PolicyChanged | None) -> Ledger | None:
        """The claims on a policy, as they are so far within the batch."""
        return self.ledgers.get(policy.policy_number) if policy else None

    def past_claims(self, policy: PolicyChanged | None, case_id: str) -> Sequence[PastClaim]:
        """The other claims on a policy."""
        ledger = self.ledger_of(policy)
        return ledger.others(case_id) if ledger else ()

    def note(self, stored: store.StoredCase) -> None:
        """A case is now like this; the rest of the batch sees it."""
        case = stored.case
        self.cases[case.case_id] = case
        self.changes.append(stored)
        ledger = self.ledgers.get(case.policy_number or "")
        if case.kind is CaseKind.CLAIM and ledger is not None:
            self.ledgers[ledger.policy_number] = ledger.with_case(case)
            self.changed_ledgers.add(ledger.policy_number)
        self._note_account(case)

    def _note_account(self, case: CaseFileUpdated) -> None:
        """A client named an account in a claim; what can be no account is nobody's."""
        iban = account_key(case.claim.unconfirmed_iban) if case.claim else None
        if iban is None or case.client is None or case.assessment is None:
            return
        users = self.accounts.setdefault(iban, set())
        if case.client.client_id in users:
            return
        if any(finding.code == invalid_iban.CODE for finding in case.assessment.findings):
            return
        users.add(case.client.client_id)
        self.new_accounts.append((iban, case.client.client_id))

    def _number_for(self, contact: ContactReceived, case: CaseFileUpdated | None) -> str | None:
        """The number of the policy that a contact is about.

        The one of its case, so that a number in a later mail moves no case to another policy;
        else the one it names, else the only one its client holds.
        """
        return (
            (case.policy_number if case else None)
            or _number_of(contact)
            or self.only_policies.get(contact.client_id or "")
        )

    def _unknown(self, contact: ContactReceived) -> Unknown | None:
        number = self._number_for(contact, self.cases.get(contact.case_id or ""))
        policy = self.policies.get(number or "")
        if policy is not None and policy.holder_client_id in self.clients:
            number = None
        client_id = None if contact.client_id in self.clients else contact.client_id
        return Unknown(number, client_id) if number or client_id else None

    async def save(self, connection: AsyncConnection, case_of_contact: dict[str, str]) -> None:
        """Store what the contacts changed."""
        await store.save_cases(connection, self.changes, case_of_contact)
        await store.save_ledgers(connection, [self.ledgers[n] for n in self.changed_ledgers])
        await accounts_store.keep_users(connection, self.new_accounts)


async def new_case_ids(
    connection: AsyncConnection, contacts: Iterable[ContactReceived]
) -> dict[str, str]:
    """An unused case id per contact that might open a case."""
    ids = {contact.contact_id: derived_case_id("case", contact.contact_id) for contact in contacts}
    taken = await store.taken_case_ids(connection, set(ids.values()))
    attempt = 0
    while taken or len(set(ids.values())) < len(ids):
        attempt += 1
        used: set[str] = set(taken)
        for contact_id, case_id in ids.items():
            if case_id in used:
                ids[contact_id] = derived_case_id("case", contact_id, str(attempt))
            used.add(ids[contact_id])
        taken = await store.taken_case_ids(connection, set(ids.values()))
    return ids


def _number_of(contact: ContactReceived) -> str | None:
    return contact.claim.policy_number if contact.claim else None
