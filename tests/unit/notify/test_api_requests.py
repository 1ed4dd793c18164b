"""What people may ask of notices over HTTP."""

import pytest
from pydantic import ValidationError

from services.notify.api import SendingAgain, SendingByHand


@pytest.mark.parametrize("request_", [SendingByHand, SendingAgain])
def test_a_reason_of_spaces_is_none(request_: type[SendingByHand]):
    with pytest.raises(ValidationError):
        request_(reason=" \t\n ")
    assert request_(reason=" she moved ").reason == "she moved"
