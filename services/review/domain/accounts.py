"""Bank accounts: one spelling for each, and whether a claim names somebody else's."""

from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache

from services.review.domain.insured import people_of
from shared.contract.reference import ClientChanged, PolicyChanged


@lru_cache(maxsize=4096)
def account_key(written: str | None) -> str | None:
    """An IBAN as it is compared: capitals and digits alone; None if nothing is left."""
    if not written:
        return None
    return "".join(filter(str.isalnum, written.upper())).removeprefix("IBAN") or None


def belongs_to_others(
    written: str | None,
    clients: Iterable[ClientChanged | None],
    policy: PolicyChanged | None,
    accounts: Mapping[str, Collection[str]],
) -> bool:
    """Is the account that a claim names known as another client's?

    An account that was confirmed for one of the clients is theirs, whoever else named it. The
    holder and the insured of one policy may share an account. Where neither client nor policy is
    known, nobody can say whose "another's" would be.

    Args:
        written: The account as the claim names it.
        clients: Who claims, and who is paid, as far as they are known.
        policy: The policy that the claim is on.
        accounts: For an account, the clients for whom it was confirmed or who named it.
    """
    key = account_key(written)
    users = accounts.get(key) if key else None
    if not users:
        return False
    family = people_of(policy) if policy else set()
    for client in clients:
        if client is None:
            continue
        if account_key(client.confirmed_iban) == key:
            return False
        family.add(client.client_id)
    return bool(family) and not family.issuperset(users)
