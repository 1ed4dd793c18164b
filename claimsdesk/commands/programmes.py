"""`claimsdesk programmes`: check, list."""

from pathlib import Path
from typing import Annotated

import typer

from claimsdesk.commands.options import JsonOption, ProgrammesOption, told

app = typer.Typer(no_args_is_help=True, help="What is covered, by which terms: check, list.")


@app.command("check")
def programmes_check(
    path: Annotated[
        Path, typer.Argument(metavar="FILE|FOLDER", help="A programme, desk.yaml, or their folder.")
    ],
    as_json: JsonOption = False,
) -> None:
    """Name every mistake in programme files with line and column, and what looks doubtful.

    Without mistakes it says in short what the programmes say, and ends with status 0; doubts
    change nothing. docs/programmes.md explains every field.

    claimsdesk programmes check shared/programmes/data/household.yaml
    """
    from claimsdesk.programmes import check, report

    with told():
        checked = check(path)
        for line in report(checked, as_json=as_json):
            typer.echo(line)
    if not checked.ok:
        raise typer.Exit(1)


@app.command("list")
def programmes_list(
    programmes: ProgrammesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the programmes and versions that a desk decides by."""
    from claimsdesk.programmes import listed

    with told():
        for line in listed(programmes, as_json=as_json):
            typer.echo(line)
