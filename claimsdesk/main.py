"""`claimsdesk`, the command line of the desk.

What a command needs is imported when it runs, so that `--help` answers at once.
"""

import inspect
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
from claimsdesk.commands.options import in_paragraphs

app = typer.Typer(
    name="claimsdesk",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    rich_markup_mode="rich",
    help="""
    The open claims desk: answer clients, decide claims, keep every time limit, write back.

    [bold]First steps[/bold]

    claimsdesk up      a whole desk on this machine, with sample clients

    claimsdesk demo    a desk of its own, all sample contacts, what became of each

    claimsdesk contact send deploy/demo/claim-to-try.eml
    """,
)
_PANELS = {
    "Run a desk": ("up", "demo", "token", "people"),
    "Contacts and the queue": ("contact", "separator-sheet", "queue", "notices"),
    "Programmes and policies": ("programmes", "policies", "assess"),
    "Time limits": ("due", "interest"),
    "Decisions and complaints": ("replay", "complaints"),
    "Operations": ("lag", "dlt", "case", "topics"),
}
_GROUPS = {
    "people": reference.people_app,
    "contact": contact.app,
    "queue": queue.app,
    "notices": notices.app,
    "programmes": programmes.app,
    "policies": reference.policies_app,
    "complaints": complaints.app,
    "dlt": operations.dead_letters_app,
    "topics": topics.app,
}
_SINGLE = (desk.app, contact.letters_app, assessing.app, deadlines.app, operations.app)


def _add_commands() -> None:
    """Add what there is in the order of the panels that `--help` shows."""
    for group in (*_GROUPS.values(), *_SINGLE):
        for command in group.registered_commands:
            command.help = in_paragraphs(inspect.getdoc(command.callback) or "")
    single = {
        command.name or str(getattr(command.callback, "__name__", "")): command
        for group in _SINGLE
        for command in group.registered_commands
    }
    for panel, names in _PANELS.items():
        for name in names:
            if name in _GROUPS:
                app.add_typer(_GROUPS[name], name=name, rich_help_panel=panel)
            else:
                command = single.pop(name)
                command.rich_help_panel = panel
                app.registered_commands.append(command)
    assert not single, f"in no panel: {', '.join(single)}"


_add_commands()


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
