"""Programmes as data: the shipped ones are complete, and every mistake is named with its place."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from shared.contract.contacts import Language
from shared.contract.facts import NoticeRequested
from shared.programmes import ProgrammeError, Programmes, load_programmes
from shared.programmes.loading import SHIPPED
from shared.programmes.models import FACT_NAMES

SMALL = """\
code: travel
kind: insurer
names: {de: Reiseversicherung, en: Travel insurance}
versions:
  - version: "1"
    valid_from: 2020-01-01
    currency: EUR
    automatic_limit: 100.10
    authority: {representative: 500.00, supervisor: null}
    benefits:
      luggage:
        names: {de: Gepäck, en: Luggage}
        keywords: {de: [koffer], en: [suitcase]}
        limit_per_claim: 300.00
"""


@pytest.fixture(scope="module")
def shipped() -> Programmes:
    return load_programmes()


def _load(folder: Path, text: str, name: str = "travel.yaml") -> Programmes:
    (folder / name).write_text(text, encoding="utf-8")
    return load_programmes(folder)


def _mistake(folder: Path, text: str) -> str:
    with pytest.raises(ProgrammeError) as mistake:
        _load(folder, text)
    return str(mistake.value)


def test_the_shipped_programmes_say_what_the_desk_promises(shipped: Programmes):
    household = shipped.version_on("household", date(2026, 6, 1))
    heating_aid = shipped.version_on("heating-aid", date(2026, 6, 1))
    assert household is not None
    assert heating_aid is not None
    assert (household.kind, heating_aid.kind) == ("insurer", "agency")
    assert (household.automatic_limit, household.deductible.amount) == (
        Decimal("500.00"),
        Decimal("50.00"),
    )
    assert heating_aid.automatic_limit == Decimal("300.00")
    assert not heating_aid.deductible
    required = {
        code: {
            (document.kind.value, str(document.from_amount)) for document in each.required_documents
        }
        for code, each in household.benefits.items()
    }
    assert required == {
        "bicycle_theft": {("invoice", "0.00"), ("police_report", "0.00")},
        "theft": {("police_report", "0.00"), ("invoice", "5000.00")},
        "water_damage": {("invoice", "0.00"), ("photo", "5000.00")},
        "glass": {("invoice", "0.00")},
        "fire": set(),
        "electronics": {("invoice", "0.00"), ("photo", "500.00")},
        "hotel_costs": {("invoice", "0.00")},
    }


def test_every_document_and_question_has_words_for_the_client(shipped: Programmes):
    asked = {"policy_number", "date_of_loss", "amount", "bank_account"}
    for programme in shipped.by_code.values():
        for version in programme.versions:
            for benefit in version.benefits.values():
                asked |= {f"document:{each.kind}" for each in benefit.required_documents}
    for item in asked:
        for language in Language:
            assert shipped.desk.item_text(item, language) != item


def test_keywords_are_lower_case_so_that_a_comparison_is_simple(shipped: Programmes):
    for words in shipped.benefit_keywords(date(2026, 6, 1)).values():
        assert words
        assert all(word == word.lower() for word in words)


def test_the_facts_that_move_clocks_are_those_of_the_contract():
    from shared.contract.case_file import CaseFileUpdated

    schema = CaseFileUpdated.model_json_schema()
    names = {
        definition["properties"]["fact"]["const"]
        for definition in schema["$defs"].values()
        if "fact" in definition.get("properties", {})
    }
    derived = {
        "approved", "paid_in_full", "payment_returned", "complaint_opened",
        "complaint_acknowledged", "complaint_dropped", "departments_awaited",
        "departments_answered", "decision_sent", "decision_undelivered", "decision_served",
        "remedy_notice_missing",
    }  # fmt: skip
    assert names | derived == FACT_NAMES
    assert not names & derived
    assert NoticeRequested.model_fields["fact"].default in FACT_NAMES


def test_texts_and_numbers_of_reasons(shipped: Programmes):
    household = shipped.version_on("household", date(2026, 6, 1))
    heating_aid = shipped.version_on("heating-aid", date(2026, 6, 1))
    assert household is not None
    assert heating_aid is not None
    assert household.reason_text("before_coverage", Language.ENGLISH) == (
        "The loss happened before your cover began."
    )
    assert "Bewilligungszeitraum" in heating_aid.reason_text("before_coverage", Language.GERMAN)
    assert household.reasons["before_coverage"].carc == 26
    assert household.reason_text("of_yesterday", Language.GERMAN) == "of_yesterday"
    assert shipped.desk.reason_text("duplicate", Language.ENGLISH).startswith("We have already")


def test_the_day_decides_which_version_holds(tmp_path: Path):
    second = SMALL[SMALL.index("  - version") :].replace('"1"', '"2"').replace("2020", "2024")
    programmes = _load(tmp_path, SMALL + second)

    def named(day: date) -> str | None:
        version = programmes.version_on("travel", day)
        return version.version if version else None

    assert named(date(2019, 12, 31)) is None
    assert named(date(2020, 1, 1)) == "1"
    assert named(date(2023, 12, 31)) == "1"
    assert named(date(2024, 1, 1)) == "2"
    assert programmes.version_on("unknown", date(2024, 1, 1)) is None
    by_name = programmes.version("travel", "1")
    assert by_name is not None
    assert by_name.valid_from == date(2020, 1, 1)
    assert programmes.version("travel", "3") is None
    assert programmes.version("unknown", "1") is None


def test_money_is_read_exactly_as_written(tmp_path: Path):
    version = _load(tmp_path, SMALL).by_code["travel"].versions[0]
    assert str(version.automatic_limit) == "100.10"


def test_the_desk_s_rules_hold_where_a_programme_says_nothing(tmp_path: Path):
    programmes = _load(tmp_path, SMALL)
    version = programmes.by_code["travel"].versions[0]
    assert {clock.only_for for clock in programmes.desk.clocks} == {None, "insurer", "agency"}
    assert version.clocks == tuple(
        clock for clock in programmes.desk.clocks if clock.only_for in (None, version.kind)
    )
    assert version.answer_days == programmes.desk.answer_days
    own = _load(tmp_path, SMALL + "    answer_days: 7\n").by_code["travel"].versions[0]
    assert own.answer_days == 7


@pytest.mark.parametrize(
    ("roles", "amount"),
    [
        ({"representative"}, Decimal("500.00")),
        ({"representative", "supervisor"}, None),
        ({"auditor"}, Decimal(-1)),
        (set(), Decimal(-1)),
    ],
)
def test_authority_of_somebody_with_several_roles(
    tmp_path: Path, roles: set[str], amount: Decimal | None
):
    assert _load(tmp_path, SMALL).by_code["travel"].versions[0].authority_of(roles) == amount


def test_an_answer_is_never_due_on_a_day_without_post(shipped: Programmes):
    desk = shipped.desk
    assert desk.answer_by(date(2026, 6, 10), 14) == date(2026, 6, 24)
    assert desk.answer_by(date(2026, 6, 13), 14) == date(2026, 6, 29)  # a Saturday before
    assert desk.answer_by(date(2026, 12, 11), 14) == date(2026, 12, 28)  # Christmas Day


def test_the_desk_s_day_is_the_one_of_its_zone(shipped: Programmes):
    assert shipped.desk.local_day(datetime(2026, 6, 10, 21, 59, tzinfo=UTC)) == date(2026, 6, 10)
    assert shipped.desk.local_day(datetime(2026, 6, 10, 22, 0, tzinfo=UTC)) == date(2026, 6, 11)


@pytest.mark.parametrize(
    ("wrong", "right", "place", "words"),
    [
        ("limit_per_claim: 300.00", "limit_per_claim: -1", "14:9", "must be at least 0"),
        (
            "limit_per_claim: 300.00",
            "limit_per_clam: 300.00",
            "14:9",
            "did you mean `limit_per_claim`?",
        ),
        (
            "limit_per_claim: 300.00",
            "limit_per_claim: 300.005",
            "14:9",
            "more than two decimal places",
        ),
        (
            "limit_per_claim: 300.00",
            "required_documents: [bill]",
            "14:30",
            "known here: invoice, letter",
        ),
        ("currency: EUR", "currency: euro", "7:5", "three capital letters"),
        ("valid_from: 2020-01-01", "valid_from: soon", "6:5", "no day of the calendar"),
        ("kind: insurer", "kind: bank", "2:1", "known here: agency, insurer"),
        ("code: travel", "code: Travel!", "1:1", "small letters"),
        ("automatic_limit: 100.10", "answer_days: 99999999999", "8:5", "at most 3650"),
        ("automatic_limit: 100.10", "filing_period_days: 99999999999", "8:5", "at most 36500"),
        (
            "automatic_limit: 100.10",
            "many_claims: {claims: 1, within_days: 99999999999}",
            "8:30",
            "at most 36500",
        ),
        ("code: travel", "cod: travel", "1:1", "no such field"),
        ("automatic_limit: 100.10", "deductible: 1", "5:5", "is missing"),
        ("automatic_limit: 100.10", "automatic_limit: 1\n    automatic_limit: 2", "9:5", "twice"),
        ("  - version", "  - - version", "5:", ""),
        ("en: Luggage}", "en: ''}", "12:29", "must not be empty"),
    ],
)
def test_a_mistake_is_named_with_line_and_column(
    tmp_path: Path, wrong: str, right: str, place: str, words: str
):
    assert wrong in SMALL
    message = _mistake(tmp_path, SMALL.replace(wrong, right))
    assert f"travel.yaml:{place}" in message or (not words and "travel.yaml" in message)
    assert words in message


def test_every_mistake_is_named_at_once(tmp_path: Path):
    text = SMALL.replace("currency: EUR", "currency: euro").replace("insurer", "bank")
    assert len(_mistake(tmp_path, text).splitlines()) == 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        "just words\n",
        "- a\n- b\n",
        "code: [\n",
        "code: travel\n",
        "code: t\nversions: 3\n",
        "code: " + "[" * 3000 + "]" * 3000,
    ],
)
def test_what_is_no_programme_is_refused_with_its_file(tmp_path: Path, text: str):
    assert "travel.yaml" in _mistake(tmp_path, text)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path):
    (tmp_path / "travel.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ProgrammeError):
        load_programmes(tmp_path)


def test_a_folder_without_programmes_is_refused(tmp_path: Path):
    with pytest.raises(ProgrammeError, match="no programme here"):
        load_programmes(tmp_path)


def test_a_programme_in_two_files_is_refused(tmp_path: Path):
    (tmp_path / "again.yaml").write_text(SMALL, encoding="utf-8")
    assert "another file" in _mistake(tmp_path, SMALL)


def test_versions_out_of_order_or_of_one_name_are_refused(tmp_path: Path):
    version = SMALL[SMALL.index("  - version") :]
    earlier = version.replace('"1"', '"0"').replace("2020", "2019")
    assert "oldest first" in _mistake(tmp_path, SMALL + earlier)
    assert "name already" in _mistake(tmp_path, SMALL + version.replace("2020", "2024"))


def test_each_step_of_the_arithmetic_stands_once(tmp_path: Path):
    text = SMALL + "    arithmetic: [deductible, deductible, limit_per_claim]\n"
    assert "each step at most once" in _mistake(tmp_path, text)


def _desk(folder: Path, old: str, new: str) -> str:
    text = (SHIPPED / "desk.yaml").read_text(encoding="utf-8")
    assert old in text
    (folder / "desk.yaml").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ProgrammeError) as mistake:
        _load(folder, SMALL)
    return str(mistake.value)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("Mo-Fr 08:00-18:00", "Mo-Fr 18:00-08:00", "opening hours"),
        ("Europe/Berlin", "Europe/Bärlin", "time zone"),
        ("DE-BE", "DE-XX", "holidays"),
        ("stops: [decided, closed]", "stops: [ended]", "no such fact: ended"),
        ("target: PT4H", "target: soon", "clocks.0.target"),
        ("answer_days: 14", "answer_days: 0", "answer_days"),
    ],
)
def test_mistakes_in_the_desk_s_rules(tmp_path: Path, old: str, new: str, words: str):
    assert words in _desk(tmp_path, old, new)
