"""The least that can pass for a service: answers 200 to everything, or can't start.

Run by the local desk's supervisor in tests that are about the supervisor.
"""

import os
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer


class Answer(BaseHTTPRequestHandler):
    """Answers every question with its kafka address."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(os.environ["CLAIMSDESK_KAFKA"].encode())

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - its name in the base class
        """Keep quiet."""


def main() -> None:
    """Serve, unless the environment says that this service is broken."""
    if "TINY_SERVICE_IS_BROKEN" in os.environ:
        sys.exit("no such thing as a claim")
    sys.stderr.write("tiny service at your service\n")
    address = os.environ["CLAIMSDESK_HTTP_HOST"], int(os.environ["CLAIMSDESK_HTTP_PORT"])
    HTTPServer(address, Answer).serve_forever()


if __name__ == "__main__":
    main()
