"""What goes through the socket between intake and the page program: lengths and bytes.

First the file's type and its bytes; then one request, one answer, as JSON, until intake hangs up:

| request | answer |
|---|---|
| `{"do": "text"}` | `text`: the text layer; `complete`: no page has to be read from its picture |
| `{"do": "page", "page", "marks", "ocr", "other_side"}` | see `PageAnswer` in `sandbox.py` |
| `{"do": "invoice"}` | `xml`: the electronic invoice that it carries, in base64, or null |
| `{"do": "part", "pages"}` | `file`: where those pages lie as a file of their own |

The first answer is `{"pages": 3}`; a file that can't be read is answered by hanging up.
"""

import json
import socket
from typing import Any, Final

LENGTH: Final = 4
Message = dict[str, Any]


def packed(data: bytes) -> bytes:
    """Bytes with their length before them."""
    return len(data).to_bytes(LENGTH, "big") + data


def message(values: Message) -> bytes:
    """A message as it goes through the socket."""
    return packed(json.dumps(values).encode())


def receive(channel: socket.socket) -> bytes:
    """The next bytes.

    Raises:
        EOFError: The other side hung up.
    """
    return _exactly(channel, int.from_bytes(_exactly(channel, LENGTH), "big"))


def _exactly(channel: socket.socket, count: int) -> bytes:
    data = bytearray(count)
    view, got = memoryview(data), 0
    while got < count:
        step = channel.recv_into(view[got:])
        if not step:
            raise EOFError
        got += step
    return bytes(data)
