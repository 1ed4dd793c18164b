"""What a case's events say in words: all of them, in both languages, nothing personal unasked."""

from typing import get_args

import pytest

from claimsdesk.timeline_words import WORDS, words_of
from shared.contract.base import utc
from shared.contract.catalogue import (
    CASE_FILE,
    CLOCKS,
    CONTACTS,
    DELIVERY_REPORTS,
    NOTICES,
    TASK_ANSWERED,
    TASK_CANCELLED,
    TASK_REQUESTED,
)
from shared.contract.examples import EXAMPLES
from shared.contract.facts import Escalated, Fact, Returned
from shared.contract.public import EscalationChanged, EscalationReason

OF_A_CASE = {
    event.body
    for event in (
        *(
            event
            for t in (CONTACTS, CASE_FILE, CLOCKS, NOTICES, DELIVERY_REPORTS)
            for event in t.events
        ),
        TASK_REQUESTED,
        TASK_CANCELLED,
        TASK_ANSWERED,
    )
}
FACTS = set(get_args(get_args(Fact)[0]))
OF_CLIENTS = [
    "Erika",
    "Müller",
    "erika@",
    "DE0212",
    "Fahrrad",
    "Lindenstr",
    "Kaufbeleg",
    "Überwiesen",
]


def test_every_event_and_fact_has_words_and_no_words_are_left_over():
    assert {model.__name__ for model in OF_A_CASE | FACTS} == set(WORDS)


@pytest.mark.parametrize("model", sorted(OF_A_CASE | FACTS, key=lambda model: model.__name__))
def test_words_name_fields_that_there_are(model):
    fields = dict.fromkeys(model.model_fields, "value") | {"handover": {"body": "b", "by": "r"}}
    german, english = (template.format_map(fields) for template in WORDS[model.__name__])
    assert german != english


@pytest.mark.parametrize("lang", ["de", "en"])
def test_examples_tell_nothing_of_clients_without_contents(lang):
    for body in EXAMPLES.values():
        if type(body) in OF_A_CASE:
            said = "\n".join(words_of(body, lang, with_content=False))
            assert said
            assert not [word for word in OF_CLIENTS if word in said]


def test_what_people_wrote_is_told_when_asked_for():
    fact = Returned(instruction="Bitte Beleg prüfen", by="sven")
    assert words_of(fact, "en", with_content=False) == ["returned by sven"]
    assert words_of(fact, "en", with_content=True) == ["returned by sven: Bitte Beleg prüfen"]
    assert words_of(Escalated(reason="by_hand"), "de", with_content=True) == ["eskaliert: by_hand"]


def test_what_is_not_said_leaves_no_hole():
    changed = EscalationChanged(
        escalation_id="e",
        case_id="c",
        status="opened",
        reason=EscalationReason.OVERDUE,
        at=utc(2026, 11, 23),
    )
    assert words_of(changed, "en", with_content=False) == ["escalation opened, because overdue"]
