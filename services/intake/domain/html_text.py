"""The text of an HTML mail: paragraphs as lines, quoted parts marked with `>`, nothing hidden."""

import re
from html import unescape
from html.parser import HTMLParser
from typing import Final

_SKIPPED: Final = frozenset({"script", "style", "head", "title", "template", "noscript", "svg"})
_VOID: Final = frozenset({"br", "hr", "img", "input", "meta", "link", "wbr", "col", "area", "base"})
_BLOCKS: Final = frozenset(
    {"p", "div", "tr", "table", "ul", "ol", "li", "blockquote", "pre", "section", "article"}
    | {"h1", "h2", "h3", "h4", "h5", "h6", "header", "footer"}
)
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all"
    r"|(?:font-size|max-height|opacity)\s*:\s*0(?:\.0+)?(?:px|pt|em|%)?\s*(?:;|!|$)",
    re.IGNORECASE,
)
_CELL: Final = "\x1f"
"""Between the cells of a table row; two spaces in the text."""
_TAG = re.compile(r"<[^<>]{0,2000}>")
_SECTION = re.compile(r"<!\[[^>]{0,200}?(--)?>")
"""Outlook's `<![if …]>` and `<![endif]>`, or the end of a comment that holds one."""


def html_to_text(html: str) -> str:
    """The visible text; broken HTML gives what can be read of it."""
    reader = _Reader()
    try:
        reader.feed(_ended(html))
        reader.close()
    except (AssertionError, ValueError, RecursionError):
        # The library gives up on a few malformed declarations.
        return unescape(_TAG.sub(" ", html))
    return reader.text()


def _ended(html: str) -> str:
    """The same HTML without openings that nothing closes: they stay as text.

    The library looks for the end of each of them through all the rest, which takes hours for a
    mail of nothing else (CVE-2025-6069).
    """
    html = _SECTION.sub(lambda match: "-->" if match[1] else "", html)
    html = html.replace("<![", "&lt;![")
    for opening, closing in (("<!--", "-->"), ("<", ">")):
        end = html.rfind(closing) + len(closing) if closing in html else 0
        html = html[:end] + html[end:].replace(opening, "&lt;" + opening[1:])
    return html


def _is_hidden(attributes: dict[str, str | None]) -> bool:
    return "hidden" in attributes or bool(_HIDDEN.search(attributes.get("style") or ""))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = []
        self._line: list[str] = []
        self._quotes = 0
        self._hidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self._end_line(keep_empty=True)
            return
        if self._hidden or tag in _SKIPPED or _is_hidden(dict(attrs)):
            if tag not in _VOID:
                self._hidden.append(tag)
            return
        if tag in _BLOCKS:
            self._end_line()
        if tag == "blockquote":
            self._quotes += 1
        elif tag == "li":
            self._line.append("- ")
        elif tag in {"td", "th"}:
            self._line.append(_CELL)
        elif tag == "hr":
            self._end_line()
            self._lines.append("_" * 32)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._hidden:
            while self._hidden.pop() != tag:
                pass
            return
        if self._hidden:
            return
        if tag in _BLOCKS:
            self._end_line()
            if tag == "p":
                self._lines.append("")
        if tag == "blockquote":
            self._quotes = max(0, self._quotes - 1)

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self._line.append(data)

    def text(self) -> str:
        self._end_line()
        return "\n".join(self._lines).strip("\n")

    def _end_line(self, *, keep_empty: bool = False) -> None:
        cells = (" ".join(cell.split()) for cell in "".join(self._line).split(_CELL))
        line = "  ".join(filter(None, cells))
        self._line.clear()
        if line or keep_empty:
            self._lines.append("> " * self._quotes + line)
