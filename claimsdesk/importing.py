"""`claimsdesk policies import`: what is new or changed in files of clients and policies is sent.

A file is read twice and never held as a whole: first everything is checked, without a broker, and
only keys, revisions and hashes are kept; these are compared with what the topics hold, then what
differs is sent. What says the same is not sent again, so an import may be repeated; without a
revision of its own, a record that says something else gets the next one.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final, Literal, get_args

import orjson

from claimsdesk.errors import CommandError
from claimsdesk.held import Held, Known, digest_of, held_by
from claimsdesk.policies import SOURCE, Sending, built, read_file
from claimsdesk.reference_csv import read_csv
from claimsdesk.said import counted
from shared.contract.reference import ClientChanged, PolicyChanged
from shared.plain_mistakes import meant
from shared.programmes import Programmes
from shared.written_files import Mistake, named

Record = ClientChanged | PolicyChanged
Verdict = Literal["new", "changed", "unchanged"]
_Key = tuple[str, str]

_CSV: Final = frozenset({".csv", ".tsv", ".txt"})
_LINES: Final = frozenset({".jsonl", ".ndjson"})
_TOLD_EVERY: Final = 10_000


@dataclass(slots=True)
class Summary:
    """What an import found and did.

    Attributes:
        counts: By `clients` or `policies` and verdict; `read` if they were compared with nothing.
        compared: Whether they were compared with what is published.
        wrong: Records that can't be used.
        doubts: What is possible, and probably not meant.
        revisions: The revision of each policy that was sent.
    """

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    compared: bool = True
    wrong: int = 0
    doubts: list[str] = field(default_factory=list)
    revisions: dict[str, int] = field(default_factory=dict)

    def line(self, section: str) -> str:
        """What became of a section's records, in words."""
        return ", ".join(f"{count} {verdict}" for verdict, count in self.of(section).items())

    def of(self, section: str) -> dict[str, int]:
        """How many of a section's records are new, changed and unchanged; or were only read."""
        verdicts = get_args(Verdict) if self.compared else ("read",)
        return {verdict: self.counts[section, verdict] for verdict in verdicts}


def records_in(path: Path) -> Iterator[Record | list[Mistake | str]]:
    """Every record of a file, or what is wrong with it."""
    kind = path.suffix.lower()
    try:
        if kind in _CSV:
            for read in read_csv(path):
                if isinstance(read, list):
                    yield [*read]
                elif isinstance(read, Record):
                    yield read
        elif kind in _LINES:
            yield from _lines(path)
        else:
            content = read_file(path)
            yield from content.clients
            yield from content.policies
    except OSError as error:
        yield [f"{path} can't be read: {error.strerror or error}"]
    except UnicodeDecodeError:
        yield [f"{path} can't be read: it is no text"]
    except CommandError as error:
        yield [*str(error).splitlines()]


def import_files(
    paths: Sequence[Path],
    broker: Callable[[], str],
    programmes: Programmes,
    *,
    dry_run: bool,
    skip_bad: bool,
    tell: Callable[[str], None],
) -> Summary:
    """Check files, compare them with what is known, and send what differs.

    Args:
        paths: CSV, JSON lines, YAML or JSON.
        broker: Finds the broker; asked once the files were read.
        programmes: The desk's, to tell what a policy names that nobody has.
        dry_run: Only say what would be sent; without a broker, only check the files.
        skip_bad: Send the rest even if records are wrong; otherwise nothing is sent then.
        tell: Hears of every mistake, and how far a large file is.

    Raises:
        CommandError: The broker is away, or something is wrong and nothing was sent.
    """
    summary = Summary()
    checked = _checked(paths, programmes, summary, tell)
    _stop_if_wrong(summary, skip_bad=skip_bad)
    try:
        bootstrap = broker()
        known = held_by(bootstrap)
    except CommandError as away:
        if not dry_run:
            raise
        tell(f"not compared with what is published: {away}")
        summary.compared = False
        summary.counts.update((section, "read") for (section, _), _ in checked.records)
        return summary
    _compare(checked, known, summary, tell)
    _stop_if_wrong(summary, skip_bad=skip_bad)
    if not dry_run:
        _send(paths, bootstrap, known, summary)
    return summary


def settle(key: _Key, written: Held, known: Known) -> tuple[Verdict, int] | str:
    """Whether a record is news, with its revision; or why it can't be.

    Args:
        key: Its section and key.
        written: As it was read; with revision 0 it has none of its own.
        known: What the topics hold.
    """
    held = known.get(key)
    if held is None:
        return "new", written.revision or 1
    if held.digest == written.digest:
        return "unchanged", held.revision
    if not written.revision:
        return "changed", held.revision + 1
    if written.revision <= held.revision:
        return f"revision {held.revision} is known and says otherwise: give it a higher one"
    return "changed", written.revision


