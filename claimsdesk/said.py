"""How commands say what they count, and what a service said when it refused."""

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import httpx

_MOST_SIGNS: Final = 1000
_PARTS_OF_A_REQUEST: Final = frozenset({"body", "query", "path", "header"})


def counted(number: int, one: str, several: str | None = None) -> str:
    """A number of things: `1 policy`, `2 policies`.

    Args:
        number: How many.
        one: What one of them is called.
        several: What others than one are called; with an s if absent.
    """
    return f"{number} {one if number == 1 else several or f'{one}s'}"


def refusal(answer: "httpx.Response") -> str:
    """What a service said when it refused, in one line: its messages and nothing around them."""
    try:
        body = answer.json()
    except ValueError:
        body = None
    said = "; ".join(_messages(body)) or answer.text or answer.reason_phrase
    return " ".join(said.split())[:_MOST_SIGNS] or str(answer.status_code)


def _messages(body: Any) -> list[str]:
    """The messages of an answer: our own errors have one, what is invalid has one a field."""
    if not isinstance(body, dict):
        return []
    if isinstance(message := body.get("message"), str):
        return [message]
    detail = body.get("detail")
    if isinstance(detail, str):
        return [detail]
    if not isinstance(detail, list):
        return []
    return [_of_field(each) for each in detail if isinstance(each, dict) and "msg" in each]


def _of_field(problem: dict[str, Any]) -> str:
    place = [str(part) for part in problem.get("loc", ()) if part not in _PARTS_OF_A_REQUEST]
    return f"{'.'.join(place)}: {problem['msg']}" if place else str(problem["msg"])
