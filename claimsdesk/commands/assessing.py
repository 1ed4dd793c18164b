"""`claimsdesk assess` and `replay`: what rules make of a claim, and whether a decision holds."""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import typer

from claimsdesk.commands.options import DeskOption, JsonOption, ProgrammesOption, told

app = typer.Typer()


@app.command()
def assess(
    programme: Annotated[
        str, typer.Option(metavar="FILE|CODE", help="A programme's file, or one in use.")
    ],
    policy: Annotated[Path, typer.Option(metavar="FILE", help="The policy, YAML or JSON.")],
    claim: Annotated[Path, typer.Option(metavar="FILE", help="The claim, YAML or JSON.")],
    history: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The other claims on the policy.")
    ] = None,
    today: Annotated[
        str | None,
        typer.Option(metavar="DAY", help="The day of the assessment; today if absent."),
    ] = None,
    programmes: ProgrammesOption = None,
    lang: Annotated[Literal["de", "en"], typer.Option(help="The language of the findings.")] = "en",
    as_json: JsonOption = False,
) -> None:
    """Assess a claim from files: every finding, the arithmetic of each line, what is recommended.

    No desk needs to run and nothing is stored. docs/programmes.md shows the files.

    claimsdesk assess --programme household --policy docs/examples/policy.yaml
    --claim docs/examples/claim.yaml --today 2026-06-10
    """
    from claimsdesk.assess.files import read_subject
    from claimsdesk.assess.shown import shown
    from claimsdesk.typed import as_day
    from shared.contract.contacts import Language

    with told():
        day = as_day(today) if today else date.today()
        subject = read_subject(programme, policy, claim, history, today=day, directory=programmes)
        for line in shown(subject, Language(lang), as_json=as_json):
            typer.echo(line)


@app.command()
def replay(
    case_id: Annotated[str, typer.Argument(metavar="CASE", help="The number of a decided case.")],
    desk: DeskOption = None,
    who: Annotated[
        str, typer.Option("--as", metavar="WHO", help="Who asks: a person of the desk, or a role.")
    ] = "auditor",
    as_json: JsonOption = False,
) -> None:
    """Assess a decided case again from its record: equal, or exactly what differs.

    Ends with status 0 if every decision comes out as it was recorded, and with 1 if one differs.
    Beside it stands what today's programme files would make of it, which changes no status.
    """
    from claimsdesk.replay import replayed, said

    with told():
        replays = replayed(desk, who, case_id)
        for line in said(replays, as_json=as_json):
            typer.echo(line)
    if not all(each["equal"] for each in replays):
        raise typer.Exit(1)
