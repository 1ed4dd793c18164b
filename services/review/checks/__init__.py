"""The checks of a claim: one small pure function per file, all of them in the lists below.

All applicable checks run, none stops at the first finding, so that the client is asked once for
everything. To add one, follow `docs/adding-a-check.md`: one file, one line here, one test.
"""

from collections.abc import Iterable

from services.review.checks import (
    account_of_another_client,
    age_limit,
    already_claimed,
    below_co_payment,
    below_deductible,
    benefit_not_covered,
    bought_after_loss,
    claimant_not_insured,
    current_value,
    dependant_not_eligible,
    exclusion,
    filing_period,
    first_premium_unpaid,
    foreign_currency,
    frequency_limit,
    identity_mismatch,
    invalid_iban,
    later_premium_unpaid,
    lifetime_limit,
    limit_per_claim,
    limit_per_item,
    lines_do_not_add_up,
    loss_in_future,
    loss_soon_after_start,
    needs_person,
    no_amount,
    no_bank_account,
    no_claimant,
    no_date_of_birth,
    no_date_of_loss,
    no_description,
    no_policy_number,
    no_purchase_date,
    non_positive_amount,
    not_in_force,
    over_sum_insured,
    reported_before_loss,
    required_document_missing,
    same_invoice_twice,
    same_line_twice,
    sender_not_confirmed,
    underinsurance,
    unknown_benefit,
    unknown_circumstance,
    unknown_currency,
    unknown_policy,
    unknown_programme,
    unreadable_scan,
    unusually_many_claims,
    waiting_period,
    yearly_ceiling,
)
from services.review.checks.check import IN_FACTS, AmountCheck, Check, Described
from shared.contract.assessment import Finding
from shared.contract.contacts import Language

CHECKS: tuple[Check, ...] = (
    loss_in_future,
    reported_before_loss,
    lines_do_not_add_up,
    non_positive_amount,
    bought_after_loss,
    same_line_twice,
    unknown_benefit,
    foreign_currency,
    unknown_currency,
    unknown_circumstance,
    identity_mismatch,
    sender_not_confirmed,
    needs_person,
    invalid_iban,
    no_policy_number,
    no_date_of_loss,
    no_amount,
    no_description,
    no_bank_account,
    no_claimant,
    no_date_of_birth,
    no_purchase_date,
    unreadable_scan,
    required_document_missing,
    unknown_policy,
    unknown_programme,
    not_in_force,
    first_premium_unpaid,
    later_premium_unpaid,
    claimant_not_insured,
    dependant_not_eligible,
    age_limit,
    benefit_not_covered,
    waiting_period,
    exclusion,
    frequency_limit,
    filing_period,
    over_sum_insured,
    already_claimed,
    loss_soon_after_start,
    unusually_many_claims,
    same_invoice_twice,
    account_of_another_client,
)
"""Checks of the facts; they run before the arithmetic."""

AMOUNT_CHECKS: tuple[AmountCheck, ...] = (
    current_value,
    limit_per_item,
    underinsurance,
    limit_per_claim,
    below_co_payment,
    yearly_ceiling,
    lifetime_limit,
    below_deductible,
)
"""Checks of what the arithmetic took away."""

BY_CODE: dict[str, Described] = {check.CODE: check for check in (*CHECKS, *AMOUNT_CHECKS)}


def proposed_reasons(findings: Iterable[Finding]) -> tuple[str, ...]:
    """The coded reasons that a decision based on these findings carries, each once, in order."""
    return tuple(dict.fromkeys(reason for each in findings if (reason := _reason_of(each))))


def explain(finding: Finding, language: Language) -> str:
    """What a finding says to the representative, its facts filled in.

    A finding of a check that a later release dropped is shown by its code.
    """
    check = BY_CODE.get(finding.code)
    return check.TEXT[language].format_map(finding.facts) if check else finding.code


def _reason_of(finding: Finding) -> str | None:
    check = BY_CODE.get(finding.code)
    reason = check.REASON if check else None
    return finding.facts.get(IN_FACTS) if reason == IN_FACTS else reason
