"""Policies and clients from CSV as spreadsheets write it, and what is wrong with it, by cell."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from claimsdesk.importing import records_in
from shared.contract.reference import ClientChanged, PolicyChanged

HEADER = "policy_number;programme;holder_client_id;valid_from;valid_to;sum_insured;benefits"
GERMAN = f"""\
{HEADER};first_premium_paid_on
HH-1;household;K-1;01.01.2024;31.12.2025;40.000,50;glass|fire;2024-01-01
HH-1;household;K-1;01.01.2026;;1.234.567,00;;2024-01-01
HH-2;household;K-2;1.3.2025;;;;
"""


def written(folder: Path, text: str | bytes, name: str = "policies.csv") -> Path:
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def read(path: Path) -> tuple[list, list[str]]:
    """The records of a file, and its mistakes as they are told, without the file's path."""
    records, wrong = [], []
    for each in records_in(path):
        if isinstance(each, list):
            wrong += [str(mistake).removeprefix(f"{path}:") for mistake in each]
        else:
            records.append(each)
    return records, wrong


@pytest.mark.parametrize(
    "encoded",
    [
        GERMAN.encode(),
        GERMAN.encode("utf-8-sig"),
        GERMAN.encode("utf-16"),
        GERMAN.replace("\n", "\r\n").encode("cp1252"),
        GERMAN.replace(";", "\t").encode(),
        GERMAN.replace("\n", ";;\n").replace("paid_on;;", "paid_on").encode(),
        GERMAN.replace("HH-1;household", '"HH-1";"household"').encode(),
        GERMAN.replace("policy_number", "Policy Number").encode(),
        GERMAN.replace("01.01.2026", "01.01.2026 00:00:00").encode(),
    ],
    ids=["utf-8", "mark", "utf-16", "ansi", "tabs", "empty cells", "quotes", "header", "times"],
)
def test_spreadsheets_write_csv_in_many_ways(tmp_path: Path, encoded: bytes):
    (first, second), wrong = read(written(tmp_path, encoded))
    assert wrong == []
    assert isinstance(first, PolicyChanged)
    assert [version.valid_from for version in first.versions] == [
        date(2024, 1, 1),
        date(2026, 1, 1),
    ]
    assert first.versions[0].valid_to == date(2025, 12, 31)
    assert first.versions[0].benefits == ("glass", "fire")
    assert [each.sum_insured for each in first.versions] == [
        Decimal("40000.50"),
        Decimal("1234567.00"),
    ]
    assert first.first_premium_paid_on == date(2024, 1, 1)
    assert (second.policy_number, second.versions[0].valid_from) == ("HH-2", date(2025, 3, 1))


def test_clients_stand_in_a_file_of_their_own(tmp_path: Path):
    text = (
        "client_id,name,salutation,language,emails,email_consent,phones,address,date_of_birth\n"
        '"K-1","Groß, Änne",Sehr geehrte Frau Groß,de,a@example.org|b@example.org,ja,,'
        "Änne Groß|Weg 1|10115 Berlin,30.1.1941\n"
        "K-2,B,,en,,no,,,\n"
    )
    for encoding in ("utf-8", "cp1252"):
        (first, second), wrong = read(written(tmp_path, text.encode(encoding), "clients.csv"))
        assert wrong == []
        assert isinstance(first, ClientChanged)
        assert first.name == "Groß, Änne"
        assert first.emails == ("a@example.org", "b@example.org")
        assert first.email_consent is True
        assert first.postal_address.lines == ("Änne Groß", "Weg 1", "10115 Berlin")
        assert first.date_of_birth == date(1941, 1, 30)
        assert (second.email_consent, second.postal_address) == (False, None)


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("1234.56", "1234.56"),
        ("1234,56", "1234.56"),
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1 234,50", "1234.50"),
        ("12", "12"),
        ("12,5", "12.5"),
        ("1.234.567", "1234567"),
        ("0,00", "0.00"),
    ],
)
def test_amounts_are_read_as_they_are_meant(tmp_path: Path, cell: str, amount: str):
    text = f"{HEADER}\nHH-1;household;K-1;2024-01-01;;{cell};\n"
    ((policy,), wrong) = read(written(tmp_path, text))
    assert (wrong, policy.versions[0].sum_insured) == ([], Decimal(amount))


