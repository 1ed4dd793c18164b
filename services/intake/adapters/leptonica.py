"""Leptonica, the picture library that tesseract itself stands on, as far as pages need it.

Called through `ctypes`: no Python package binds what finds skew and orientation. Decision record
0038 has the measurements. Only the page program loads it, in a process that holds one document.
"""

import ctypes
import ctypes.util
import math
from ctypes import POINTER, byref, c_float, c_int32, c_void_p
from dataclasses import dataclass
from typing import Any, Final, Self

_NAMES: Final = ("lept", "leptonica")
_SILENT: Final = 6
_AREA_MAP: Final = 1
_BRING_IN_WHITE: Final = 1
_WHITE_FROM: Final = 190
"""The background is brought to 200 of 255; from here on it is paper."""
_SWEEP_DEGREES: Final = 14.0
_LEAST_ANGLE: Final = 0.1
_SURE_ORIENTATION: Final = 4.0
"""Of Leptonica's measure, the root of a count of letters with ascenders; 8 is far beyond doubt."""


@dataclass(frozen=True, slots=True)
class Straight:
    """A page evenly lit, upright and without skew; how it lay, and what is on it.

    Attributes:
        points: Its shades of grey, row by row.
        row: Bytes of a row; there may be more than its width.
        degrees: By how much it was skewed, clockwise.
        sideways: It was turned by a quarter.
        sure: Up and down are told apart for certain.
        ink: The share of its points that are dark, 0 to 1.
    """

    points: bytes
    width: int
    height: int
    row: int
    degrees: float
    sideways: bool
    sure: bool
    ink: float


def find_library() -> str | None:
    """The library's name on this machine; None if it is not installed."""
    return next(filter(None, map(ctypes.util.find_library, _NAMES)), None)


class Leptonica:
    """The loaded library."""

    def __init__(self, name: str) -> None:
        self._library = ctypes.CDLL(name)
        self._declare("setMsgSeverity", c_int32, c_int32)
        self._declare("pixCreate", c_void_p, c_int32, c_int32, c_int32)
        self._declare("pixGetData", c_void_p, c_void_p)
        self._declare("pixGetWpl", c_int32, c_void_p)
        self._declare("pixGetWidth", c_int32, c_void_p)
        self._declare("pixGetHeight", c_int32, c_void_p)
        self._declare("pixEndianByteSwap", c_int32, c_void_p)
        self._declare("pixDestroy", None, POINTER(c_void_p))
        self._declare("pixBackgroundNormSimple", c_void_p, c_void_p, c_void_p, c_void_p)
        self._declare("pixGammaTRC", c_void_p, c_void_p, c_void_p, c_float, c_int32, c_int32)
        self._declare("pixThresholdToBinary", c_void_p, c_void_p, c_int32)
        self._declare("pixRemoveBorderConnComps", c_void_p, c_void_p, c_int32)
        self._declare("pixCountPixels", c_int32, c_void_p, POINTER(c_int32), c_void_p)
        self._declare("pixRotateOrth", c_void_p, c_void_p, c_int32)
        self._declare("pixRotate", c_void_p, c_void_p, c_float, c_int32, c_int32, c_int32, c_int32)
        self._declare(
            "pixOrientDetect",
            c_int32,
            *(c_void_p, POINTER(c_float), POINTER(c_float), c_int32, c_int32),
        )
        self._declare(
            "pixFindSkewSweepAndSearchScore",
            c_int32,
            *(c_void_p, POINTER(c_float), POINTER(c_float), POINTER(c_float)),
            *(c_int32, c_int32, c_float, c_float, c_float, c_float),
        )
        self._library.setMsgSeverity(_SILENT)

    def straighten(
        self, points: bytes, width: int, height: int, *, other_side: bool = False
    ) -> Straight | None:
        """A page as it should lie; None if that can't be done.

        Args:
            points: The page's shades of grey, row by row.
            width: Of it, in points; a multiple of four.
            height: Of it, in points.
            other_side: Turn it by a quarter more than it seems to need.
        """
        with _Pictures(self._library) as do:
            page = do("pixCreate", width, height, 8)
            if page is None or self._library.pixGetWpl(page) * 4 != width:
                return None
            ctypes.memmove(self._library.pixGetData(page), points, width * height)
            # Leptonica numbers the bytes of its words the other way on most processors.
            self._library.pixEndianByteSwap(page)
            even = do("pixBackgroundNormSimple", page, None, None)
            grey = do("pixGammaTRC", None, even, 1.0, 0, _WHITE_FROM)
            # After the lines above paper is 255 and a letter's middle is far below this.
            dark = do("pixThresholdToBinary", grey, 150)
            if dark:
                # A table beneath the page, or the scanner's lid, has edges longer than any line.
                dark = do("pixRemoveBorderConnComps", dark, 8)
            if not (page and even and grey and dark):
                return None
            count = c_int32()
            self._library.pixCountPixels(dark, byref(count), None)
            ink = count.value / (width * height)
            along, along_score = self._skew(dark)
            quarter = do("pixRotateOrth", dark, 1)
            across, across_score = self._skew(quarter)
            sideways = (across_score > along_score) != other_side
            degrees = across if sideways else along
            if sideways:
                grey, dark = do("pixRotateOrth", grey, 1), quarter
            if abs(degrees) > _LEAST_ANGLE:
                angle = math.radians(degrees)
                dark = do("pixRotate", dark, angle, _AREA_MAP, _BRING_IN_WHITE, 0, 0)
                grey = do("pixRotate", grey, angle, _AREA_MAP, _BRING_IN_WHITE, width, height)
            up = self._up(dark)
            if up < 0:
                grey = do("pixRotateOrth", grey, 2)
            if not grey:
                return None
            self._library.pixEndianByteSwap(grey)
            row = self._library.pixGetWpl(grey) * 4
            height = self._library.pixGetHeight(grey)
            return Straight(
                points=ctypes.string_at(self._library.pixGetData(grey), row * height),
                width=self._library.pixGetWidth(grey),
                height=height,
                row=row,
                degrees=round(degrees, 2),
                sideways=sideways,
                sure=abs(up) > _SURE_ORIENTATION,
                ink=ink,
            )

    def _skew(self, dark: Any) -> tuple[float, float]:
        """The skew in degrees, and how clearly lines of text run along the page."""
        angle, confidence, score = c_float(), c_float(), c_float()
        failed = self._library.pixFindSkewSweepAndSearchScore(
            dark,
            *(byref(angle), byref(confidence), byref(score)),
            *(4, 2, 0.0, _SWEEP_DEGREES, 1.0, 0.02),
        )
        return (0.0, 0.0) if failed else (angle.value, score.value)

    def _up(self, dark: Any) -> float:
        """How sure the page stands upright; below 0 it stands on its head."""
        up, left = c_float(), c_float()
        failed = self._library.pixOrientDetect(dark, byref(up), byref(left), 0, 0)
        return 0.0 if failed else up.value

    def _declare(self, name: str, result: Any, *arguments: Any) -> None:
        function = getattr(self._library, name)
        function.restype = result
        function.argtypes = arguments


class _Pictures:
    """The pictures that one page needs, freed together."""

    def __init__(self, library: Any) -> None:
        self._library = library
        self._made: list[int] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for made in self._made:
            self._library.pixDestroy(byref(c_void_p(made)))

    def __call__(self, function: str, *arguments: Any) -> int | None:
        """Call a function that makes a picture; None if it failed."""
        made: int | None = getattr(self._library, function)(*arguments)
        if made is not None:
            self._made.append(made)
        return made
