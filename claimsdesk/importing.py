"""`claimsdesk policies import`: what is new or changed in files of clients and policies is sent.

A file is read twice and never held as a whole: first everything is checked and compared with what
the topics hold, then what differs is sent. What says the same is not sent again, so an import may
be repeated; without a revision of its own, a record that says something else gets the next one.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, get_args

import orjson

from claimsdesk.errors import CommandError
from claimsdesk.held import Held, Known, digest_of, held_by
from claimsdesk.policies import SOURCE, Sending, built, read_file
from claimsdesk.reference_csv import read_csv
from shared.contract.reference import ClientChanged, PolicyChanged
from shared.plain_mistakes import meant
from shared.programmes import Programmes
from shared.written_files import Mistake, named

Record = ClientChanged | PolicyChanged
Verdict = Literal["new", "changed", "unchanged"]

_CSV: Final = frozenset({".csv", ".tsv", ".txt"})
_LINES: Final = frozenset({".jsonl", ".ndjson"})
_TOLD_EVERY: Final = 10_000


@dataclass(slots=True)
class Summary:
    """What an import found and did.

    Attributes:
        counts: By `clients` or `policies` and verdict.
        wrong: Records that can't be used.
        doubts: What is possible, and probably not meant.
        revisions: The revision of each policy that was sent.
    """

    counts: Counter[tuple[str, Verdict]] = field(default_factory=Counter)
    wrong: int = 0
    doubts: list[str] = field(default_factory=list)
    revisions: dict[str, int] = field(default_factory=dict)

    def line(self, section: str) -> str:
        """What became of a section's records, in words."""
        return ", ".join(f"{count} {verdict}" for verdict, count in self.of(section).items())

    def of(self, section: str) -> dict[Verdict, int]:
        """How many of a section's records are new, changed and unchanged."""
        verdicts: tuple[Verdict, ...] = get_args(Verdict)
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
    bootstrap: str,
    programmes: Programmes,
    *,
    dry_run: bool,
    skip_bad: bool,
    tell: Callable[[str], None],
) -> Summary:
    """Check files, compare them with what is known, and send what differs.

    Args:
        paths: CSV, JSON lines, YAML or JSON.
        bootstrap: The broker.
        programmes: The desk's, to tell what a policy names that nobody has.
        dry_run: Only say what would be sent.
        skip_bad: Send the rest even if records are wrong; otherwise nothing is sent then.
        tell: Hears of every mistake, and how far a large file is.

    Raises:
        CommandError: The broker is away, or something is wrong and nothing was sent.
    """
    known = held_by(bootstrap)
    summary = _looked_at(paths, known, programmes, tell)
    if summary.wrong and not skip_bad:
        message = f"{summary.wrong} of the records can't be used: nothing was sent"
        raise CommandError(message)
    if dry_run:
        return summary
    with Sending(SOURCE, bootstrap) as sending:
        for path in paths:
            for read in records_in(path):
                if isinstance(read, list) or not isinstance(settled := settle(read, known), tuple):
                    continue
                verdict, record = settled
                if isinstance(record, PolicyChanged):
                    summary.revisions[record.policy_number] = record.revision
                if verdict != "unchanged":
                    sending.send(record, str(record.revision))
                    known[_key(record)] = Held(record.revision, _digest(record))
    return summary


def settle(record: Record, known: Known) -> tuple[Verdict, Record] | str:
    """Whether a record is news, with its revision; or why it can't be.

    Args:
        record: As it was read; with revision 0 it has none of its own.
        known: What the topics hold.
    """
    held = known.get(_key(record))
    if held is None:
        return "new", record if record.revision else _revised(record, 1)
    if held.digest == _digest(record):
        return "unchanged", _revised(record, held.revision)
    if not record.revision:
        return "changed", _revised(record, held.revision + 1)
    if record.revision <= held.revision:
        return f"revision {held.revision} is known and says otherwise: give it a higher one"
    return "changed", record


def _looked_at(
    paths: Sequence[Path], known: Known, programmes: Programmes, tell: Callable[[str], None]
) -> Summary:
    summary = Summary()
    doubts: Counter[str] = Counter()
    clients = {key for section, key in known if section == "clients"}
    holders: set[str] = set()
    for path in paths:
        for number, read in enumerate(records_in(path), 1):
            if number % _TOLD_EVERY == 0:
                tell(f"{path}: {number} records read")
            if isinstance(read, list):
                summary.wrong += 1
                for mistake in read:
                    tell(str(mistake))
                continue
            section, key = _key(read)
            settled = settle(read, known)
            if isinstance(settled, str):
                summary.wrong += 1
                tell(f"{path}: {key}: {settled}")
                continue
            summary.counts[section, settled[0]] += 1
            if isinstance(read, ClientChanged):
                clients.add(key)
            else:
                holders.add(read.holder_client_id)
                doubts.update(_doubts(read, programmes))
    summary.doubts = [f"{said} ({count} policies)" for said, count in doubts.items()]
    if missing := holders - clients:
        some = ", ".join(sorted(missing)[:5])
        summary.doubts.append(f"{len(missing)} holders are no clients that anybody knows: {some}")
    return summary


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


def _key(record: Record) -> tuple[str, str]:
    if isinstance(record, PolicyChanged):
        return "policies", record.policy_number
    return "clients", record.client_id


def _revised(record: Record, revision: int) -> Record:
    return record.model_copy(update={"revision": revision})


def _digest(record: Record) -> bytes:
    content = orjson.loads(record.model_dump_json(exclude_none=True))
    del content["revision"]
    return digest_of(content)
