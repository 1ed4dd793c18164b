"""Scans as scanners and cameras make them: skewed, turned, pale, noisy, several pages in one."""

import io
from collections.abc import Sequence
from typing import Any

import typst
import zxingcpp
from PIL import Image, ImageChops, ImageFilter

from claimsdesk.separator_sheet import separator_sheet


def letter_source(*paragraphs: str) -> str:
    """A letter in typst's language."""
    words = "\n\n".join(paragraphs)
    return f'#set page(margin: 2.5cm)\n#set text(font: "Libertinus Serif", size: 12pt)\n{words}'


def page(source: str, dpi: int = 200) -> Image.Image:
    """A page as a flawless scanner sees it."""
    drawn = typst.compile(source.encode(), format="png", ppi=dpi)
    assert isinstance(drawn, bytes)
    return Image.open(io.BytesIO(drawn)).convert("L")


def skewed(picture: Image.Image, degrees: float) -> Image.Image:
    """Drawn in askew, or turned, on white."""
    return picture.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=255)


def pale(picture: Image.Image) -> Image.Image:
    """Grey on grey."""
    return picture.point(lambda shade: 165 + shade * 45 // 255)


def photographed(picture: Image.Image) -> Image.Image:
    """In bad light: one side dark, a little blurred, with noise."""
    light = Image.linear_gradient("L").resize(picture.size)
    shaded = Image.composite(picture, picture.point(lambda shade: shade // 2), light)
    noise = Image.effect_noise(picture.size, 14)
    return ImageChops.add(shaded.filter(ImageFilter.GaussianBlur(0.7)), noise, 1, -128)


def separator(dpi: int = 200) -> Image.Image:
    """The desk's own separator sheet, scanned."""
    import pypdfium2

    sheet = pypdfium2.PdfDocument(separator_sheet())
    picture: Image.Image = sheet[0].render(scale=dpi / 72).to_pil()
    return picture.convert("L")


def with_code(picture: Image.Image, text: str, size: int = 200) -> Image.Image:
    """A page with a barcode in its corner, as on our letters' reply slips."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    points = Image.fromarray(code.to_image(scale=5)).convert("L").resize((size, size))
    marked = picture.copy()
    marked.paste(points, (picture.width - size - 60, 60))
    return marked


def file_of(pictures: Sequence[Image.Image], kind: str, **options: Any) -> bytes:
    """Pages in one file: PDF, TIFF, PNG or JPEG."""
    target = io.BytesIO()
    first, *others = pictures
    if others:
        options = {"save_all": True, "append_images": others, **options}
    if kind == "PDF":
        options = {"resolution": 200, **options}
    first.save(target, kind, **options)
    return target.getvalue()
