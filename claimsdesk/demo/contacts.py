"""The contacts of a folder: a file each, an expectation file beside it, in an order that works."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from claimsdesk.demo.expectations import Expectation, read_expectation
from claimsdesk.demo.placeholders import references
from claimsdesk.errors import CommandError

_CHANNELS = {
    ".eml": "email",
    ".phone.json": "phone",
    ".web.json": "web",
    ".letter.pdf": "letter",
    ".letter.png": "letter",
    ".letter.jpg": "letter",
    ".letter.jpeg": "letter",
    ".pdf": "letter",
    ".png": "letter",
    ".jpg": "letter",
    ".jpeg": "letter",
    ".tif": "letter",
    ".tiff": "letter",
}
"""What a file is, by how its name ends; the longer ending counts."""
_NAMES = "NAME.eml, NAME.phone.json, NAME.web.json, NAME.letter.pdf …"
_EXPECTATIONS = (".expect.yaml", ".expect.yml", ".expect.json")


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact to send."""

    name: str
    channel: str
    file: Path | None
    raw: bytes
    after: frozenset[str]
    expectation: Expectation | None = None

    @property
    def duplicate_of(self) -> str | None:
        """The contact that this one repeats to the byte, if it does."""
        return self.expectation.duplicate_of if self.expectation else None


def load_contacts(folder: Path) -> list[Contact]:
    """Every contact of a folder, each after those it refers to.

    Raises:
        CommandError: There is none, an expectation file is wrong or belongs to no contact, or
            contacts wait for each other or for one that is not there.
    """
    if not folder.is_dir():
        message = f"{folder} is no folder"
        raise CommandError(message)
    files = sorted(file for file in folder.iterdir() if file.is_file())
    expectations = {
        name: read_expectation(file)
        for file in files
        if (name := _stem(file, _EXPECTATIONS)) is not None
    }
    contacts: dict[str, Contact] = {}
    for file in files:
        ending = _ending(file)
        if ending is None:
            continue
        stem = file.name.removesuffix(ending)
        expectation = expectations.pop(stem, None) or expectations.pop(file.name, None)
        contact = _contact(file, ending, expectation)
        if contact.name in contacts:
            message = f"{folder}: two contacts are called {contact.name!r}"
            raise CommandError(message)
        contacts[contact.name] = contact
    for name, expectation in expectations.items():
        contacts[name] = _repeat(folder, name, expectation, contacts)
    if not contacts:
        message = f"{folder} holds no contact ({_NAMES})"
        raise CommandError(message)
    return in_order(contacts.values())


def load_contact(file: Path) -> Contact:
    """One contact alone; an expectation file beside it is left aside.

    Raises:
        CommandError: It can't be read, or its name does not say what it is.
    """
    ending = _ending(file)
    if ending is None:
        message = f"{file}: a contact is called {_NAMES}"
        raise CommandError(message)
    try:
        return _contact(file, ending, None)
    except OSError as problem:
        message = f"{file} can't be read: {problem}"
        raise CommandError(message) from problem


def in_order(contacts: Iterable[Contact]) -> list[Contact]:
    """The contacts so that each comes after those it waits for.

    Raises:
        CommandError: They wait for each other, or for one that is not there.
    """
    by_name = {contact.name: contact for contact in contacts}
    for contact in by_name.values():
        missing = sorted(contact.after - by_name.keys())
        if missing:
            message = f"{contact.name} comes after {', '.join(missing)}, which is not there"
            raise CommandError(message)
    try:
        order = TopologicalSorter({name: sorted(by_name[name].after) for name in by_name})
        return [by_name[name] for name in order.static_order()]
    except CycleError as circle:
        message = f"contacts wait for each other: {' → '.join(circle.args[1])}"
        raise CommandError(message) from circle


def _ending(file: Path) -> str | None:
    matching = [ending for ending in _CHANNELS if file.name.lower().endswith(ending)]
    return file.name[-len(max(matching, key=len)) :] if matching else None


def _stem(file: Path, endings: Sequence[str]) -> str | None:
    for ending in endings:
        if file.name.endswith(ending):
            return file.name.removesuffix(ending)
    return None


def _contact(file: Path, ending: str, expectation: Expectation | None) -> Contact:
    raw = file.read_bytes()
    channel = _CHANNELS[ending.lower()]
    if expectation is not None and expectation.channel not in (None, channel):
        message = (
            f"{file} is a contact by {channel}, but its expectation says {expectation.channel}"
        )
        raise CommandError(message)
    stated = set(expectation.after) if expectation else set()
    if expectation and expectation.duplicate_of:
        stated.add(expectation.duplicate_of)
    # A scan is bytes; two braces in it mean nothing.
    implied = references(raw) if channel != "letter" else set()
    name = file.name.removesuffix(ending)
    return Contact(name, channel, file, raw, frozenset(stated | implied), expectation)


def _repeat(
    folder: Path, name: str, expectation: Expectation, contacts: dict[str, Contact]
) -> Contact:
    original = contacts.get(expectation.duplicate_of or "")
    if original is None:
        message = (
            f"{folder}: the expectation of {name!r} stands alone: beside it is no contact, and it "
            "is no `duplicate_of` one that is there"
        )
        raise CommandError(message)
    after = frozenset({original.name, *expectation.after})
    return replace(original, name=name, after=after, expectation=expectation)
