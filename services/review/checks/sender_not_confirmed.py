"""Nobody knows for certain who wrote or called."""

from collections.abc import Iterator

from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity
from shared.contract.contacts import Channel

CODE = "sender_not_confirmed"
GROUP = FindingGroup.PROCESSING_ERROR
SEVERITIES = (Severity.REFER,)
REASON = None
TEXT = {
    "de": "Die Identität des Absenders ist nicht bestätigt ({channel}).",
    "en": "The sender's identity is not confirmed ({channel}).",
}


def check(subject: ClaimUnderReview) -> Iterator[Finding]:
    """Refer a mail or call of an unconfirmed sender.

    A mail's sender proves nothing without an aligned signature, a caller without check questions.
    A letter has no such proof; it is answered by post to the address on record.
    """
    if subject.client_id is None and subject.channel is not Channel.LETTER:
        yield Finding(
            code=CODE,
            group=GROUP,
            severity=Severity.REFER,
            facts={"channel": subject.channel.value},
        )
