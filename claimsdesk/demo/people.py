"""What people do about a case in the demo: decide, accept or return it, pass a contact on."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from claimsdesk.demo.apis import Apis, Refused
from claimsdesk.demo.expectations import Step
from claimsdesk.errors import CommandError

_CONFLICT = 409
_ATTEMPTS = 5
_ESCALATION_LIMIT_S = 10.0
_POLL_S = 0.15


async def act(apis: Apis, case_id: str, contact_id: str, step: Step) -> None:
    """Do one step as the person it names.

    Raises:
        CommandError: The desk refused, or no escalation came.
    """
    if step.outcome is not None:
        await _decide(apis, case_id, step)
        return
    if step.pass_on is not None:
        wish = {"body": step.pass_on, "reason": step.comment}
        await apis.post("intake", f"/contacts/{contact_id}/pass-on", step.by, json=wish)
        return
    standing = ("opened",) if step.accept else ("accepted", "opened")
    escalation_id = await _escalation(apis, case_id, step.by, standing)
    if step.accept:
        await apis.post("escalation", f"/escalations/{escalation_id}/accept", step.by)
    else:
        body = {"instruction": step.instruction}
        await apis.post("escalation", f"/escalations/{escalation_id}/return", step.by, json=body)


async def _decide(apis: Apis, case_id: str, step: Step) -> None:
    for attempt in range(1, _ATTEMPTS + 1):
        case = await apis.case(case_id)
        decision: dict[str, Any] = {
            "sequence": case["sequence"],
            "outcome": step.outcome,
            "reasons": list(step.reasons),
            "comment": step.comment,
        }
        if step.lines:
            decision["lines"] = [
                {"line_id": line, "approved": str(amount)} for line, amount in step.lines.items()
            ]
        try:
            await apis.post("review", f"/cases/{case_id}/decisions", step.by, json=decision)
        except Refused as refused:
            # Somebody changed the case since it was read: a person would read it again, too.
            if refused.status != _CONFLICT or attempt == _ATTEMPTS:
                raise
        else:
            return


async def _escalation(apis: Apis, case_id: str, who: str, standing: Sequence[str]) -> str:
    deadline = time.monotonic() + _ESCALATION_LIMIT_S
    while time.monotonic() < deadline:
        for status in standing:
            for escalation in await apis.escalations(status, who):
                if escalation["case_id"] == case_id:
                    return str(escalation["escalation_id"])
        await asyncio.sleep(_POLL_S)
    message = f"no escalation of {case_id} came within {_ESCALATION_LIMIT_S:.0f} s"
    raise CommandError(message)
