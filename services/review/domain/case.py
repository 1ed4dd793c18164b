"""The life of a case: what a contact, a supervisor's return and an overdue clock do to it.

Every function takes the case as it is and returns the next case file, one sequence higher, with
the facts that made the change. People's decisions are in `decisions.py`.
"""

from typing import Any

from services.review.domain.advances import with_stated_request
from services.review.domain.assessment import assess, open_questions
from services.review.domain.assessment_changes import assessment_changes
from services.review.domain.checklist import brought_up_to_date
from services.review.domain.claim import claim_after
from services.review.domain.known import Known
from services.review.domain.next_step import Step, ask, next_step
from services.review.domain.passing_on import handover_facts
from services.review.domain.prompts import PromptCode, with_prompt
from services.review.domain.reassessment import subject_of, under_review
from services.review.domain.requests import opening_steps, with_news
from services.review.domain.second_word import said_otherwise
from services.review.domain.settling import after_decision
from services.review.domain.transitions import SETTLED, SYSTEM, changed, notice_requested
from shared.contract.assessment import Recommendation
from shared.contract.case_file import CaseClient, CaseFileUpdated
from shared.contract.cases import CaseKind, CaseState
from shared.contract.contacts import (
    Channel,
    ClaimDetails,
    ContactPassedOn,
    ContactReceived,
    DocumentKind,
    Handover,
    Intent,
)
from shared.contract.facts import (
    Assessed,
    Closed,
    ContactAdded,
    Escalated,
    Fact,
    NoticeKind,
    Opened,
    Returned,
)
from shared.contract.reference import ClientChanged
from shared.errors import RuleViolation

_KIND_OF_INTENT = {
    Intent.CLAIM: CaseKind.CLAIM,
    Intent.PAYMENT_DELAY: CaseKind.PAYMENT_DELAY,
    Intent.PROCESSING_DELAY: CaseKind.PROCESSING_DELAY,
    Intent.RENEWAL: CaseKind.RENEWAL,
    Intent.ACCOUNT_CHANGE: CaseKind.ACCOUNT_CHANGE,
    Intent.COMPLAINT: CaseKind.COMPLAINT,
}
_REQUESTS = frozenset(_KIND_OF_INTENT) - {Intent.CLAIM}


def continues(case: CaseFileUpdated, contact: ContactReceived) -> bool:
    """Does a contact that quotes a case belong into it, or does it open a service request?

    A complaint, a question about a payment and the like are cases of their own, whichever claim
    they quote. Documents that a waiting case asked for belong to it, whatever else is written.
    """
    if contact.intent not in _REQUESTS or _KIND_OF_INTENT[contact.intent] is case.kind:
        return True
    brings = any(document.kind is not DocumentKind.ORIGINAL for document in contact.documents)
    return case.state is CaseState.WAITING_FOR_CLIENT and brings


def open_case(contact: ContactReceived, case_id: str, known: Known) -> CaseFileUpdated:
    """Open a case for a contact: confirm receipt, and assess it if it is a claim."""
    kind = _KIND_OF_INTENT.get(contact.intent, CaseKind.OTHER)
    client = known.client
    case = CaseFileUpdated(
        case_id=case_id,
        sequence=1,
        kind=kind,
        state=CaseState.WAITING_FOR_PERSON,
        opened_at=contact.received_at,
        updated_at=known.now,
        channel=contact.channel,
        language=client.language if client else contact.language,
        policy_number=known.policy.policy_number if known.policy else None,
        programme=known.policy.programme if known.policy else None,
        client=_case_client(client) if client else None,
        sender_client_id=contact.client_id,
        correspondents=_correspondents((), contact, client),
        subject="" if kind is CaseKind.CLAIM else _subject(contact),
        contact_ids=(contact.contact_id,),
        documents=contact.documents,
        keyed_by=(contact.keyed_by,) if contact.keyed_by else (),
    )
    if contact.handover is not None:
        return _opened_elsewhere(case, contact, contact.handover)
    notice = NoticeKind.COMPLAINT_ACKNOWLEDGED if kind is CaseKind.COMPLAINT else NoticeKind.RECEIPT
    facts: list[Fact] = [
        Opened(contact_id=contact.contact_id),
        notice_requested(case_id, notice, contact.contact_id),
    ]
    if kind is not CaseKind.CLAIM:
        return opening_steps(case.model_copy(update={"facts": tuple(facts)}), contact, known)
    return _reviewed(case, contact, known, {}, facts)


def _opened_elsewhere(
    case: CaseFileUpdated, contact: ContactReceived, handover: Handover
) -> CaseFileUpdated:
    """A case for what was passed on at once: it says to whom, tells the client, and is settled."""
    passed = ContactPassedOn(
        contact_id=contact.contact_id, received_at=contact.received_at, handover=handover
    )
    facts = (
        Opened(contact_id=contact.contact_id),
        *handover_facts(case.case_id, passed),
        Closed(comment="passed on"),
    )
    return case.model_copy(
        update={"state": CaseState.CLOSED, "subject": _subject(contact), "facts": facts}
    )


