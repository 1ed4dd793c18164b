"""What `claimsdesk queue` says of contacts and of what was done with them."""

import pytest

from claimsdesk.queue import said_of, show_waiting


@pytest.mark.parametrize(
    ("verb", "verdict", "case_id", "said"),
    [
        ("assign", "contact", "C-1", "R-1: contact, case C-1"),
        ("new-case", "contact", "C-2", "R-1: contact, case C-2"),
        # Nobody has vouched for the case: it is only suspected.
        ("discard", "discarded", "C-1", "R-1: discarded, may belong to C-1"),
        ("restore", "unidentified", "C-1", "R-1: unidentified, may belong to C-1"),
        ("discard", "discarded", None, "R-1: discarded"),
    ],
)
def test_what_an_entry_is_since_then(verb, verdict, case_id, said):
    done = {"received_id": "R-1", "verdict": verdict, "case_id": case_id}
    assert said_of(verb, done) == said


def test_an_empty_queue_is_said_to_be_empty(capsys):
    show_waiting([])
    assert capsys.readouterr().out == "nothing waits\n"
