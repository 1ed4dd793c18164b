"""Print batches: which letters go together, and what the print provider is told of them.

2026-11-23-1/
  <notice id>.pdf      a letter; `<notice id>-2.pdf` when a person had it sent again
  manifest.json        what to print, how, and with which postage
  SHA256SUMS           checksums of all of them, for `sha256sum --check`
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from services.notify.domain.notice import Notice
from services.notify.domain.postage import PostageTable, sheets_of, weigh
from shared.calendar import BusinessCalendar

MANIFEST: Final = "manifest.json"
CHECKSUMS: Final = "SHA256SUMS"


@dataclass(frozen=True, slots=True)
class BatchLetter:
    """One letter of a batch; weights in grams."""

    file: str
    notice_id: str
    run: int
    case_id: str
    kind: str
    language: str
    dated: str
    pages: int
    sheets: int
    duplex: bool
    grams: str
    postage: str
    abroad: bool
    enclosures: tuple[str, ...]
    document_id: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Letters that leave together.

    Attributes:
        marked: Everything was written; it may be with the provider already.
    """

    batch_id: str
    closed_at: datetime
    letters: tuple[BatchLetter, ...]
    marked: bool = False


def file_of(notice_id: str, run: int) -> str:
    """A letter's file; a letter that a person has sent again is one of its own."""
    return f"{notice_id}.pdf" if run == 1 else f"{notice_id}-{run}.pdf"


def letter_of(notice: Notice, tables: Sequence[PostageTable], *, duplex: bool) -> BatchLetter:
    """A printed notice as a letter of a batch.

    Raises:
        TooHeavy: No postage takes it.
    """
    assert notice.document_id is not None
    assert notice.pages is not None
    weighed = weigh(sheets_of(notice.pages, duplex=duplex), tables, notice.letter_day)
    return BatchLetter(
        file=file_of(notice.notice_id, notice.run),
        notice_id=notice.notice_id,
        run=notice.run,
        case_id=notice.case_id,
        kind=notice.kind.value,
        language=notice.language.value,
        dated=notice.letter_day.isoformat(),
        pages=notice.pages,
        sheets=weighed.sheets,
        duplex=duplex,
        grams=str(weighed.grams),
        postage=weighed.postage + ("_abroad" if notice.abroad else ""),
        abroad=notice.abroad,
        enclosures=tuple(notice.enclosures.split()),
        document_id=notice.document_id,
    )


def to_json(letters: Iterable[BatchLetter]) -> str:
    """The letters of a closed batch, to be stored: they never change any more."""
    return json.dumps([asdict(letter) for letter in letters])


def from_json(text: str) -> tuple[BatchLetter, ...]:
    """The letters as they were stored."""
    return tuple(
        BatchLetter(**{**row, "enclosures": tuple(row["enclosures"])}) for row in json.loads(text)
    )


def manifest_of(batch: Batch, checksums: Mapping[str, str], sizes: Mapping[str, int]) -> bytes:
    """What the provider is told; the same batch always gives the same bytes.

    Args:
        batch: The batch.
        checksums: SHA-256 of each letter's file.
        sizes: Bytes of each letter's file.
    """
    letters = [
        {
            **{name: value for name, value in asdict(letter).items() if name != "document_id"},
            "bytes": sizes[letter.file],
            "sha256": checksums[letter.file],
        }
        for letter in batch.letters
    ]
    postage: dict[str, int] = {}
    for letter in batch.letters:
        postage[letter.postage] = postage.get(letter.postage, 0) + 1
    told = {
        "batch": batch.batch_id,
        "closed_at": batch.closed_at.isoformat(),
        "letters": len(letters),
        "pages": sum(letter.pages for letter in batch.letters),
        "sheets": sum(letter.sheets for letter in batch.letters),
        "postage": dict(sorted(postage.items())),
        "items": letters,
    }
    return (json.dumps(told, indent=1, ensure_ascii=False) + "\n").encode()


def checksums_of(checksums: Mapping[str, str]) -> bytes:
    """The file that `sha256sum --check` reads."""
    return "".join(f"{sha256}  {file}\n" for file, sha256 in sorted(checksums.items())).encode()


def last_cutoff(
    now: datetime, cutoffs: Sequence[time], calendar: BusinessCalendar
) -> datetime | None:
    """The latest cut-off that has passed: a time of day on a day on which the desk works.

    Returns:
        None if there is none within the last two weeks.
    """
    local = now.astimezone(calendar.zone)
    for back in range(14):
        day = local.date() - timedelta(days=back)
        if calendar.roll_forward(day) != day:
            continue
        for cutoff in sorted(cutoffs, reverse=True):
            at = datetime.combine(day, cutoff, tzinfo=calendar.zone)
            if at <= now:
                return at
    return None


def batch_id_of(day: date, number: int) -> str:
    """The name of a day's batch: `2026-11-23-1`."""
    return f"{day.isoformat()}-{number}"
