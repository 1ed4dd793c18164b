"""What a further contact says against the claim as it stands: nobody but a person weighs that."""

from collections import Counter
from decimal import Decimal

from services.review.checks import exclusion
from services.review.domain.subject import NOTHING
from shared.contract.contacts import ClaimDetails, ContactReceived
from shared.programmes import ProgrammeVersion

_LONGEST = 500


def said_otherwise(
    claim: ClaimDetails, contact: ContactReceived, programme: ProgrammeVersion | None
) -> str | None:
    """Why a person must look at a contact that what was stated first outlives.

    A later word overwrites nothing, but with it the first one is no longer certain: another day of
    loss, another policy, other amounts, or a circumstance that may exclude the benefit.

    Args:
        claim: The claim with what the contact adds.
        contact: The contact.
        programme: The terms that hold for the claim, where known.
    """
    told, against = contact.claim or ClaimDetails(), list[str]()
    if told.date_of_loss not in (None, claim.date_of_loss):
        against.append(f"another day of loss: {told.date_of_loss}")
    if told.policy_number and _key(told.policy_number) != _key(claim.policy_number or ""):
        against.append(f"another policy: {told.policy_number}")
    if amounts := _other_amounts(told, claim):
        against.append(f"other amounts: {', '.join(map(str, amounts))}")
    words = f"{contact.words.subject} {contact.words.text} {told.description}"
    if programme is not None and (hint := exclusion.hint_of(programme, claim, words)):
        against.append(f"words that hint at an exclusion: {hint}")
    return f"it says otherwise than before: {'; '.join(against)}"[:_LONGEST] if against else None


def _other_amounts(told: ClaimDetails, claim: ClaimDetails) -> list[Decimal]:
    """Amounts that are none of the claim's, unless they come to the same altogether."""
    news = [line.amount for line in told.lines if line.amount is not None]
    known = [line.amount for line in claim.lines if line.amount is not None]
    if told.currency == claim.currency and sum(news, NOTHING) == sum(known, NOTHING):
        return []
    known = known if told.currency == claim.currency else []
    return list((Counter(news) - Counter(known)).elements())


def _key(number: str) -> str:
    return "".join(filter(str.isalnum, number.casefold()))
