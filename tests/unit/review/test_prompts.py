"""What a person should look at: asked once, and done by who looked."""

import pytest

from services.review.domain.case import add_contact
from services.review.domain.prompts import PromptCode, done, with_prompt, without_prompt
from shared.contract.cases import CaseState
from shared.contract.facts import PromptDone, Prompted
from shared.errors import Forbidden, RuleViolation, VersionConflict
from tests.unit.review.desk import AUDITOR, NOW, RITA, TINA, Somebody, contact, facts, later, opened

LOOK = PromptCode.CONTACT_AFTER_DECISION


def _decided_and_written_to(number: int = 2):
    case = opened([("glass", "200.00")])
    assert case.state is CaseState.APPROVED
    return add_contact(case, contact(contact_id=f"contact-{number}", kinds=()), later())


def test_a_contact_that_reaches_a_settled_case_asks_a_person_to_look():
    case = _decided_and_written_to()
    assert case.state is CaseState.APPROVED
    assert facts(case) == ["contact_added", "prompted"]
    (prompt,) = case.prompts
    assert (prompt.code, prompt.since) == ("contact_after_decision", later().now)
    assert prompt.facts == {"contact_id": "contact-2"}


def test_a_repeat_refreshes_nothing():
    case = _decided_and_written_to()
    again = add_contact(case, contact(contact_id="contact-3", kinds=()), later(2))
    assert again.prompts == case.prompts
    assert facts(again) == ["contact_added"]


def test_prompts_of_different_codes_stand_side_by_side():
    case = with_prompt(_decided_and_written_to(), PromptCode.POLICY_CORRECTED, NOW, revision="2")
    assert [prompt.code for prompt in case.prompts] == [
        "contact_after_decision",
        "policy_corrected",
    ]
    left = without_prompt(case, LOOK, "rita")
    assert [prompt.code for prompt in left.prompts] == ["policy_corrected"]


def test_who_looked_says_so_and_is_written_down():
    case = _decided_and_written_to()
    after = done(case, LOOK, RITA, case.sequence, later(3))
    assert after.prompts == ()
    assert after.facts == (PromptDone(prompt="contact_after_decision", by="rita"),)
    assert after.sequence == case.sequence + 1
    assert after.updated_at == later(3).now
    again = add_contact(after, contact(contact_id="contact-4", kinds=()), later(4))
    assert again.facts[-1] == Prompted(prompt="contact_after_decision")


def test_a_prompt_that_is_not_there_is_not_done():
    with pytest.raises(RuleViolation) as refusal:
        done(_decided_and_written_to(), PromptCode.INTERIM_PAYMENT, RITA, None, later())
    assert refusal.value.code == "no_such_prompt"


@pytest.mark.parametrize("code", [PromptCode.PROPOSAL, PromptCode.QUALITY_REVIEW])
def test_what_asks_for_a_decision_is_not_ticked_off(code: PromptCode):
    case = with_prompt(_decided_and_written_to(), code, NOW)
    with pytest.raises(RuleViolation) as refusal:
        done(case, code, RITA, None, later())
    assert refusal.value.code == "not_by_hand"


def test_on_an_older_case_file_nothing_is_done():
    case = _decided_and_written_to()
    with pytest.raises(VersionConflict) as conflict:
        done(case, LOOK, RITA, case.sequence - 1, later())
    assert (conflict.value.current, conflict.value.read) == (2, 1)


@pytest.mark.parametrize("person", [AUDITOR, TINA])
def test_who_may_not_work_alone_does_no_prompt(person: Somebody):
    with pytest.raises(Forbidden):
        done(_decided_and_written_to(), LOOK, person, None, later())
