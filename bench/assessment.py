"""How many claims the pure domain assesses per second on one core.

`python -m bench.assessment [claims]` prints assessments per second (every check, the arithmetic,
the recommendation) and whole cases per second (a contact to its first case file).
`full_shape_claims` makes the claims; the other benchmarks use it too, so that all measure the
same work: 3 lines, 5 past claims on the policy, every fifth claim with findings, fresh keys.
"""

import gc
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from services.review.checks import CHECKS
from services.review.domain.assessment import assess
from services.review.domain.case import open_case
from services.review.domain.known import Known
from services.review.domain.subject import ClaimUnderReview, PastClaim
from shared.contract.contacts import (
    Channel,
    ClaimDetails,
    ClaimLine,
    ContactReceived,
    ContactText,
    Document,
    DocumentKind,
    Intent,
    Language,
    Sender,
)
from shared.contract.reference import ClientChanged, PolicyChanged, PolicyVersion, PostalAddress
from shared.ids import derived_case_id, random_id
from shared.programmes import Programmes, load_programmes

NOW = datetime(2026, 6, 15, 9, 30, tzinfo=UTC)
TODAY = date(2026, 6, 15)
FINDINGS_EVERY = 5
"""Every fifth claim has findings."""


@dataclass(frozen=True, slots=True)
class FullShapeClaim:
    """A contact that claims, and what the desk knows about its policy."""

    contact: ContactReceived
    client: ClientChanged
    policy: PolicyChanged
    past_claims: tuple[PastClaim, ...]


def full_shape_claims(count: int) -> Iterator[FullShapeClaim]:
    """Claims of the domain's full shape, each on a policy and by a client of its own."""
    for number in range(count):
        yield _claim(number, with_findings=number % FINDINGS_EVERY == 0)


def _claim(number: int, *, with_findings: bool) -> FullShapeClaim:
    key = random_id()
    policy_number = f"HH-{key[:8]}"
    client_id = f"client-{key}"
    kinds = [DocumentKind.ORIGINAL, DocumentKind.INVOICE, DocumentKind.POLICE_REPORT]
    iban = _iban(key)
    third = Decimal("120.00")
    if with_findings:
        # In turn: a missing document, an amount over the limit, a loss claimed before.
        kinds = kinds[:2] if number % 3 == 0 else kinds
        third = Decimal("2400.00") if number % 3 == 1 else third
    day = TODAY - timedelta(days=5)
    past = tuple(_past(key, each) for each in range(5))
    if with_findings and number % 3 == 2:
        past = (*past[:4], _past(key, 3, day))
    contact = ContactReceived(
        contact_id=key,
        channel=Channel.EMAIL,
        received_at=NOW - timedelta(minutes=1),
        language=Language.GERMAN,
        intent=Intent.CLAIM,
        intent_evidence="Schaden melden",
        client_id=client_id,
        sender=Sender(name="Erika Beispiel", address=f"{key}@client.example", authenticated=True),
        words=ContactText(
            subject="Schadenmeldung Fahrrad",
            text="Sehr geehrte Damen und Herren, mein Fahrrad wurde gestohlen. " * 8,
        ),
        claim=ClaimDetails(
            policy_number=policy_number,
            date_of_loss=day,
            description="Fahrrad mit Zubehör aus dem Keller gestohlen",
            lines=(
                _line(1, key, "Fahrrad", Decimal("249.90")),
                _line(2, key, "Schloss", Decimal("59.95")),
                _line(3, key, "Gepäcktaschen", third),
            ),
            unconfirmed_iban=iban,
        ),
        documents=tuple(_document(key, kind) for kind in kinds),
    )
    client = ClientChanged(
        client_id=client_id,
        name="Erika Beispiel",
        salutation="Sehr geehrte Frau Beispiel",
        emails=(f"{key}@client.example",),
        email_consent=True,
        postal_address=PostalAddress(lines=("Erika Beispiel", "Weg 1", "10115 Berlin")),
        confirmed_iban=iban,
        revision=1,
    )
    policy = PolicyChanged(
        policy_number=policy_number,
        programme="household",
        holder_client_id=client_id,
        versions=(
            PolicyVersion(valid_from=date(2021, 3, 1), valid_to=date(2023, 12, 31)),
            PolicyVersion(valid_from=date(2024, 1, 1)),
        ),
        first_premium_paid_on=date(2021, 3, 1),
        revision=1,
    )
    return FullShapeClaim(contact, client, policy, past)


