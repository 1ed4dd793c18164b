"""`claimsdesk`, the command line of the desk.

What a command needs is imported when it runs, so that `--help` answers at once.
"""

from typing import Annotated

import typer

from claimsdesk.commands import (
    assessing,
    complaints,
    contact,
    deadlines,
    desk,
    notices,
    operations,
    programmes,
    queue,
    reference,
    topics,
)

app = typer.Typer(
    name="claimsdesk",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    rich_markup_mode="rich",
    help="""
    The open claims desk: answer clients, decide claims, keep every time limit, write back.

    [bold]First steps[/bold]

    claimsdesk up           a whole desk on this machine, with sample clients; Ctrl-C stops it

    claimsdesk demo         a desk of its own, all sample contacts, and what became of each

    claimsdesk contact send deploy/demo/claim-to-try.eml
    """,
)
app.add_typer(desk.app)
app.add_typer(deadlines.app)
app.add_typer(assessing.app)
app.add_typer(contact.letters_app)
app.add_typer(contact.app, name="contact")
app.add_typer(queue.app, name="queue")
app.add_typer(notices.app, name="notices")
app.add_typer(complaints.app, name="complaints")
app.add_typer(topics.app, name="topics")
app.add_typer(operations.app)
app.add_typer(operations.dead_letters_app, name="dlt")
app.add_typer(programmes.app, name="programmes")
app.add_typer(reference.policies_app, name="policies")
app.add_typer(reference.people_app, name="people")


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"claimsdesk {version('claimsdesk')}")
        raise typer.Exit


@app.callback()
def claimsdesk(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """What all commands share; the help text stands at `app`."""
