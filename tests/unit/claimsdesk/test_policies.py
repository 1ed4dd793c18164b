"""Reference data from a file: the samples fit, and every mistake is named before it is sent."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from claimsdesk.demo.fresh import fresh_copy
from claimsdesk.errors import CommandError
from claimsdesk.policies import read_file
from shared.programmes import load_programmes

SAMPLES = Path("deploy/demo/reference.yaml")
CLIENT = {"client_id": "K-1", "name": "A", "revision": 1}
POLICY = {
    "policy_number": "HH-2024-000001",
    "programme": "household",
    "holder_client_id": "K-1",
    "versions": [{"valid_from": "2024-01-01", "sum_insured": 1000.5}],
    "revision": 1,
}


OVERLAPPING = [
    {"valid_from": "2024-01-01", "valid_to": "2025-01-01"},
    {"valid_from": "2025-01-01"},
]


def written(tmp_path, content, name="reference.json"):
    file = tmp_path / name
    file.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return file


def test_the_samples_fit_the_contract_and_belong_together():
    samples = read_file(SAMPLES)
    clients = {client.client_id for client in samples.clients}
    assert len(clients) >= 6
    assert {policy.holder_client_id for policy in samples.policies} <= clients
    assert {policy.programme for policy in samples.policies} == load_programmes().by_code.keys()
    assert {client.language for client in samples.clients} == {"de", "en"}
    assert {client.email_consent for client in samples.clients} == {True, False}


def test_money_is_read_exactly(tmp_path):
    reference = read_file(written(tmp_path, {"policies": [POLICY]}))
    assert reference.policies[0].versions[0].sum_insured == Decimal("1000.5")
    assert reference.policies[0].versions[0].valid_from == date(2024, 1, 1)
    assert reference.clients == ()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ([], "wanted are the lists `clients` and `policies`"),
        ({"customers": []}, "wanted are the lists `clients` and `policies`"),
        ({"clients": {}, "policies": 3}, "policies: must be a list"),
        (
            {"clients": [CLIENT, {**CLIENT, "client_id": "K-2", "revision": 0}]},
            r"reference\.json:1:\d+: clients\.1\.revision: must be at least 1",
        ),
        (
            {"clients": [{**CLIENT, "emial": "a@example.org"}]},
            r"clients\.0\.emial: no such field",
        ),
        (
            {"policies": [{**POLICY, "versions": [{"valid_from": "2024-01-01", "limit": 3}]}]},
            r"policies\.0\.versions\.0\.limit: no such field",
        ),
        (
            {"policies": [{**POLICY, "versions": [{"valid_from": "1 May"}]}]},
            r"policies\.0\.versions\.0\.valid_from: '1 May' is no day",
        ),
        ({"clients": [CLIENT, CLIENT]}, "K-1 stands twice in the file"),
        ({"clients": ["K-1"]}, r"clients\.0: must hold fields"),
        (
            {"policies": [{**POLICY, "versions": OVERLAPPING}]},
            r"policies\.0\.versions\.1\.valid_from: the version before is valid to 2025-01-01",
        ),
        (
            {"policies": [{**POLICY, "versions": [*OVERLAPPING, OVERLAPPING[0]]}]},
            r"policies\.0\.versions\.2\.valid_from: versions come oldest first",
        ),
        ("{", "is no valid YAML or JSON"),
    ],
)
def test_a_mistake_is_named_with_file_entry_and_field(tmp_path, content, said):
    with pytest.raises(CommandError, match=said) as raised:
        read_file(written(tmp_path, content))
    assert "reference.json" in str(raised.value)


def test_a_day_that_no_month_has_is_told(tmp_path):
    file = tmp_path / "reference.yaml"
    file.write_text(
        "policies:\n  - policy_number: P-1\n    programme: household\n"
        "    holder_client_id: K-1\n    versions: [{valid_from: 2026-13-01}]\n    revision: 1\n",
        encoding="utf-8",
    )
    with pytest.raises(CommandError, match=r"yaml:5:17: .*'2026-13-01' is no day of the calendar"):
        read_file(file)


def test_every_mistake_is_named_at_once(tmp_path):
    content = {"clients": [{}], "policies": [{**POLICY, "revision": None}]}
    with pytest.raises(CommandError) as raised:
        read_file(written(tmp_path, content))
    wrong = [line.split(": ")[1] for line in str(raised.value).splitlines()]
    assert wrong == [
        "clients.0.client_id",
        "clients.0.name",
        "clients.0.revision",
        "policies.0.revision",
    ]


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CommandError, match=r"nowhere\.yaml can't be read"):
        read_file(tmp_path / "nowhere.yaml")


def test_a_fresh_copy_shares_no_number_and_no_address():
    original = read_file(SAMPLES)
    copy = fresh_copy(original)
    old, new = _identities(original), _identities(copy.reference)
    assert len(old) == len(new)
    assert not old & new
    assert {copy.names[one] for one in old} == new
    assert {p.holder_client_id for p in copy.reference.policies} <= new


def test_a_fresh_policy_number_has_the_form_of_the_old():
    copy = fresh_copy(read_file(SAMPLES))
    number = copy.names["HH-2024-000123"]
    assert number.startswith("HH-2024-")
    assert len(number) == len("HH-2024-000123")


def _identities(reference):
    return (
        {client.client_id for client in reference.clients}
        | {address for client in reference.clients for address in client.emails}
        | {policy.policy_number for policy in reference.policies}
    )