@dataclass(slots=True)
class _Checked:
    """What the files hold that can be used.

    Attributes:
        records: Key and hash of each record.
        starts: Where each file's records begin among them.
        holders: The clients who hold its policies.
    """

    records: list[tuple[_Key, Held]] = field(default_factory=list)
    starts: list[tuple[int, Path]] = field(default_factory=list)
    holders: set[str] = field(default_factory=set)

    def placed(self) -> Iterator[tuple[Path, _Key, Held]]:
        """Each record with its file."""
        ends = [start for start, _ in self.starts[1:]] + [len(self.records)]
        for (start, path), end in zip(self.starts, ends, strict=True):
            for key, written in islice(self.records, start, end):
                yield path, key, written


def _checked(
    paths: Sequence[Path], programmes: Programmes, summary: Summary, tell: Callable[[str], None]
) -> _Checked:
    checked = _Checked()
    doubts: Counter[str] = Counter()
    for path in paths:
        checked.starts.append((len(checked.records), path))
        for number, read in enumerate(records_in(path), 1):
            if number % _TOLD_EVERY == 0:
                tell(f"{path}: {number} records read")
            if isinstance(read, list):
                summary.wrong += 1
                for mistake in read:
                    tell(str(mistake))
                continue
            checked.records.append((_key(read), _written(read)))
            if isinstance(read, PolicyChanged):
                checked.holders.add(read.holder_client_id)
                doubts.update(_doubts(read, programmes))
    summary.doubts = [f"{said} ({counted(n, 'policy', 'policies')})" for said, n in doubts.items()]
    return checked


def _compare(
    checked: _Checked, known: Known, summary: Summary, tell: Callable[[str], None]
) -> None:
    for path, key, written in checked.placed():
        settled = settle(key, written, known)
        if isinstance(settled, str):
            summary.wrong += 1
            tell(f"{path}: {key[1]}: {settled}")
        else:
            summary.counts[key[0], settled[0]] += 1
    everybody = {*known, *(key for key, _ in checked.records)}
    missing = sorted(each for each in checked.holders if ("clients", each) not in everybody)
    if missing:
        some = ", ".join(missing[:5])
        who = (
            "1 holder is no client"
            if len(missing) == 1
            else f"{len(missing)} holders are no clients"
        )
        summary.doubts.append(f"{who} that anybody knows: {some}")


def _stop_if_wrong(summary: Summary, *, skip_bad: bool) -> None:
    if summary.wrong and not skip_bad:
        message = f"{counted(summary.wrong, 'record')} can't be used: nothing was sent"
        raise CommandError(message)


def _send(paths: Sequence[Path], bootstrap: str, known: Known, summary: Summary) -> None:
    with Sending(SOURCE, bootstrap) as sending:
        for path in paths:
            for read in records_in(path):
                if isinstance(read, list):
                    continue
                key, written = _key(read), _written(read)
                settled = settle(key, written, known)
                if isinstance(settled, str):
                    continue
                verdict, revision = settled
                if isinstance(read, PolicyChanged):
                    summary.revisions[read.policy_number] = revision
                if verdict != "unchanged":
                    sending.send(_revised(read, revision), str(revision))
                    known[key] = Held(revision, written.digest)


def _doubts(policy: PolicyChanged, programmes: Programmes) -> Iterator[str]:
    programme = programmes.by_code.get(policy.programme)
    if programme is None:
        hint = meant(policy.programme, programmes.by_code)
        yield f"no programme {policy.programme!r} here; {hint}"
        return
    known = {code for version in programme.versions for code in version.benefits}
    named_benefits = {code for version in policy.versions for code in version.benefits}
    for code in sorted(named_benefits - known):
        yield f"{policy.programme} has no benefit {code!r}; {meant(code, known)}"


def _lines(path: Path) -> Iterator[Record | list[Mistake | str]]:
    """The records of a file that has one JSON object on each line."""
    with path.open(encoding="utf-8-sig") as text:
        for number, line in enumerate(text, 1):
            if not line.strip():
                continue
            try:
                written = json.loads(line.strip(), parse_float=str)
            except ValueError as error:
                column = getattr(error, "colno", 1)
                yield [Mistake(path, number, column, "record", "this line is no valid JSON")]
                continue
            if not isinstance(written, dict):
                said = "wanted is a client or a policy with its fields"
                yield [Mistake(path, number, 1, "record", said)]
                continue
            revision = written.get("revision")
            model: type[Record] = PolicyChanged if "policy_number" in written else ClientChanged
            body, wrong = built({**written, "revision": 1 if revision is None else revision}, model)
            if wrong or body is None:
                yield [Mistake(path, number, 1, named(place), said) for place, said in wrong]
            else:
                yield body if revision is not None else _revised(body, 0)


def _key(record: Record) -> _Key:
    if isinstance(record, PolicyChanged):
        return "policies", record.policy_number
    return "clients", record.client_id


def _written(record: Record) -> Held:
    content = orjson.loads(record.model_dump_json(exclude_none=True))
    del content["revision"]
    return Held(record.revision, digest_of(content))


def _revised(record: Record, revision: int) -> Record:
    return record.model_copy(update={"revision": revision})
