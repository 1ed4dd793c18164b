"""Pages as grey pictures for OCR: whatever a scanner or camera made of them, some 300 dpi.

Runs inside the page program only, in a process that holds one document.
"""

import io
from pathlib import Path
from typing import Final

from PIL import Image, ImageChops, ImageFilter, ImageOps, ImageStat

LARGEST_PIXELS: Final = 100_000_000
"""A sheet of A3 at 600 dpi has 70 million."""
_LONG_SIDE: Final = 3400
"""Of an A4 page at 290 dpi: letters of the size that tesseract was trained with."""
_SMALLEST_SCALE: Final = 0.4
_LARGEST_SCALE: Final = 3.0
_WIDTHS: Final = 4
_NOISE_LIMIT: Final = 3.0
"""Mean difference to the median of the neighbours, of 255; a clean scan has below 1."""
_PROBE: Final = 200
_LEAST_CONTRAST: Final = 24
"""Of 255; below it a page is blank paper and the scanner's noise."""
_OUTLIERS: Final = (0.02, 0.2)
"""Per cent of the darkest and the lightest points that say nothing about contrast."""

Image.MAX_IMAGE_PIXELS = LARGEST_PIXELS


def opened(data: bytes) -> Image.Image:
    """A picture file.

    Raises:
        OSError: It is damaged, or no picture.
    """
    return Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "TIFF", "MPO"))


def count(file: Image.Image) -> int:
    """How many pages a picture file has: a telephone's smaller copies of a photo are none."""
    return int(getattr(file, "n_frames", 1)) if file.format == "TIFF" else 1


def frame(file: Image.Image, number: int) -> Image.Image:
    """One page of a picture file.

    Raises:
        ValueError: It would take too much memory.
    """
    file.seek(number)
    if file.width * file.height > LARGEST_PIXELS:
        message = "a picture with more points than the desk reads"
        raise ValueError(message)
    # A camera's large JPEG is made smaller while it is decoded, which saves most of the time.
    file.draft("L", (_LONG_SIDE, _LONG_SIDE))
    return file


def grey(picture: Image.Image) -> Image.Image:
    """A picture in shades of grey, upright as its camera says."""
    turned = ImageOps.exif_transpose(picture)
    if turned.mode.startswith("I"):
        return turned.point(lambda value: value / 256).convert("L")
    if turned.mode in {"LA", "PA", "RGBA", "La", "RGBa"} or "transparency" in turned.info:
        coloured = turned.convert("RGBA")
        paper = Image.new("RGBA", coloured.size, "white")
        return Image.alpha_composite(paper, coloured).convert("L")
    return turned.convert("L")


def prepared(picture: Image.Image) -> Image.Image | None:
    """A grey page with its noise taken out, of a good size, with full contrast; None if blank.

    Its width is a multiple of four, as Leptonica wants it.
    """
    if _noise(picture) > _NOISE_LIMIT:
        picture = picture.filter(ImageFilter.MedianFilter(3)).filter(ImageFilter.GaussianBlur(0.8))
    scale = _LONG_SIDE / max(picture.size)
    scale = min(max(scale, _SMALLEST_SCALE), _LARGEST_SCALE)
    if abs(scale - 1) > 0.1:
        size = (max(1, round(side * scale)) for side in picture.size)
        width, height = size
        picture = picture.resize((width, height), Image.Resampling.BICUBIC)
    darkest, lightest = _range(picture)
    if lightest - darkest < _LEAST_CONTRAST:
        return None
    clear = ImageOps.autocontrast(picture, cutoff=_OUTLIERS)
    return ImageOps.expand(clear, (0, 0, -clear.width % _WIDTHS, 0), fill=255)


def save(points: bytes, width: int, height: int, row: int, target: Path) -> None:
    """Write shades of grey in the plainest format there is.

    Args:
        points: Row by row.
        width: In points.
        height: In points.
        row: Bytes of a row.
        target: The file.
    """
    picture = Image.frombuffer("L", (width, height), points, "raw", "L", row, 1)
    target.write_bytes(b"P5 %d %d 255\n" % (width, height) + picture.tobytes())


def _range(picture: Image.Image) -> tuple[int, int]:
    """The darkest and the lightest shade, without outliers."""
    histogram = picture.histogram()
    total = sum(histogram)
    return (
        _first_shade(histogram, total * _OUTLIERS[0] / 100),
        255 - _first_shade(histogram[::-1], total * _OUTLIERS[1] / 100),
    )


def _first_shade(histogram: list[int], outliers: float) -> int:
    seen = 0
    for shade, count in enumerate(histogram):
        seen += count
        if seen > outliers:
            return shade
    return len(histogram) - 1


def _noise(picture: Image.Image) -> float:
    """How much points differ from their neighbours, in the middle of twelve places of the page."""
    differences = []
    for row in range(4):
        for column in range(3):
            left, top = picture.width * column // 3, picture.height * row // 4
            part = picture.crop((left, top, left + _PROBE, top + _PROBE))
            calm = part.filter(ImageFilter.MedianFilter(3))
            differences.append(ImageStat.Stat(ImageChops.difference(part, calm)).mean[0])
    return sorted(differences)[len(differences) // 2]
