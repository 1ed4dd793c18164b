"""The sample reference data once more, under other numbers and addresses.

On a desk that has seen the samples before, a repeat would rightly look like the same claim made
twice. A running desk therefore gets a copy of every sample client and policy for each demo, and
`{{fresh:…}}` in a contact stands for the copy's number or address.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from claimsdesk.policies import Reference
from shared.contract.reference import ClientChanged, PolicyChanged

_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
_LAST_NUMBER = 999_999


@dataclass(frozen=True, slots=True)
class FreshReference:
    """A copy, and what each number and address of the original became in it."""

    reference: Reference
    names: Mapping[str, str]


def fresh_copy(original: Reference) -> FreshReference:
    """A copy of clients and policies that no desk has seen, the same in everything else."""
    mark = "".join(secrets.choice(_SIGNS) for _ in range(5))
    first = 100_000 + secrets.randbelow(_LAST_NUMBER - 100_000 - len(original.policies))
    names = {client.client_id: f"{client.client_id}-{mark}" for client in original.clients}
    for client in original.clients:
        names |= {address: _marked(address, mark) for address in client.emails}
    for offset, policy in enumerate(original.policies):
        # The same length and form, for intake recognises a policy number by its form.
        stem = policy.policy_number.rpartition("-")[0]
        names[policy.policy_number] = f"{stem}-{first + offset:06}"
    clients = tuple(_client(client, names) for client in original.clients)
    policies = tuple(_policy(policy, names) for policy in original.policies)
    return FreshReference(Reference(clients, policies), names)


def _marked(address: str, mark: str) -> str:
    user, _, domain = address.rpartition("@")
    return f"{user}.{mark}@{domain}"


def _client(client: ClientChanged, names: Mapping[str, str]) -> ClientChanged:
    emails = tuple(names[address] for address in client.emails)
    return client.model_copy(update={"client_id": names[client.client_id], "emails": emails})


def _policy(policy: PolicyChanged, names: Mapping[str, str]) -> PolicyChanged:
    versions = tuple(
        version.model_copy(
            update={
                "insured_clients": tuple(names.get(one, one) for one in version.insured_clients)
            }
        )
        for version in policy.versions
    )
    holder = names.get(policy.holder_client_id, policy.holder_client_id)
    return policy.model_copy(
        update={
            "policy_number": names[policy.policy_number],
            "holder_client_id": holder,
            "versions": versions,
        }
    )
