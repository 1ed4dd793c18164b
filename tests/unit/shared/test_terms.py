"""The terms of a programme: what can't be meant so is told, with its line and column."""

from decimal import Decimal
from pathlib import Path

import pytest

from shared.contract.contacts import DocumentKind
from shared.programmes import ProgrammeError, ProgrammeVersion, load_programmes
from shared.programmes.prepared import prepared
from shared.programmes.terms import ArithmeticStepName, Benefit, CoPayment, Deductible

HEAD = """\
code: travel
kind: insurer
names: {de: Reise, en: Travel}
versions:
  - version: "1"
    valid_from: 2020-01-01
    currency: EUR
    automatic_limit: 100.00
    authority: {supervisor: null}
    benefits:
      luggage:
        names: {de: Gepäck, en: Luggage}
"""
"""The benefit's further fields stand on line 13, from column 9 on."""


def _read(folder: Path, text: str) -> ProgrammeVersion:
    (folder / "travel.yaml").write_text(text, encoding="utf-8")
    return load_programmes(folder).by_code["travel"].versions[0]


@pytest.mark.parametrize(
    ("line", "place", "words"),
    [
        ("limit_per_item: -0.01", "13:9", "must be at least 0"),
        ("lifetime_limit: 1.001", "13:9", "two decimal places"),
        ("co_payment: {share: 1.01}", "13:22", "must be at most 1"),
        ("co_payment: {}", "13:9", "say a `share`"),
        ("co_payment: {share: 0.1, at_least: 5.00, at_most: 4.99}", "13:34", "more than at_most"),
        ("valuation: current", "13:9", "needs `useful_life_years`"),
        ("useful_life_years: 8", "13:9", "only for `valuation: current`"),
        ("residual_share: 0.40", "13:9", "only for `valuation: current`"),
        ("valuation: sentimental", "13:9", "current, replacement"),
        ("frequency: {claims: 2}", "13:9", "either `within_days` or `per: benefit_year`"),
        ("frequency: {claims: 2, within_days: 30, per: benefit_year}", "13:9", "either"),
        ("frequency: {claims: 0, within_days: 30}", "13:21", "must be at least 1"),
        ("{min_age: 18, max_age: 17}", "13:9", "is more than max_age, 17"),
        ("relations: [holder, aunt]", "13:29", "child, holder, other, spouse"),
        ("relations: []", "13:9", "nobody would be eligible"),
        ("relations: [child, child]", "13:9", "the same relation twice"),
        ("{relations: [holder], max_child_age: 17}", "14:9", "leaves children out"),
        ("required_documents: [bill]", "13:30", "invoice"),
        ("required_documents: [{kind: invoice, from_amount: -1}]", "13:46", "must be at least 0"),
        ("required_documents: [invoice, {kind: invoice, from_amount: 9}]", "13:9", "kind twice"),
        (
            "exclusions: {unlocked: {names: {de: a, en: b}, reason: nonsense}}",
            "13:56",
            "no such reason code: nonsense",
        ),
    ],
)
def test_a_benefit_that_can_t_be_meant_so(tmp_path: Path, line: str, place: str, words: str):
    if line.startswith("{"):
        line = line.strip("{}").replace(", ", "\n        ", 1)
    with pytest.raises(ProgrammeError) as refused:
        _read(tmp_path, f"{HEAD}        {line}\n")
    assert f"travel.yaml:{place}: " in str(refused.value)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("line", "place", "words"),
    [
        ("deductible: -1", "13:5", "must be at least 0"),
        ("deductible: {amount: 5.00, share: 0.10}", "13:32", "either a fixed `amount` or a"),
        ("deductible: {amount: 5.00, at_most: 10.00}", "13:32", "there is none"),
        ("deductible: {share: 0.10, per: month}", "13:31", "claim, year"),
        ("underinsurance: {waived_up_to: -1}", "13:22", "must be at least 0"),
        ("quality_share: 1.5", "13:5", "must be at most 1"),
        ("non_cooperation: shout", "13:5", "none, warning_first"),
        ("arithmetic: [deductible, deductible]", "13:5", "at most once"),
        ("arithmetic: [discount]", "13:18", "current_value"),
        (
            "exclusions: {war: {names: {de: Krieg, en: War}, reason: nonsense}}",
            "13:53",
            "no such reason code: nonsense",
        ),
        ("exclusions: {war: {names: {de: Krieg}}}", "13:24", "is missing"),
    ],
)
def test_a_version_that_can_t_be_meant_so(tmp_path: Path, line: str, place: str, words: str):
    with pytest.raises(ProgrammeError) as refused:
        _read(tmp_path, f"{HEAD}    {line}\n")
    assert f"travel.yaml:{place}: " in str(refused.value)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("term", "step"),
    [
        ("        limit_per_item: 5.00", "limit_per_item"),
        ("        limit_per_claim: 5.00", "limit_per_claim"),
        ("        yearly_limit: 5.00", "yearly_ceiling"),
        ("        lifetime_limit: 5.00", "lifetime_limit"),
        ("        co_payment: {share: 0.10}", "co_payment"),
        ("        valuation: current\n        useful_life_years: 8", "current_value"),
        ("    underinsurance: {}", "underinsurance"),
        ("    deductible: 5.00", "deductible"),
    ],
)
def test_a_term_whose_step_is_not_in_the_order_would_never_count(
    tmp_path: Path, term: str, step: str
):
    order = [name.value for name in ArithmeticStepName]
    named = ", ".join(order)
    assert _read(tmp_path, f"{HEAD}{term}\n    arithmetic: [{named}]\n").arithmetic == tuple(order)
    order.remove(step)
    with pytest.raises(ProgrammeError, match=f"needs the step {step}, which is not in the list"):
        _read(tmp_path, f"{HEAD}{term}\n    arithmetic: [{', '.join(order)}]\n")


