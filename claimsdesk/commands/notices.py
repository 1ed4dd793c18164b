"""`claimsdesk notices`: what the desk writes to clients."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from claimsdesk.commands.options import ProgrammesOption, told

app = typer.Typer(no_args_is_help=True, help="What the desk writes to clients: preview.")


@app.command("preview")
def notices_preview(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NOTICE", help="Which notice, as its folder of templates is called."
        ),
    ],
    lang: Annotated[Literal["de", "en"], typer.Option(help="Its language.")] = "de",
    channel: Annotated[
        Literal["email", "letter"] | None,
        typer.Option(help="As a mail or a letter; by the end of FILE if absent."),
    ] = None,
    programme: Annotated[
        str, typer.Option(metavar="CODE", help="Of which programme the sample is.")
    ] = "household",
    outcome: Annotated[
        Literal["approve", "approve_in_part", "deny"], typer.Option(help="Of a decision.")
    ] = "approve_in_part",
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Where to: .txt, .html or .eml for a mail, .pdf for a letter; "
            "the mail's text on the terminal if absent.",
        ),
    ] = None,
    programmes: ProgrammesOption = None,
) -> None:
    """Show a notice with sample data, as a client would get it; no desk need be running."""
    from claimsdesk.notices import preview

    with told():
        preview(name, lang, channel, programme, outcome, out, programmes)
