"""Opens PDFs and pictures in processes of their own, with an end to their memory and time.

A small file can hold a page that takes gigabytes or hours to draw. So this program holds the
libraries and no document, and forks a child for each document, which dies alone:
`python -m services.intake.adapters.page_program DESCRIPTOR SECONDS`. Whoever asks sends one end of
a socket through the descriptor; `wire.py` says what goes through it.
"""

import base64
import hashlib
import json
import os
import resource
import signal
import socket
import sys
from pathlib import Path
from typing import Final

import zxingcpp
from PIL import Image

from services.intake.adapters import page_pictures
from services.intake.adapters.leptonica import Leptonica, find_library
from services.intake.adapters.opened_files import OpenedPdf, OpenedPictures
from services.intake.adapters.wire import Message, message, receive
from services.intake.domain.text_layers import is_garbage, needs_picture

_MEMORY_BYTES: Final = 1_500_000_000
_FILE_BYTES: Final = 400_000_000
_TEXT_LIMIT: Final = 100_000
_TEXT_PAGES: Final = 100
_LEAST_INK: Final = 0.0003
"""Of a page; a line of text is ten times that."""
_MOST_CODES: Final = 20
_LONGEST_CODE: Final = 300
_CODES: Final = zxingcpp.BarcodeFormats(
    [
        zxingcpp.BarcodeFormat.QRCode,
        zxingcpp.BarcodeFormat.DataMatrix,
        zxingcpp.BarcodeFormat.Code128,
        zxingcpp.BarcodeFormat.Code39,
    ]
)
_BEHIND_OTHERS: Final = 10


class Pages:
    """One document and what is asked of it."""

    def __init__(
        self, document: OpenedPdf | OpenedPictures, folder: Path, leptonica: Leptonica | None
    ) -> None:
        self._document = document
        self._folder = folder
        self._leptonica = leptonica

    def answer(self, request: Message) -> Message:
        """Do what a request says."""
        if request["do"] == "text":
            return self._text()
        if request["do"] == "invoice":
            xml = self._document.invoice()
            return {"xml": base64.b64encode(xml).decode() if xml else None}
        if request["do"] == "part":
            target = self._folder / "part"
            target.write_bytes(self._document.part(request["pages"]))
            return {"file": str(target)}
        return self._page(**{name: value for name, value in request.items() if name != "do"})

    def _text(self) -> Message:
        texts: list[str] = []
        complete = len(self._document) <= _TEXT_PAGES
        for number in range(min(len(self._document), _TEXT_PAGES)):
            text, pictured = self._document.text(number)
            complete = complete and not needs_picture(text, pictured)
            texts.append("" if is_garbage(text) else text)
            if sum(map(len, texts)) > _TEXT_LIMIT:
                break
        return {"text": "\n".join(texts)[:_TEXT_LIMIT], "complete": complete}

    def _page(self, page: int, *, marks: bool, ocr: bool, other_side: bool) -> Message:
        text, pictured = self._document.text(page)
        unclear = needs_picture(text, pictured)
        answer: Message = {"text": "" if is_garbage(text) else text, "complete": not unclear}
        if not marks and not (unclear and ocr):
            return answer
        drawn = self._document.picture(page)
        picture = page_pictures.prepared(drawn)
        if marks:
            answer["sha256"] = hashlib.sha256(drawn.tobytes()).hexdigest()
            found = zxingcpp.read_barcodes(picture or drawn, formats=_CODES)
            answer["codes"] = [code.text[:_LONGEST_CODE] for code in found[:_MOST_CODES]]
        if not unclear:
            return answer
        if picture is None:
            return answer | {"blank": True}
        if self._leptonica is None or not ocr:
            return answer
        straight = self._leptonica.straighten(
            picture.tobytes(), *picture.size, other_side=other_side
        )
        if straight is None:
            return answer
        target = self._folder / "page.pgm"
        page_pictures.save(straight.points, straight.width, straight.height, straight.row, target)
        return answer | {
            "blank": straight.ink < _LEAST_INK,
            "picture": str(target),
            "degrees": straight.degrees,
            "sideways": straight.sideways,
            "sure": straight.sure,
        }


def serve(channel: socket.socket, seconds: int, leptonica: Leptonica | None) -> None:
    """Answer what is asked about one document, until nobody asks any more.

    An alarm ends this process if one answer takes too long, whatever library is at work.
    """
    header = json.loads(receive(channel))
    data = receive(channel)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_FILE_BYTES, _FILE_BYTES))
    if header["background"]:
        os.nice(_BEHIND_OTHERS)
    signal.alarm(seconds)
    pdf = header["media_type"] == "application/pdf"
    document = OpenedPdf(data) if pdf else OpenedPictures(data)
    pages = Pages(document, Path(header["folder"]), leptonica)
    channel.sendall(message({"pages": len(document)}))
    while True:
        signal.alarm(0)
        try:
            request = json.loads(receive(channel))
        except EOFError:
            return
        signal.alarm(seconds)
        channel.sendall(message(pages.answer(request)))


def main(descriptor: str, seconds: str) -> None:
    """Fork a child for every socket that comes in, until whoever started this is gone."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    control = socket.socket(fileno=int(descriptor))
    leptonica = _leptonica()
    Image.init()
    while True:
        sign, descriptors, _, _ = socket.recv_fds(control, 1, 1)
        if not sign:
            return
        if os.fork() == 0:
            control.close()
            # Not `sys.exit`: this copy of the program must do nothing but end.
            try:
                serve(socket.socket(fileno=descriptors[0]), int(seconds), leptonica)
            finally:
                os._exit(0)
        for each in descriptors:
            os.close(each)


def _leptonica() -> Leptonica | None:
    """The picture library, loaded once for all children; None if it is not there or too old."""
    name = find_library()
    try:
        return Leptonica(name) if name else None
    except (OSError, AttributeError):
        return None


if __name__ == "__main__":
    main(*sys.argv[1:])