def test_without_an_order_the_usual_one_holds_and_only_what_is_needed_is_done(tmp_path: Path):
    version = _read(tmp_path, HEAD + "        limit_per_item: 5\n        yearly_limit: 50\n")
    assert version.arithmetic == tuple(ArithmeticStepName)
    assert version.steps() == ("limit_per_item", "yearly_ceiling", "sum_insured", "deductible")


def test_an_order_without_the_sum_insured_has_it_before_the_deductible(tmp_path: Path):
    version = _read(tmp_path, HEAD + "    arithmetic: [limit_per_item, deductible]\n")
    assert version.arithmetic == ("limit_per_item", "sum_insured", "deductible")
    version = _read(tmp_path, HEAD + "    arithmetic: [limit_per_item]\n")
    assert version.arithmetic == ("limit_per_item", "sum_insured")


def test_short_forms_mean_the_same_as_the_long_ones(tmp_path: Path):
    version = _read(
        tmp_path,
        HEAD
        + "        required_documents: [invoice, {kind: photo, from_amount: 500}]\n"
        + "    deductible: 50\n",
    )
    assert version.deductible == Deductible(amount=Decimal("50.00"))
    assert str(version.deductible.amount) == "50.00"
    assert [
        (each.kind, str(each.from_amount))
        for each in version.benefits["luggage"].required_documents
    ] == [
        (DocumentKind.INVOICE, "0.00"),
        (DocumentKind.PHOTO, "500.00"),
    ]


def test_a_benefit_says_nothing_unless_it_is_said():
    plain = Benefit.model_validate({"names": {"de": "a", "en": "b"}})
    assert (plain.limit_per_item, plain.co_payment, plain.frequency, plain.relations) == (None,) * 4
    assert plain.valuation == "replacement"


def test_a_share_stays_between_its_bounds():
    terms = CoPayment.model_validate({"share": "0.1", "at_least": "5.00", "at_most": "10.00"})
    amounts = [Decimal(each) for each in ("4.99", "5.00", "7.00", "10.00", "10.01")]
    assert [str(terms.bound(each)) for each in amounts] == [
        "5.00",
        "5.00",
        "7.00",
        "10.00",
        "10.00",
    ]


def test_what_is_prepared_belongs_to_one_version_only(tmp_path: Path):
    made: list[str] = []

    @prepared
    def name(version: ProgrammeVersion) -> str:
        made.append(version.version)
        return version.version

    one = _read(tmp_path, HEAD)
    two = one.model_copy(update={"version": "2"})
    assert [name(one), name(two), name(one), name(two)] == ["1", "2", "1", "2"]
    assert made == ["1", "2"]
