"""`claimsdesk complaints`: the register of complaints."""

from pathlib import Path
from typing import Annotated

import typer

from claimsdesk.commands.options import DeskOption, told

app = typer.Typer(no_args_is_help=True, help="The register of complaints: report.")


@app.callback()
def complaints() -> None:
    """What its commands share; with it `report` stays a command's name."""


@app.command("report")
def complaints_report(
    year: Annotated[
        int, typer.Option(metavar="YEAR", help="In which they were received.", min=1971, max=2199)
    ],
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to; the terminal if absent.")
    ] = None,
    figures: Annotated[
        bool,
        typer.Option("--figures", help="The report's figures instead of a row per complaint."),
    ] = False,
    mark_reported: Annotated[
        bool,
        typer.Option(
            "--mark-reported", help="Say in each case that it stands in the report; needs --out."
        ),
    ] = False,
    desk: DeskOption = None,
    who: Annotated[
        str, typer.Option("--as", metavar="WHO", help="Who acts: a person of the desk, or a role.")
    ] = "supervisor",
) -> None:
    """Export a year's complaints as CSV: UTF-8 with semicolons, as a German spreadsheet reads it.

    What the columns mean and where they come from stands in docs/complaints.md.
    """
    from claimsdesk.complaints import report

    with told():
        text, done = report(
            year, out, desk=desk, who=who, figures=figures, mark_reported=mark_reported
        )
        if text:
            typer.echo(text, nl=False)
        typer.echo(done, err=True)
