"""For whom a claim is made: which of the policy's insured that is, and how old they were."""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from services.review.domain.subject import ClaimUnderReview
from shared.contract.contacts import Claimant
from shared.contract.reference import InsuredPerson, PolicyChanged, PolicyVersion
from shared.programmes import Benefit, ProgrammeVersion
from shared.programmes.prepared import prepared

_TRANSCRIBED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_IS_HOLDER = {"relation": "holder", "client_id": None}
"""What a list says of the holder beside their name and birth, the policy itself says better."""
_LEAST_COMMON = 2
"""So many parts of a name at least: a first name alone tells nobody."""


def claimed_for(subject: ClaimUnderReview) -> InsuredPerson | None:
    """The insured person for whom it is claimed; None if they are not known to be one.

    Without a name or number it is the policy's holder. A policy that names nobody insures its
    holder, and the clients that it lists.
    """
    version, policy = subject.version, subject.policy
    if version is None or policy is None:
        return None
    claimant, persons = subject.claim.claimant, version.insured_persons
    holder = InsuredPerson(
        name=subject.holder_name,
        client_id=policy.holder_client_id,
        relation="holder",
        date_of_birth=subject.holder_born_on,
    )
    if claimant is None or not is_named(claimant):
        told = claimant.date_of_birth if claimant else None
        claimant = Claimant(client_id=policy.holder_client_id, date_of_birth=told)
    if not persons:
        return _complete(holder, claimant) if _is(claimant, holder) else _listed(claimant, version)
    for person in persons:
        known = person
        if person.relation == "holder" or person.client_id == policy.holder_client_id:
            known = _complete(person.model_copy(update=_IS_HOLDER), holder)
        if _is(claimant, known):
            return _complete(known, claimant)
    return _listed(claimant, version)


def several_fit(subject: ClaimUnderReview) -> bool:
    """Do two insured persons fit what the claim says, such as father and son of one name?"""
    version, policy, claimant = subject.version, subject.policy, subject.claim.claimant
    if version is None or policy is None or claimant is None or not is_named(claimant):
        return False
    if claimant.client_id is not None or len(version.insured_persons) < 2:
        return False
    fitting = 0
    for person in version.insured_persons:
        holds = person.relation == "holder" or person.client_id == policy.holder_client_id
        name = person.name or (subject.holder_name if holds else "")
        born_on = person.date_of_birth or (subject.holder_born_on if holds else None)
        known = person.model_copy(update={"name": name, "date_of_birth": born_on})
        fitting += _is(claimant, known)
    return fitting > 1


def people_of(policy: PolicyChanged) -> set[str]:
    """The client numbers of everybody whom a policy knows, on any day of its history."""
    known = {policy.holder_client_id}
    for version in policy.versions:
        known.update(version.insured_clients)
        known.update(person.client_id for person in version.insured_persons if person.client_id)
    return known


def is_named(claimant: Claimant | None) -> bool:
    """Does the claim say at all for whom it is made?"""
    return claimant is not None and bool(claimant.client_id or claimant.name.strip())


def age_on(day: date, born_on: date) -> int:
    """Completed years of life at the beginning of a day.

    A year of life is completed with the end of the day before the birthday (BGB §187(2) sentence
    2), so it counts on the birthday; of somebody born on 29 February on 1 March of a common year.
    """
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def asks_for_age(benefit: Benefit, person: InsuredPerson) -> bool:
    """Does it depend on this person's age whether the benefit covers them?"""
    if benefit.min_age is not None or benefit.max_age is not None:
        return True
    return benefit.max_child_age is not None and person.relation == "child"


def _listed(claimant: Claimant, version: PolicyVersion) -> InsuredPerson | None:
    """A client whom the policy lists without saying more about them."""
    if claimant.client_id is None or claimant.client_id not in version.insured_clients:
        return None
    return InsuredPerson(
        name=claimant.name, client_id=claimant.client_id, date_of_birth=claimant.date_of_birth
    )


def _is(claimant: Claimant, person: InsuredPerson) -> bool:
    """Are they the same: by their client number, else by name and, where both say it, birth."""
    if claimant.client_id is not None and person.client_id is not None:
        return claimant.client_id == person.client_id
    birthdays = {claimant.date_of_birth, person.date_of_birth} - {None}
    return len(birthdays) < 2 and _same_name(claimant.name, person.name)


def _same_name(one: str, other: str) -> bool:
    """`Müller, Eva` is `Dr. Eva Mueller`: the shorter name's parts all stand in the longer one."""
    first, second = _parts(one), _parts(other)
    shorter = min(first, second, key=len)
    enough = len(shorter) >= _LEAST_COMMON or first == second
    return bool(shorter) and enough and first & second == shorter


def _parts(name: str) -> frozenset[str]:
    plain = unicodedata.normalize("NFC", name).casefold().translate(_TRANSCRIBED)
    signs = unicodedata.normalize("NFKD", plain)
    return frozenset("".join(map(_letter, signs)).split())


def _letter(sign: str) -> str:
    if unicodedata.combining(sign) or sign in "'’":
        return ""
    return sign if sign.isalnum() else " "


def _complete(person: InsuredPerson, told: InsuredPerson | Claimant) -> InsuredPerson:
    """The person as the policy knows them, with what it leaves open."""
    gaps = {
        field: getattr(told, field)
        for field in ("name", "client_id", "date_of_birth")
        if not getattr(person, field) and getattr(told, field)
    }
    return person.model_copy(update=gaps) if gaps else person


_Chosen = Mapping[str, Benefit]


def benefits_that(hold: Callable[[Benefit], bool]) -> Callable[[ProgrammeVersion], _Chosen]:
    """The benefits of a programme for which something holds, looked for once."""
    return prepared(
        lambda version: {
            code: benefit for code, benefit in version.benefits.items() if hold(benefit)
        }
    )


def benefits_claimed(
    subject: ClaimUnderReview, chosen: Callable[[ProgrammeVersion], _Chosen]
) -> Sequence[tuple[int, str, Benefit]]:
    """Line, benefit code and benefit of every line whose benefit is one of the chosen."""
    benefits = chosen(subject.programme) if subject.programme is not None else None
    if not benefits:
        return ()
    return [
        (line.line_id, line.benefit, benefits[line.benefit])
        for line in subject.claim.lines
        if line.benefit is not None and line.benefit in benefits
    ]
