"""People and teams from a file onto their topic, checked as a whole before anything is sent.

A file names everybody whom it refers to, so that a mistyped deputy or supervisor is seen here and
not on the day when a case finds nobody. Importing it again changes nothing: an event's id is
derived from its key and revision, and readers take the highest revision.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from claimsdesk.errors import CommandError
from claimsdesk.policies import send_events, unknown_fields
from claimsdesk.said import counted
from shared.auth import ROLES
from shared.contract.base import Body
from shared.contract.people import PersonChanged, TeamChanged
from shared.written_files import Place, WrittenFile, WrittenFileError, mistakes_of

SOURCE: Final = "people-administration"
_SECTIONS: Final = frozenset({"people", "teams"})
_OTHERS: Final = frozenset({"clients", "policies"})
"""What `claimsdesk policies import` reads from the same file."""
_SUPERVISOR: Final = "supervisor"

B = TypeVar("B", bound=Body)
_Problem = tuple[Place, str]


@dataclass(frozen=True, slots=True)
class Staff:
    """What a file holds."""

    people: tuple[PersonChanged, ...] = ()
    teams: tuple[TeamChanged, ...] = ()

    def __str__(self) -> str:
        people = counted(len(self.people), "person", "people")
        return f"{people} and {counted(len(self.teams), 'team')}"


def read_staff(path: Path) -> Staff:
    """The people and teams in a YAML or JSON file.

    Raises:
        CommandError: The file can't be read, does not fit the contract, or does not fit together;
            names every problem with file, line and column, each on its own line.
    """
    try:
        file = WrittenFile(path, purpose="wanted are the lists `people` and `teams`")
    except WrittenFileError as error:
        raise CommandError(str(error)) from error
    problems: list[_Problem] = [
        ((name,), "no such section: wanted are `people` and `teams`")
        for name in sorted(map(str, file.content.keys() - _SECTIONS - _OTHERS))
    ]
    if not file.content.keys() & _SECTIONS:
        problems.append(((), "wanted are the lists `people` and `teams`"))
    people = _entries(file, "people", PersonChanged, "person_id", problems)
    teams = _entries(file, "teams", TeamChanged, "team_id", problems)
    if not problems:
        problems += _do_not_fit_together(people, teams)
    if problems:
        at = sorted(problems, key=lambda problem: file.position(problem[0]))
        raise CommandError("\n".join(dict.fromkeys(file.line(*problem) for problem in at)))
    return Staff(tuple(people.values()), tuple(teams.values()))


def publish_staff(staff: Staff, bootstrap: str) -> None:
    """Send the events and wait until the broker has stored each of them.

    Raises:
        CommandError: The broker is away or refused an event.
    """
    bodies: tuple[PersonChanged | TeamChanged, ...] = (*staff.people, *staff.teams)
    events = [(body, str(body.revision)) for body in bodies]
    send_events(events, source=SOURCE, bootstrap=bootstrap)


def import_staff(path: Path, bootstrap: str) -> Staff:
    """Check a file and send what is in it; see `read_staff` and `publish_staff` for the errors."""
    staff = read_staff(path)
    publish_staff(staff, bootstrap)
    return staff


def _entries(
    file: WrittenFile, section: str, model: type[B], key: str, problems: list[_Problem]
) -> dict[str, B]:
    """The entries of a section by their key, in order; what is wrong with them goes to problems."""
    written: Any = file.content.get(section) or []
    if not isinstance(written, list):
        problems.append(((section,), "wanted is a list"))
        return {}
    found: dict[str, B] = {}
    for index, entry in enumerate(written):
        place = (section, index)
        try:
            body = model.model_validate(entry)
        except ValidationError as error:
            problems += [((*place, *where), said) for where, said in mistakes_of(error)]
            continue
        problems += [
            ((*place, *_way(field)), "no such field")
            for field in unknown_fields(entry, body.model_dump())
        ]
        identity = str(getattr(body, key))
        if identity in found:
            problems.append(((*place, key), f"{identity} stands twice in the file"))
        found[identity] = body
    return found


def _way(field: str) -> Place:
    return tuple(int(part) if part.isdecimal() else part for part in field.split("."))


def _do_not_fit_together(
    people: dict[str, PersonChanged], teams: dict[str, TeamChanged]
) -> Iterator[_Problem]:
    for index, person in enumerate(people.values()):
        yield from _about_person(("people", index), person, people, teams)
    for index, team in enumerate(teams.values()):
        yield from _about_team(("teams", index), team, people)
    defaults = [name for name, team in teams.items() if team.default and team.active]
    for index, team in enumerate(teams.values()):
        if team.team_id in defaults[1:]:
            yield ("teams", index, "default"), f"{defaults[0]} is the default team already"


def _about_person(
    place: Place,
    person: PersonChanged,
    people: dict[str, PersonChanged],
    teams: dict[str, TeamChanged],
) -> Iterator[_Problem]:
    for index, role in enumerate(person.roles):
        if role not in ROLES:
            yield (*place, "roles", index), f"no role {role!r}; known: {', '.join(sorted(ROLES))}"
    for index, team in enumerate(person.teams):
        if team not in teams:
            yield (*place, "teams", index), f"{team} is not in this file"
    deputy = people.get(person.deputy) if person.deputy else None
    if person.deputy == person.person_id:
        yield (*place, "deputy"), "nobody is their own deputy"
    elif person.deputy and deputy is None:
        yield (*place, "deputy"), f"{person.deputy} is not in this file"
    elif deputy and _SUPERVISOR in person.roles and _SUPERVISOR not in deputy.roles:
        yield (*place, "deputy"), f"{person.deputy} is no supervisor, so can't stand in for one"


def _about_team(
    place: Place, team: TeamChanged, people: dict[str, PersonChanged]
) -> Iterator[_Problem]:
    for number, level in enumerate(team.levels):
        for index, name in enumerate(level.supervisors):
            where = (*place, "levels", number, "supervisors", index)
            supervisor = people.get(name)
            if supervisor is None:
                yield where, f"{name} is not in this file"
            elif _SUPERVISOR not in supervisor.roles:
                yield where, f"{name} has not the role supervisor"
