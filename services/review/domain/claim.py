"""What a case claims after a further contact: gaps are filled, nothing stated is overwritten."""

from typing import Any

from shared.contract.case_file import CaseFileUpdated
from shared.contract.contacts import Claimant, ClaimDetails, ClaimLine, ContactReceived

_ASKED_FIELDS = {
    "policy_number": "policy_number",
    "date_of_loss": "date_of_loss",
    "bank_account": "unconfirmed_iban",
}
"""Checklist item → the field of the claim that answers it."""


def claim_after(case: CaseFileUpdated | None, contact: ContactReceived) -> ClaimDetails:
    """The claim with what a contact adds.

    A field is taken over if the case lacks it, or if the client was asked for it. So a later mail
    can't silently change a bank account or an amount; a person sees it among the contacts.

    Args:
        case: The case so far; None when the contact opens it.
        contact: The contact.
    """
    if case is None or case.claim is None:
        stated = contact.claim or ClaimDetails()
        lines = _numbered(stated.lines)
        return stated if lines is stated.lines else stated.model_copy(update={"lines": lines})
    claim, news = case.claim, contact.claim
    asked = {item.item for item in case.checklist if item.status == "open"}
    if news is None:
        told = contact.words.text.strip() if "description" in asked else ""
        return claim.model_copy(update={"description": told}) if told else claim
    changes: dict[str, Any] = {
        "claimant": _claimant_after(claim.claimant, news.claimant, anew="claimant" in asked),
        "circumstances": tuple(dict.fromkeys((*claim.circumstances, *news.circumstances))),
        "advance_requested": claim.advance_requested or news.advance_requested,
    }
    for item, field in _ASKED_FIELDS.items():
        value = getattr(news, field)
        if value is not None and (getattr(claim, field) is None or item in asked):
            changes[field] = value
    if not claim.description.strip():
        changes["description"] = news.description or claim.description
    if not claim.lines:
        changes["lines"] = _numbered(news.lines)
        changes["stated_total"] = claim.stated_total or news.stated_total
    elif not _in_one_currency(claim, news):
        return claim.model_copy(update=changes)
    else:
        changes["lines"] = _filled(
            claim.lines, news.lines, _lines_asked(case), _lines_asked(case, "amount")
        )
    if _has_amounts(news) and not _has_amounts(claim):
        changes["currency"] = news.currency
    return claim.model_copy(update=changes)


def _in_one_currency(claim: ClaimDetails, news: ClaimDetails) -> bool:
    """May amounts of both stand in one claim? If not, a person has to see what is meant."""
    return claim.currency == news.currency or not (_has_amounts(claim) and _has_amounts(news))


def _has_amounts(claim: ClaimDetails) -> bool:
    return any(line.amount is not None for line in claim.lines)


def _claimant_after(
    known: Claimant | None, told: Claimant | None, *, anew: bool
) -> Claimant | None:
    """For whom it is claimed: as it was said first, its gaps filled; anew if that was asked."""
    if known is None or told is None or anew:
        return told or known
    gaps = {
        field: value
        for field in Claimant.model_fields
        if not getattr(known, field) and (value := getattr(told, field))
    }
    return known.model_copy(update=gaps) if gaps else known


def _numbered(lines: tuple[ClaimLine, ...]) -> tuple[ClaimLine, ...]:
    """The lines with ids from 1, so that a decision names exactly one line."""
    if all(line.line_id == number for number, line in enumerate(lines, 1)):
        return lines
    return tuple(
        line.model_copy(update={"line_id": number}) for number, line in enumerate(lines, 1)
    )


def _lines_asked(case: CaseFileUpdated, item: str | None = None) -> set[int | None]:
    """The lines about which something is open, or this item."""
    return {
        each.line_id
        for each in case.checklist
        if each.status == "open"
        and (each.item == item if item else each.line_id is not None or each.item == "amount")
    }


def _filled(
    lines: tuple[ClaimLine, ...],
    news: tuple[ClaimLine, ...],
    asked: set[int | None],
    wrong: set[int | None],
) -> tuple[ClaimLine, ...]:
    """The lines, their gaps filled from new lines.

    New lines belong to old ones by position if there are as many, or if one new line answers the
    one open question; otherwise a person has to see what belongs to what.
    """
    if len(news) == len(lines):
        return tuple(_with_gaps_filled(*pair, wrong) for pair in zip(lines, news, strict=True))
    if len(news) == 1 and len(asked) == 1:
        return tuple(
            _with_gaps_filled(line, news[0], wrong) if line.line_id in asked else line
            for line in lines
        )
    return lines


def _with_gaps_filled(line: ClaimLine, news: ClaimLine, wrong: set[int | None]) -> ClaimLine:
    return line.model_copy(
        update={
            "amount": news.amount
            if line.amount is None or (line.line_id in wrong and news.amount is not None)
            else line.amount,
            "benefit": line.benefit or news.benefit,
            "invoice_number": line.invoice_number or news.invoice_number,
            "bought_on": line.bought_on or news.bought_on,
        }
    )
