"""`claimsdesk programmes`: programme files looked at before a desk decides by them."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from claimsdesk.errors import CommandError
from shared.programmes import Benefit, ProgrammeError, ProgrammeVersion
from shared.programmes.doubts import clock_doubts, doubts_of
from shared.programmes.loading import (
    DESK_FILE,
    SHIPPED,
    DeskFile,
    ProgrammeFile,
    load_programmes,
    programme_files,
    read_desk,
)
from shared.programmes.programme import Programme
from shared.written_files import Mistake


@dataclass(frozen=True, slots=True)
class Checked:
    """What a look at programme files found.

    Attributes:
        files: What was looked at.
        mistakes: With any of them a desk does not start.
        doubts: What is possible, and probably not meant.
        programmes: Those without mistakes.
    """

    files: Sequence[Path]
    mistakes: Sequence[Mistake | str]
    doubts: Sequence[Mistake]
    programmes: Sequence[Programme]

    @property
    def ok(self) -> bool:
        """Would a desk start with them?"""
        return not self.mistakes


def check(path: Path) -> Checked:
    """Look at a programme's file, at `desk.yaml`, or at a whole folder.

    Raises:
        CommandError: There is nothing to look at.
    """
    if path.is_dir():
        files = programme_files(path)
        files += [own] if (own := path / DESK_FILE).exists() else []
        if not files:
            message = f"{path}: no programme here; a programme is one .yaml file"
            raise CommandError(message)
    elif path.exists():
        files = [path]
    else:
        message = f"{path} is not there"
        raise CommandError(message)
    mistakes: list[Mistake | str] = []
    doubts: list[Mistake] = []
    programmes: dict[str, Programme] = {}
    for file in files:
        try:
            found = _looked_at(file)
        except ProgrammeError as error:
            mistakes += error.mistakes or [str(error)]
            continue
        doubts += found.doubts
        for programme in found.programmes:
            if programme.code in programmes:
                mistakes.append(f"{file}: programme {programme.code!r} is in another file already")
            programmes[programme.code] = programme
    told = dict.fromkeys(mistakes)
    return Checked(files, list(told), sorted(doubts), list(programmes.values()))


def _looked_at(path: Path) -> Checked:
    """One file and what is suspicious in it.

    Raises:
        ProgrammeError: It has mistakes.
    """
    if path.name == DESK_FILE:
        desk_file = DeskFile(path)
        doubts = [
            desk_file.mistake(("clocks", index, *place), said)
            for index, clock in enumerate(desk_file.rules.clocks)
            for place, said in clock_doubts(clock)
        ]
        return Checked([path], [], doubts, [])
    desk = read_desk(path.parent)
    file = ProgrammeFile(path, desk)
    doubts = [
        file.mistake(file.origin(place), said) for place, said in doubts_of(file.programme, desk)
    ]
    return Checked([path], [], doubts, [file.programme])


def report(checked: Checked, *, as_json: bool) -> Iterator[str]:
    """Yield the lines of what was found."""
    if as_json:
        yield json.dumps(_answer(checked), ensure_ascii=False, indent=2)
        return
    yield from map(str, checked.mistakes)
    for doubt in checked.doubts:
        yield f"{doubt.path}:{doubt.line}:{doubt.column}: {doubt.place}: doubtful: {doubt.said}"
    if checked.mistakes:
        yield f"{_counted(len(checked.mistakes), 'mistake')}: a desk would not start with this"
        return
    if checked.doubts:
        yield ""
    for programme in checked.programmes:
        yield from _described(programme)
    files = _counted(len(checked.files), "file")
    yield f"no mistakes in {files}, {_counted(len(checked.doubts), 'doubt')}"


def listed(directory: Path | None, *, as_json: bool) -> Iterator[str]:
    """Yield the lines of the programmes in use and of their versions.

    Args:
        directory: The desk's own programmes; None for the shipped ones.
        as_json: One JSON list instead.

    Raises:
        CommandError: They have mistakes.
    """
    try:
        programmes = load_programmes(directory)
    except ProgrammeError as error:
        raise CommandError(str(error)) from error
    if as_json:
        summaries = [_summary(programme) for programme in programmes.by_code.values()]
        yield json.dumps(summaries, ensure_ascii=False, indent=2)
        return
    for programme in programmes.by_code.values():
        latest = programme.versions[-1]
        versions = ", ".join(
            f"{each.version} from {each.valid_from}" for each in programme.versions
        )
        yield f"{programme.code:<16} {latest.kind:<8} {latest.names.en}: {versions}"
    yield f"from {directory or SHIPPED}"


def _described(programme: Programme) -> Iterator[str]:
    latest = programme.versions[-1]
    yield f"{programme.code} ({latest.kind}): {latest.names.de} / {latest.names.en}"
    for version in programme.versions:
        yield f"  version {version.version}, valid from {version.valid_from}"
        authority = ", ".join(
            f"{role} {_amount(limit, version)}" for role, limit in version.authority.items()
        )
        yield f"    the desk alone up to {_amount(version.automatic_limit, version)}; {authority}"
        if version.deductible:
            yield f"    deductible: {_deductible(version)}"
        for code, benefit in version.benefits.items():
            terms = "; ".join(_terms(benefit, version)) or "no limits"
            yield f"    {code}: {terms}"


def _terms(benefit: Benefit, version: ProgrammeVersion) -> Iterator[str]:
    for name, words in (
        ("limit_per_item", "per item"),
        ("limit_per_claim", "per claim"),
        ("yearly_limit", "per year"),
        ("lifetime_limit", "in all"),
    ):
        amount = getattr(benefit, name)
        if amount is not None:
            yield f"{_amount(amount, version)} {words}"
    if benefit.co_payment is not None:
        share = f"{benefit.co_payment.share:.0%}" if benefit.co_payment.share else "fixed"
        yield f"co-payment {share}"
    if benefit.valuation == "current":
        yield "current value"
    if benefit.waiting_period_days:
        yield f"waiting period {benefit.waiting_period_days} days"
    if benefit.required_documents:
        yield "needs " + ", ".join(document.kind for document in benefit.required_documents)


def _deductible(version: ProgrammeVersion) -> str:
    said = version.deductible
    size = f"{said.share:.0%}" if said.share else _amount(said.amount, version)
    return f"{size} per {said.per}"


def _amount(amount: Decimal | None, version: ProgrammeVersion) -> str:
    return "without limit" if amount is None else f"{amount} {version.currency}"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count or 'no'} {noun}s"


def _answer(checked: Checked) -> dict[str, Any]:
    return {
        "ok": checked.ok,
        "files": [str(path) for path in checked.files],
        "mistakes": [_mistake(each) for each in checked.mistakes],
        "doubts": [_mistake(each) for each in checked.doubts],
        "programmes": [_summary(programme) for programme in checked.programmes],
    }


def _mistake(mistake: Mistake | str) -> dict[str, Any]:
    if isinstance(mistake, str):
        return {"said": mistake}
    return {
        "file": str(mistake.path),
        "line": mistake.line,
        "column": mistake.column,
        "place": mistake.place,
        "said": mistake.said,
    }


def _summary(programme: Programme) -> dict[str, Any]:
    latest = programme.versions[-1]
    return {
        "code": programme.code,
        "kind": latest.kind,
        "names": latest.names.model_dump(),
        "versions": [
            {
                "version": version.version,
                "valid_from": version.valid_from.isoformat(),
                "currency": version.currency,
                "automatic_limit": str(version.automatic_limit),
                "authority": {
                    role: None if limit is None else str(limit)
                    for role, limit in version.authority.items()
                },
                "benefits": {
                    code: list(_terms(benefit, version))
                    for code, benefit in version.benefits.items()
                },
            }
            for version in programme.versions
        ],
    }
