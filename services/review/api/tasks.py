"""Department tasks that people set, explain and take back."""

from fastapi import APIRouter

from services.review.api.changing import Decider, change_case
from services.review.app import App
from services.review.domain.tasking import (
    TaskByHand,
    TaskCancel,
    TaskReply,
    cancel_task,
    reply,
    set_task,
)
from shared.contract.case_file import CaseFileUpdated


def router(app: App) -> APIRouter:
    """The routes of department tasks."""
    routes = APIRouter()

    @routes.post("/cases/{case_id}/tasks")
    async def ask_department(case_id: str, request: TaskByHand, actor: Decider) -> CaseFileUpdated:
        """Ask a department for something; `pay` instructs once more what is still owed."""
        return await change_case(
            app, case_id, actor, lambda case, known: set_task(case, request, actor, known)
        )

    @routes.post("/cases/{case_id}/tasks/{task_id}/reply")
    async def answer_department(
        case_id: str, task_id: str, request: TaskReply, actor: Decider
    ) -> CaseFileUpdated:
        """Answer a department's question: it gets its task again, with these words."""
        return await change_case(
            app, case_id, actor, lambda case, known: reply(case, task_id, request, actor, known)
        )

    @routes.post("/cases/{case_id}/tasks/{task_id}/cancel")
    async def take_task_back(
        case_id: str, task_id: str, request: TaskCancel, actor: Decider
    ) -> CaseFileUpdated:
        """Take a task back that a department has not done yet."""
        return await change_case(
            app,
            case_id,
            actor,
            lambda case, known: cancel_task(case, task_id, request, actor, known),
        )

    return routes
