"""`reference.*.v1`: policies and clients as policy administration knows them.

Compacted topics keep one record per key, so a policy's record holds all its versions: the day of
loss decides which one counts.
"""

from datetime import date
from typing import Literal

from pydantic import Field

from shared.contract.base import Amount, Body, Identifier, PersonalData, Revision, ShortText
from shared.contract.contacts import Language


class InsuredPerson(PersonalData):
    """Somebody whose expenses a policy covers."""

    name: ShortText = ""
    client_id: Identifier | None = None
    relation: Literal["holder", "spouse", "child", "other"] = "other"
    date_of_birth: date | None = None


class PremiumReminder(Body):
    """A later premium that was not paid on time, and the reminder of it (VVG §38)."""

    due_on: date
    reminded_on: date = Field(description="When the reminder reached the holder.")
    period_ends_on: date = Field(description="Last day to pay; at least two weeks are given.")
    paid_on: date | None = None


class PolicyVersion(Body):
    """The policy's terms from one day to the next change."""

    valid_from: date
    valid_to: date | None = Field(default=None, description="Last day, inclusive; open if absent.")
    sum_insured: Amount | None = None
    insured_value: Amount | None = Field(
        default=None, description="Value of what is insured, for underinsurance (VVG §75)."
    )
    benefits: tuple[Identifier, ...] = Field(
        default=(), description="Covered benefit codes; empty: all of the programme."
    )
    insured_clients: tuple[Identifier, ...] = ()
    insured_persons: tuple[InsuredPerson, ...] = Field(
        default=(),
        description="Whose expenses are covered; empty: the holder's, and anybody's "
        "where the programme does not ask.",
    )
    deductible: Amount | None = Field(
        default=None, description="Agreed in this contract, instead of the programme's."
    )


class PolicyChanged(Body):
    """`reference.policy.changed.v1`: a client's contract with its whole history."""

    policy_number: Identifier
    programme: Identifier
    holder_client_id: Identifier
    currency: str = Field(default="EUR", min_length=3, max_length=3)
    versions: tuple[PolicyVersion, ...] = Field(min_length=1)
    cancelled_from: date | None = Field(default=None, description="First day without cover.")
    first_premium_paid_on: date | None = Field(
        default=None, description="VVG §37: no cover before the first premium was paid."
    )
    premium_reminders: tuple[PremiumReminder, ...] = ()
    revision: Revision = Field(description="Grows with every correction; the highest counts.")

    def version_on(self, day: date) -> PolicyVersion | None:
        """The version in force on a day, or None when there is none.

        A version that nobody closed ends with the next change: of several the latest counts.
        """
        found: PolicyVersion | None = None
        for version in self.versions:
            if (
                version.valid_from <= day
                and (version.valid_to is None or day <= version.valid_to)
                and (found is None or version.valid_from >= found.valid_from)
            ):
                found = version
        return found


class PostalAddress(PersonalData):
    """Where letters go, in the order in which the lines are printed."""

    lines: tuple[ShortText, ...] = Field(min_length=1, max_length=6)
    country: str = Field(default="DE", min_length=2, max_length=2)


class ClientChanged(PersonalData):
    """`reference.client.changed.v1`: a client as client administration knows them."""

    client_id: Identifier
    name: ShortText
    salutation: ShortText = Field(default="", description="E.g. 'Sehr geehrte Frau Müller'.")
    language: Language = Language.GERMAN
    emails: tuple[ShortText, ...] = ()
    email_consent: bool = False
    phones: tuple[ShortText, ...] = ()
    postal_address: PostalAddress | None = None
    date_of_birth: date | None = None
    confirmed_iban: str | None = Field(default=None, max_length=34)
    revision: Revision
