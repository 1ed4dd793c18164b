"""`claimsdesk up`, `demo` and `token`: a whole desk on this machine."""

from pathlib import Path
from typing import Annotated

import typer

from claimsdesk.commands.options import DeskOption, JsonOption, told

app = typer.Typer()


@app.command()
def up(
    directory: Annotated[
        Path,
        typer.Option(
            "--directory", "-d", metavar="FOLDER", help="Where the desk keeps everything."
        ),
    ] = Path("var"),
    samples: Annotated[
        bool, typer.Option(help="Load the sample policies and send the sample contacts once.")
    ] = True,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Don't show the services' logs here.")
    ] = False,
) -> None:
    """Start a whole desk on this machine and keep it running until Ctrl-C.

    Fetches Apache Kafka and a mail server on the first run, starts them and the four services,
    loads sample policies, sends sample contacts, and says where to look. All state is in one
    folder: a second [bold]claimsdesk up[/bold] goes on where the first one stopped.

    To choose a port yourself, set CLAIMSDESK_<NAME>_PORT, with the name kafka, smtp, imap,
    intake, review, escalation or notify. Other CLAIMSDESK_… settings reach the services too:
    CLAIMSDESK_CALENDAR_FILE=$PWD/deploy/demo/always-open.yaml opens a desk whose business time
    runs day and night, where its own is Monday to Friday, 8 to 18 in Berlin.
    """
    from claimsdesk.up import up_command

    up_command(directory=directory, samples=samples, quiet=quiet)


@app.command()
def demo(
    desk: DeskOption = None,
    contacts: Annotated[
        Path | None,
        typer.Option(
            "--contacts",
            metavar="FOLDER",
            help="Other contacts than the samples; see docs/demo.md.",
        ),
    ] = None,
    as_json: JsonOption = False,
    keep: Annotated[
        Path | None,
        typer.Option(
            "--keep", metavar="FOLDER", help="Keep the demo's own desk there: logs, letters, mails."
        ),
    ] = None,
) -> None:
    """Send every sample contact through its real channel and show what the desk made of it.

    Starts a desk of its own in a temporary folder on free ports, unless [bold]--desk[/bold] names
    one that runs. Exits with 0 only if each contact ended as the expectation file beside it says.
    """
    from claimsdesk.demo.command import demo_command

    with told():
        raise typer.Exit(demo_command(desk, contacts, as_json=as_json, keep=keep))


@app.command()
def token(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="The system's name; its claims are kept under it.")
    ],
    client: Annotated[
        list[str] | None,
        typer.Option(metavar="CLIENT_ID", help="For whom it may act; may be repeated."),
    ] = None,
    desk: DeskOption = None,
) -> None:
    """Print a token for a client's own system, which sends claims to the local desk's API.

    In a deployment an identity provider signs such tokens; docs/intake-api.md says what they hold.
    """
    from claimsdesk.desks import find_desk

    with told():
        typer.echo(find_desk(desk).system_token(name, client or ()))
