"""Previews of every notice, in every form in which they are shown."""

from email import message_from_bytes, policy

import pytest

from services.notify.adapters.preview import Preview
from shared.contract.contacts import Language
from shared.contract.decisions import DecisionOutcome
from shared.contract.facts import NoticeKind
from shared.errors import NotFound
from tests.unit.notify.test_templates import RENDERER


@pytest.mark.parametrize("kind", NoticeKind)
def test_every_notice_is_shown_as_text_page_and_mail(kind: NoticeKind):
    preview = Preview.of(RENDERER, kind, Language.ENGLISH, "heating-aid")
    subject = preview.written.message.subject
    assert subject in preview.text
    assert preview.case.case_id in preview.html
    mail = message_from_bytes(preview.mail(), policy=policy.default)
    assert mail["Subject"] == f"[{preview.case.case_id}] {subject}"


def test_no_notice_tells_of_an_escalation():
    with pytest.raises(NotFound, match="escalation"):
        Preview.of(
            RENDERER,
            NoticeKind.DECISION,
            Language.GERMAN,
            "household",
            DecisionOutcome.ESCALATE,
        )
