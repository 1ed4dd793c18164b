"""The bare loop that intake's mails are measured against: IMAP fetch and `email`, nothing else.

`python -m bench.bare_mail PORT USER PASSWORD` prints the CPU seconds and the mails as JSON.
"""

import imaplib
import json
import sys
import time
from email import message_from_bytes

BATCH = 50


def main(port: int, user: str, password: str) -> None:
    """Fetch every mail of the inbox, parse it and decode its parts."""
    began = time.process_time()
    box = imaplib.IMAP4("127.0.0.1", port)
    box.login(user, password)
    box.select("INBOX", readonly=True)
    uids = box.uid("SEARCH", "ALL")[1][0].decode().split()
    mails = characters = 0
    for start in range(0, len(uids), BATCH):
        chosen = ",".join(uids[start : start + BATCH])
        for part in box.uid("FETCH", chosen, "(BODY.PEEK[])")[1]:
            if isinstance(part, tuple):
                mails += 1
                for leaf in message_from_bytes(part[1]).walk():
                    characters += len(leaf.get_payload(decode=True) or b"")
    seconds = time.process_time() - began
    print(json.dumps({"mails": mails, "seconds": seconds, "bytes": characters}))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3])
