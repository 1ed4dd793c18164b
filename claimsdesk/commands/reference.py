"""`claimsdesk policies` and `people`: reference data from files."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from claimsdesk.commands.options import JsonOption, KafkaOption, told
from claimsdesk.errors import CommandError

if TYPE_CHECKING:
    from claimsdesk.importing import Summary

policies_app = typer.Typer(no_args_is_help=True, help="Clients and policies: import.")
people_app = typer.Typer(no_args_is_help=True, help="Who works at the desk, in teams: import.")


@policies_app.command("import")
def policies_import(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE…",
            help="CSV, JSON lines (.jsonl), or YAML or JSON with `clients:` and `policies:`.",
        ),
    ],
    kafka: KafkaOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what is new, changed and unchanged.")
    ] = False,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Send the rest even if records are wrong.")
    ] = False,
    programmes: Annotated[
        Path | None,
        typer.Option(
            envvar="CLAIMSDESK_PROGRAMMES_DIR",
            metavar="FOLDER",
            help="A desk's own programmes; the shipped ones if absent.",
        ),
    ] = None,
    wait: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Wait until review at this URL knows every policy."),
    ] = None,
    token_file: Annotated[Path, typer.Option(help="The token to ask review with.")] = Path(
        "var/tokens/rita.token"
    ),
    as_json: JsonOption = False,
) -> None:
    """Publish clients and policies with their history, as policy administration would.

    Everything is checked first: if anything does not fit, nothing is sent. What says the same as
    before is not sent again. docs/policies.md shows the columns of CSV files.
    """
    from claimsdesk.desks import find_kafka
    from claimsdesk.importing import import_files
    from claimsdesk.policies import wait_until_known
    from shared.programmes import ProgrammeError, load_programmes

    with told():
        token = _token_for(wait, token_file)
        for file in files:
            if not file.is_file():
                message = f"{file} can't be read: it is not there"
                raise CommandError(message)
        try:
            in_use = load_programmes(programmes)
        except ProgrammeError as error:
            raise CommandError(str(error)) from error
        summary = import_files(
            files,
            find_kafka(kafka),
            in_use,
            dry_run=dry_run,
            skip_bad=skip_bad,
            tell=lambda line: typer.echo(line, err=True),
        )
        if as_json:
            typer.echo(json.dumps(_answer(summary, sent=not dry_run)))
        else:
            for doubt in summary.doubts:
                typer.echo(f"doubtful: {doubt}", err=True)
            typer.echo("nothing was sent; it would be" if dry_run else "sent")
            for section in ("clients", "policies"):
                typer.echo(f"  {section}: {summary.line(section)}")
            if summary.wrong:
                typer.echo(f"  {summary.wrong} records can't be used")
        if wait is not None and not dry_run:
            wait_until_known(summary.revisions, wait, token)
            typer.echo("review knows every policy", err=as_json)


def _answer(summary: "Summary", *, sent: bool) -> dict[str, object]:
    return {
        "sent": sent,
        "clients": summary.of("clients"),
        "policies": summary.of("policies"),
        "wrong": summary.wrong,
        "doubts": summary.doubts,
    }


@people_app.command("import")
def people_import(
    file: Annotated[Path, typer.Argument(help="YAML or JSON with `people:` and `teams:`.")],
    kafka: KafkaOption = None,
) -> None:
    """Publish people, their teams, absences and deputies, and each team's chain of supervisors.

    The whole file is checked first: if anything in it does not fit, nothing is sent. Importing it
    again changes nothing; a correction needs a higher revision. Who left stays, with
    [bold]active: false[/bold].
    """
    from claimsdesk.desks import find_kafka
    from claimsdesk.people import publish_staff, read_staff

    with told():
        staff = read_staff(file)
        publish_staff(staff, find_kafka(kafka))
        typer.echo(f"sent {staff}")


def _token_for(wait: str | None, file: Path) -> str:
    """The token to wait with; asked for before anything is sent."""
    if wait is None:
        return ""
    if not file.is_file():
        message = f"{file} is not there: --wait needs a token (--token-file)"
        raise CommandError(message)
    return file.read_text(encoding="utf-8").strip()
