"""What a person writes to the client while a case goes on: news, or an apology for a delay."""

from typing import Literal

from pydantic import Field

from services.review.domain.acting import Person, is_current, may_work, supervisor_if_escalated
from services.review.domain.known import Known
from services.review.domain.prompts import PromptCode, without_prompt
from services.review.domain.transitions import changed, notice_requested
from shared.contract.base import Body, Text
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseState
from shared.contract.facts import NoticeKind
from shared.errors import RuleViolation


class MessageRequest(Body):
    """A message to the client."""

    sequence: int = Field(ge=1, description="Sequence of the case file that the person read.")
    notice: Literal[NoticeKind.DEPARTMENT_NEWS, NoticeKind.DELAY_APOLOGY]
    words: Text = Field(default="", description="In the person's own words.")


def tell_client(
    case: CaseFileUpdated, request: MessageRequest, person: Person, known: Known
) -> CaseFileUpdated:
    """The case, with a message to its client on the way.

    Raises:
        VersionConflict: The case changed since the person read it.
        Forbidden: They may not act on this case.
        RuleViolation: The case is closed, or there is no news to tell.
    """
    is_current(case, request.sequence)
    may_work(person)
    supervisor_if_escalated(case, person)
    if case.state is CaseState.CLOSED:
        raise RuleViolation("closed", "the case is closed: its answer went out with that")
    if request.notice is NoticeKind.DEPARTMENT_NEWS and not (request.words.strip() or case.tasks):
        raise RuleViolation("no_news", "no department has this case: say what is new")
    cause = str(case.sequence + 1)
    told = notice_requested(case.case_id, request.notice, cause, words=request.words.strip())
    after = changed(case, known.now, [told])
    if request.notice is NoticeKind.DELAY_APOLOGY:
        after = without_prompt(after, PromptCode.PROCESSING_DELAY, person.subject)
    return after