def _iban(key: str) -> str:
    """An account of this key's own, with right check digits."""
    bban = f"{int.from_bytes(key.encode()) % 10**18:018}"
    return f"DE{98 - int(f'{bban}131400') % 97:02}{bban}"


def _line(line_id: int, key: str, description: str, amount: Decimal) -> ClaimLine:
    return ClaimLine(
        line_id=line_id,
        description=description,
        benefit="bicycle_theft",
        amount=amount,
        invoice_number=f"R-{key[:8]}-{line_id}",
    )


def _document(key: str, kind: DocumentKind) -> Document:
    return Document(
        document_id=f"{key}-{kind.value}"[:64],
        kind=kind,
        media_type="application/pdf",
        size=48_213,
        sha256=key.replace("-", "") * 2,
    )


def _past(key: str, number: int, day: date | None = None) -> PastClaim:
    return PastClaim(
        case_id=derived_case_id(key, str(number)),
        date_of_loss=day or date(2022 + number, 1 + 2 * number, 10),
        benefits={("bicycle_theft", "glass", "theft")[number % 3]: Decimal("180.00")},
        invoice_numbers=frozenset({f"R-{key[:8]}-past-{number}"}),
    )


def _subject(shape: FullShapeClaim, programmes: Programmes) -> ClaimUnderReview:
    claim = shape.contact.claim
    assert claim is not None
    assert claim.date_of_loss is not None
    return ClaimUnderReview(
        claim=claim,
        policy=shape.policy,
        programme=programmes.version_on(shape.policy.programme, claim.date_of_loss),
        past_claims=shape.past_claims,
        documents=shape.contact.documents,
        client_id=shape.contact.client_id,
        channel=shape.contact.channel,
        reported_on=TODAY,
        today=TODAY,
    )


def _per_second(run: Callable[[FullShapeClaim], object], shapes: Sequence[FullShapeClaim]) -> float:
    """The best of five passes, in CPU time of this process."""
    best = float("inf")
    for _ in range(5):
        gc.collect()
        begun = time.process_time()
        for shape in shapes:
            run(shape)
        best = min(best, time.process_time() - begun)
    return len(shapes) / best


def _cost_of_checks(
    shapes: Sequence[FullShapeClaim], programmes: Programmes
) -> Iterator[tuple[float, str]]:
    """What each check of facts costs a claim, in microseconds, with its code."""
    subjects = [_subject(shape, programmes) for shape in shapes[:1000]]
    for module in CHECKS:
        begun = time.process_time()
        for subject in subjects:
            list(module.check(subject))
        yield (time.process_time() - begun) * 1e6 / len(subjects), module.CODE


def main(count: int) -> None:
    """Print what was measured."""
    programmes = load_programmes()
    shapes = list(full_shape_claims(count))
    found = [assess(_subject(shape, programmes)) for shape in shapes]
    straight = sum(each.straight_through for each in found)
    with_findings = sum(bool(each.findings) for each in found)
    print(f"{count} claims: {straight} straight through, {with_findings} with findings")
    rate = _per_second(lambda shape: assess(_subject(shape, programmes)), shapes)
    print(f"assessments per second and core: {rate:,.0f} ({1e6 / rate:.0f} µs each)")
    dearest = sorted(_cost_of_checks(shapes, programmes), reverse=True)[:5]
    print("dearest checks: " + ", ".join(f"{code} {cost:.1f} µs" for cost, code in dearest))

    def opened(shape: FullShapeClaim) -> object:
        known = Known(programmes, NOW, shape.client, shape.policy, shape.past_claims)
        return open_case(shape.contact, derived_case_id(shape.contact.contact_id), known)

    rate = _per_second(opened, shapes)
    print(f"contact to case file, per second and core: {rate:,.0f} ({1e6 / rate:.0f} µs each)")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000)