def add_contact(case: CaseFileUpdated, contact: ContactReceived, known: Known) -> CaseFileUpdated:
    """Add a further contact to a case, and go on with what it brings.

    A claim that waits for its client is assessed again: approved straight through where allowed,
    asked again only for what is newly missing, otherwise handed to a person. A claim that a person
    has stays with them, with a new assessment; a decided case keeps its decision.
    """
    keyed_by = {contact.keyed_by: None} if contact.keyed_by else {}
    documents = {each.document_id: each for each in (*case.documents, *contact.documents)}
    changes: dict[str, Any] = {
        "contact_ids": tuple(dict.fromkeys((*case.contact_ids, contact.contact_id))),
        "documents": tuple(documents.values()),
        "keyed_by": tuple({**dict.fromkeys(case.keyed_by), **keyed_by}),
        "correspondents": _correspondents(case.correspondents, contact, known.client),
    }
    facts: list[Fact] = [ContactAdded(contact_id=contact.contact_id)]
    if case.state in SETTLED:
        after = changed(case, known.now, facts, **changes)
        code = PromptCode.CONTACT_AFTER_DECISION
        return with_prompt(after, code, known.now, contact_id=contact.contact_id)
    if case.kind is not CaseKind.CLAIM:
        return with_news(changed(case, known.now, facts, **changes), contact)
    changes["sender_client_id"] = contact.client_id or case.sender_client_id
    if case.client is None and known.client is not None:
        changes["client"] = _case_client(known.client)
        changes["language"] = known.client.language
    if known.policy is not None:
        changes["policy_number"] = known.policy.policy_number
        changes["programme"] = known.policy.programme
    return _reviewed(case, contact, known, {**changes, "sequence": case.sequence + 1}, facts)


def become_claim(case: CaseFileUpdated, known: Known) -> CaseFileUpdated:
    """A case that turned out to be a claim: assessed, and its client asked for what is missing.

    A person said so and has it, unless the client is asked: nothing is approved by that.

    Args:
        case: The case, which waits for a person or is a supervisor's; the facts join its own.
        known: The policy, its other claims, the instant.
    """
    claim = case.claim or ClaimDetails(policy_number=case.policy_number, description=case.subject)
    case = case.model_copy(update={"claim": claim})
    assessment = assess(subject_of(case, known))
    checklist = brought_up_to_date(
        case.checklist, open_questions(assessment.findings), contact_id=case.contact_ids[-1]
    )
    facts: list[Fact] = [*case.facts, Assessed()]
    programme = known.programme_for(claim)
    changes: dict[str, Any] = {}
    asks = assessment.recommendation is Recommendation.ASK_CLIENT and checklist.is_open
    if asks and case.state is CaseState.WAITING_FOR_PERSON:
        changes = ask(Step(case, case.sequence, programme, known, facts))
    changes |= {
        "assessment": assessment,
        "checklist": checklist.items,
        "programme_version": programme.version if programme else None,
    }
    return case.model_copy(update={**changes, "facts": tuple(facts)})


def return_case(case: CaseFileUpdated, instruction: str, by: str, known: Known) -> CaseFileUpdated:
    """A supervisor gives an escalated case back to the representatives.

    Raises:
        RuleViolation: The case is not before a supervisor.
    """
    if case.state is not CaseState.ESCALATED:
        raise RuleViolation("not_escalated", "only an escalated case can be returned")
    return changed(
        case,
        known.now,
        [Returned(instruction=instruction, by=by)],
        state=CaseState.WAITING_FOR_PERSON,
        instruction=instruction,
    )


def escalate_overdue(case: CaseFileUpdated, known: Known) -> CaseFileUpdated | None:
    """A time limit passed: the case goes to a supervisor; None if it is there or settled."""
    if case.state is CaseState.ESCALATED or case.state in SETTLED:
        return None
    return changed(
        case, known.now, [Escalated(reason="overdue")], state=CaseState.ESCALATED, answer_by=None
    )


def _reviewed(
    case: CaseFileUpdated,
    contact: ContactReceived,
    known: Known,
    changes: dict[str, Any],
    facts: list[Fact],
) -> CaseFileUpdated:
    """The claim with what a contact brought, assessed, and sent on its way."""
    claim = claim_after(case, contact)
    programme = known.programme_for(claim)
    doubt = None if case.claim is None else said_otherwise(claim, contact, programme)
    assessment = assess(
        under_review(
            case,
            claim,
            known,
            documents=changes.get("documents", case.documents),
            client_id=changes.get("sender_client_id", case.sender_client_id),
            needs_person=contact.needs_person or doubt,
        )
    )
    checklist = brought_up_to_date(
        case.checklist, open_questions(assessment.findings), contact_id=contact.contact_id
    )
    facts.append(Assessed())
    step = Step(case, changes.get("sequence", case.sequence), programme, known, facts)
    changes |= {
        "claim": claim,
        "updated_at": known.now,
        "assessment": assessment,
        "changes": assessment_changes(case.assessment, assessment) if case.assessment else (),
        "checklist": checklist.items,
        "programme_version": programme.version if programme else None,
        **next_step(step, assessment, checklist),
    }
    after = case.model_copy(update={**changes, "facts": tuple(facts)})
    after = with_stated_request(after, programme, known)
    return after_decision(after, known, SYSTEM) if after.state is CaseState.APPROVED else after


def _correspondents(
    known: tuple[str, ...], contact: ContactReceived, client: ClientChanged | None
) -> tuple[str, ...]:
    """Addresses from which a mail may belong to the case.

    The client's own, and the sender's if that was really them. An unproven sender counts only as
    long as no client is known, so that a stranger gets no foot into a client's case.
    """
    addresses = [*known, *(client.emails if client else ())]
    if contact.channel is Channel.EMAIL and (contact.sender.authenticated or client is None):
        addresses.append(contact.sender.address)
    return tuple(dict.fromkeys(address.strip().lower() for address in addresses if address))


def _case_client(client: ClientChanged) -> CaseClient:
    return CaseClient(
        client_id=client.client_id,
        name=client.name,
        salutation=client.salutation,
        language=client.language,
        emails=client.emails,
        email_consent=client.email_consent,
        postal_address=client.postal_address,
    )


def _subject(contact: ContactReceived) -> str:
    """What a service request is about, in the client's words."""
    return f"{contact.words.subject}\n\n{contact.words.text}".strip()[:100_000]