ROW = "HH-1;household;K-1;2024-01-01;;;\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{HEADER}\n{ROW.replace(';;;', ';;1.234;')}", "2:6: sum_insured: '1.234' can be read in"),
        (f"{HEADER}\n{ROW.replace(';;;', ';;viel;')}", "2:6: sum_insured: 'viel' is no amount"),
        (f"{HEADER}\n{ROW.replace(';;;', ';;1,2345;')}", "2:6: sum_insured: '1,2345' is no amount"),
        (f"{HEADER}\n{ROW.replace(';;;', ';;-5,00;')}", "2:6: sum_insured: is below zero: -5.00"),
        (f"{HEADER}\n{ROW.replace('2024-01-01', '45292')}", "2:4: valid_from: '45292' is no day"),
        (
            f"{HEADER}\n{ROW.replace('2024-01-01', '30.02.2024')}",
            "2:4: valid_from: '30.02.2024' is",
        ),
        (f"{HEADER}\n{ROW.replace('2024-01-01', '01.02.24')}", "2:4: valid_from: '01.02.24' is no"),
        (f"{HEADER}\n{ROW.replace('2024-01-01', '')}", "2:4: valid_from: is missing"),
        (
            f"{HEADER}\n{ROW.replace('01;;', '01;2023-01-01;')}",
            "2:5: valid_to: is before valid_from",
        ),
        (f"{HEADER}\n{ROW}{ROW.replace('K-1', 'K-2')}", "3:3: holder_client_id: says otherwise"),
        (f"{HEADER}\n{ROW}{ROW.replace('01-01', '06-01')}", "3:4: valid_from: the version before"),
        (f"{HEADER}\n{ROW}HH-2{ROW[4:]}{ROW}", "4:1: policy_number: HH-1 stands further up"),
        (f"{HEADER}\n{ROW.strip()};;x\n", "2:8: row: the row has 9 cells, the header 7"),
        (
            f"{HEADER};valid_form\n{ROW}",
            "1:8: valid_form: no such column; did you mean `valid_from`",
        ),
        (f"{HEADER};programme\n{ROW}", "1:8: programme: the same column twice"),
        ("policy_number;programme\nHH-1;household\n", "1:1: valid_from: this column is missing"),
        (f'{HEADER}\n"HH-1;household', "2:1: row: is no CSV"),
        ("", "1:1: client_id: this column is missing"),
        ("client_id;name;email_consent\nK-1;A;maybe\n", "2:3: email_consent: 'maybe' is neither"),
        ("client_id;name;language\nK-1;A;fr\n", "2:3: language: 'fr' is not possible"),
        ("client_id;name;revision\nK-1;A;-1\n", "2:3: revision: '-1' is no whole number"),
    ],
)
def test_a_mistake_is_named_with_row_and_column(tmp_path: Path, text: str, said: str):
    records, wrong = read(written(tmp_path, text))
    assert any(each.startswith(said) for each in wrong), (records, wrong)


def test_every_mistake_is_named_and_the_right_ones_are_read_on(tmp_path: Path):
    text = f"{HEADER}\nHH-1;household;K-1;soon;;viel;\n{ROW.replace('HH-1', 'HH-2')}"
    records, wrong = read(written(tmp_path, text))
    assert [policy.policy_number for policy in records] == ["HH-2"]
    assert [each.partition(": ")[0] for each in wrong] == ["2:4", "2:6"]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        # A cell that can't be read hides nothing of the others, in its row or in those below
        (
            "client_id;name;language;email_consent\nK-1;;fr;maybe\n",
            {"2:2": "name", "2:3": "language", "2:4": "email_consent"},
        ),
        (f"{HEADER}\nHH-1;;K-1;soon;;-5;\n", {"2:2": "programme", "2:4": "", "2:6": "is below"}),
        (f"{HEADER}\n{ROW}HH-1;household;K-1;2024-02-30;;;\n", {"3:4": "no day of"}),
        (f"{HEADER}\n{ROW}HH-1;household;K-2;soon;;;\n", {"3:3": "otherwise", "3:4": "no day"}),
        # Whether versions overlap is known only with all their days
        (
            f"{HEADER}\nHH-1;household;K-1;2024-01-01;end;;\nHH-1;household;K-1;2025-01-01;;-1;\n",
            {"2:5": "no day", "3:6": "is below zero"},
        ),
        # Too many cells: nobody knows which stand in the wrong column
        (f"{HEADER}\nHH-1;household;K-1;40;000;00;;x\n", {"2:4": "", "2:5": "", "2:8": "8 cells"}),
        (f"{HEADER}\n;household;K-1;2024-01-01;;;\n", {"2:1": "is missing"}),
    ],
)
def test_what_can_be_read_is_checked_beside_what_cannot(tmp_path: Path, text: str, places: dict):
    records, wrong = read(written(tmp_path, text))
    assert records == []
    found = {each.partition(": ")[0]: each for each in wrong}
    assert found.keys() == places.keys(), wrong
    assert all(said in found[place] for place, said in places.items()), wrong


def test_a_policy_with_a_wrong_row_is_wrong_as_a_whole(tmp_path: Path):
    text = f"{HEADER}\n{ROW}HH-1;household;K-1;soon;;;\n{ROW.replace('HH-1', 'HH-2')}"
    records, wrong = read(written(tmp_path, text))
    assert [policy.policy_number for policy in records] == ["HH-2"]
    assert len(wrong) == 1


def test_json_lines_hold_a_record_each(tmp_path: Path):
    text = (
        '{"client_id": "K-1", "name": "A"}\n'
        "\n"
        '{"policy_number": "HH-1", "programme": "household", "holder_client_id": "K-1",'
        ' "versions": [{"valid_from": "2024-01-01", "sum_insured": 1000.10}], "revision": 4}\n'
        '{"client_id": "K-2", "nam": "B"}\n'
        "{\n"
        "[]\n"
    )
    (client, policy), wrong = read(written(tmp_path, text, "all.jsonl"))
    assert (client.client_id, client.revision) == ("K-1", 0)
    assert (policy.revision, policy.versions[0].sum_insured) == (4, Decimal("1000.10"))
    assert wrong == [
        "4:1: name: is missing",
        "5:2: record: this line is no valid JSON",
        "6:1: record: wanted is a client or a policy with its fields",
    ]


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path):
    assert "can't be read" in read(tmp_path / "nowhere.csv")[1][0]
    assert "can't be read" in read(tmp_path / "nowhere.jsonl")[1][0]
