"""Queries on people and teams as `reference.people.v1` told them.

Only what the chain needs is kept: no names, no limits of authority.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import Column, Table, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.escalation.domain.directory import Directory, Level, Person, Team
from services.escalation.tables import directory, people, teams
from shared.contract.people import PersonChanged, TeamChanged
from shared.database import among, insert_rows, locked

_PERSON = TypeAdapter(Person)
_TEAM = TypeAdapter(Team)
_ONLY: Final = 1
"""The id of the only row of `directory`."""


async def save_people(
    connection: AsyncConnection, changed: Iterable[PersonChanged], teamed: Iterable[TeamChanged]
) -> bool:
    """Store what is newer than what is known; say whether anything was."""
    version = await lock_directory(connection)
    newer_people = await _newer(
        connection,
        people,
        people.c.person_id,
        {each.person_id: each for each in sorted(changed, key=lambda one: one.revision)},
    )
    newer_teams = await _newer(
        connection,
        teams,
        teams.c.team_id,
        {each.team_id: each for each in sorted(teamed, key=lambda one: one.revision)},
    )
    if not (newer_people or newer_teams):
        return False
    await insert_rows(
        connection,
        people,
        [
            {
                "person_id": person.person_id,
                "revision": person.revision,
                "body": _PERSON.dump_json(_person(person)).decode(),
            }
            for person in newer_people
        ],
        update_on=("person_id",),
    )
    await insert_rows(
        connection,
        teams,
        [
            {
                "team_id": team.team_id,
                "revision": team.revision,
                "body": _TEAM.dump_json(_team(team)).decode(),
            }
            for team in newer_teams
        ],
        update_on=("team_id",),
    )
    await connection.execute(update(directory).values(version=version + 1))
    return True


async def lock_directory(connection: AsyncConnection) -> int:
    """Lock people and teams until the end of the transaction; the version of the directory.

    Whoever locks cases does that before.
    """
    query = locked(select(directory.c.version).where(directory.c.id == _ONLY))
    return int((await connection.execute(query)).scalar_one())


async def directory_version(connection: AsyncConnection) -> int:
    """The version of the directory."""
    query = select(directory.c.version).where(directory.c.id == _ONLY)
    return int((await connection.execute(query)).scalar_one())


async def load_directory(connection: AsyncConnection) -> Directory:
    """Everybody and every team.

    The version is read first, so it is never newer than the people it stands for.
    """
    version = await directory_version(connection)
    known = (await connection.execute(select(people.c.body))).scalars()
    known_teams = (await connection.execute(select(teams.c.body))).scalars()
    return Directory.of(
        (_PERSON.validate_json(body) for body in known),
        (_TEAM.validate_json(body) for body in known_teams),
        version,
    )


async def _newer(
    connection: AsyncConnection, table: Table, key: Column[Any], latest: Mapping[str, Any]
) -> list[Any]:
    """Of the records by key those whose revision is higher than the stored one."""
    if not latest:
        return []
    query = select(key, table.c.revision).where(among(connection, key, latest.keys()))
    stored = {row[0]: row[1] for row in await connection.execute(query)}
    return [record for name, record in latest.items() if record.revision > stored.get(name, 0)]


def _person(told: PersonChanged) -> Person:
    return Person(
        person_id=told.person_id,
        roles=frozenset(told.roles),
        teams=told.teams,
        deputy=told.deputy,
        absences=tuple((each.from_day, each.until_day) for each in told.absences),
        active=told.active,
    )


def _team(told: TeamChanged) -> Team:
    return Team(
        team_id=told.team_id,
        programmes=frozenset(told.programmes),
        kinds=frozenset(told.kinds),
        default=told.default,
        levels=tuple(Level(each.supervisors, each.attend_within) for each in told.levels),
        active=told.active,
    )
