"""`claimsdesk contact` and `separator-sheet`."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from claimsdesk.commands.options import DeskOption, JsonOption, told
from claimsdesk.errors import CommandError

app = typer.Typer(no_args_is_help=True, help="Contacts of clients: send, parse.")
letters_app = typer.Typer()


@app.command("send")
def contact_send(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A mail (.eml), phone note or letter.")
    ],
    desk: DeskOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send one mail to a running desk, with a Message-ID of its own, and follow it to its answer.

    Prints what intake made of it, the case, its outcome, and the notices to the client.
    """
    from claimsdesk.demo.command import send_command

    with told():
        raise typer.Exit(send_command(file, desk, as_json=as_json))


@app.command("parse")
def contact_parse(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="A mail (.eml), scan (PDF, PNG, JPEG, TIFF) or phone note (.json); - for stdin.",
        ),
    ],
    as_json: JsonOption = False,
    trust: Annotated[
        str | None,
        typer.Option(
            metavar="AUTHSERV-ID",
            help="The mail server whose Authentication-Results count (CLAIMSDESK_AUTHSERV_ID).",
        ),
    ] = None,
    known: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="YAML with the `clients:`, `cases:` and `notices:` that are known."
        ),
    ] = None,
    received: Annotated[
        datetime | None,
        typer.Option(
            metavar="TIME",
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"],
            help="When the desk got it, such as 2026-11-20 or 2026-11-20T10:00:00+01:00, UTC "
            "without a zone; else what the mail's last server says, else now.",
        ),
    ] = None,
) -> None:
    """Show what intake makes of a file, without a desk, a broker or a database.

    Whether it is a contact, a machine's mail or a delivery report; its sender, our references in
    it, its text without what was quoted, every value with where it was read, the intent, the
    attachments, and why a person must look at it. Nothing is stored or sent.
    """
    with told():
        try:
            from claimsdesk.parse.command import parse_command
        except ModuleNotFoundError as missing:
            message = f"intake's packages are missing ({missing.name}): uv sync --group intake"
            raise CommandError(message) from missing
        at = received.replace(tzinfo=received.tzinfo or UTC).astimezone(UTC) if received else None
        parse_command(file, trust=trust, known=known, received=at, json_wanted=as_json)


@letters_app.command("separator-sheet")
def write_separator_sheet(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The PDF to write.")],
) -> None:
    """Write the sheet that is laid between two letters before they are scanned together.

    Print it as often as needed; the desk takes the scan apart at each of them.
    """
    from claimsdesk.separator_sheet import separator_sheet

    with told():
        try:
            file.write_bytes(separator_sheet())
        except OSError as error:
            message = f"{file} can't be written: {error.strerror}"
            raise CommandError(message) from error
        typer.echo(f"wrote {file}")
