"""Cases that will pass a time limit, per team and person."""

from datetime import timedelta

from services.escalation.domain.directory import Directory, Team
from services.escalation.domain.forecast import Group, PersonsShare, shares_of
from shared.contract.base import utc
from shared.contract.cases import CaseKind

NOW = utc(2026, 11, 23, 9)
DIRECTORY = Directory.of(
    (),
    [
        Team("team-household", programmes=frozenset({"household"})),
        Team("team-service", default=True),
    ],
)


def group(programme: str | None, person: str | None, cases: int, hours: int) -> Group:
    due = NOW + timedelta(hours=hours)
    return Group(programme, CaseKind.CLAIM, person, cases, due)


def test_groups_are_gathered_by_team_and_person_the_most_first():
    shares = shares_of(
        [
            group("household", "rita", 2, 5),
            group("travel", "rita", 3, 2),
            group(None, None, 4, 3),
            group("heating-aid", "rita", 1, 1),
        ],
        DIRECTORY,
    )
    assert [(share.team, share.cases, share.first_due_at) for share in shares] == [
        ("team-service", 8, NOW + timedelta(hours=1)),
        ("team-household", 2, NOW + timedelta(hours=5)),
    ]
    assert shares[0].people == (
        PersonsShare(None, 4, NOW + timedelta(hours=3)),
        PersonsShare("rita", 4, NOW + timedelta(hours=1)),
    )


def test_without_teams_nobodys_cases_are_still_counted():
    (share,) = shares_of([group("household", "rita", 2, 5)], Directory())
    assert (share.team, share.cases) == (None, 2)
