"""What services say when they refuse, and how things are counted."""

import httpx
import pytest

from claimsdesk.said import counted, refusal


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            httpx.Response(404, json={"code": "not_found", "message": "no case C-1"}),
            "no case C-1",
        ),
        (
            httpx.Response(409, json={"code": "c", "message": "changed\nsince", "sequence": 4}),
            "changed since",
        ),
        (httpx.Response(401, json={"detail": "Not authenticated"}), "Not authenticated"),
        (
            httpx.Response(
                422,
                json={
                    "detail": [
                        {"type": "missing", "loc": ["body", "text"], "msg": "Field required"},
                        {"type": "x", "loc": ["body", "lines", 0, "sum"], "msg": "too large"},
                        {"type": "json_invalid", "loc": ["body"], "msg": "no JSON"},
                    ]
                },
            ),
            "text: Field required; lines.0.sum: too large; no JSON",
        ),
        (httpx.Response(502, text="<p>Bad\n gateway</p>"), "<p>Bad gateway</p>"),
        (httpx.Response(500, json={}), "{}"),
        (httpx.Response(503), "Service Unavailable"),
        (httpx.Response(422, json=["x"]), '["x"]'),
    ],
)
def test_a_refusal_is_its_messages_in_one_line(answer: httpx.Response, said: str):
    assert refusal(answer) == said


def test_one_thing_is_not_several():
    assert [counted(n, "complaint") for n in (0, 1, 2)] == [
        "0 complaints",
        "1 complaint",
        "2 complaints",
    ]
    assert counted(2, "policy", "policies") == "2 policies"
