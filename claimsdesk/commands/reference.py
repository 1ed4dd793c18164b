"""`claimsdesk policies` and `people`: reference data from files."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from claimsdesk.commands.options import (
    DeskOption,
    JsonOption,
    KafkaOption,
    ProgrammesOption,
    broker_named,
    told,
)
from claimsdesk.errors import CommandError

if TYPE_CHECKING:
    from claimsdesk.importing import Summary

policies_app = typer.Typer(no_args_is_help=True, help="Clients and policies: import.")
people_app = typer.Typer(no_args_is_help=True, help="Who works at the desk, in teams: import.")


@policies_app.command("import")
def policies_import(
    context: typer.Context,
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE",
            help="CSV, JSON lines (.jsonl), or YAML or JSON with `clients:` and `policies:`.",
        ),
    ],
    kafka: KafkaOption = None,
    desk: DeskOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what is new, changed and unchanged.")
    ] = False,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Send the rest even if records are wrong.")
    ] = False,
    programmes: ProgrammesOption = None,
    wait: Annotated[
        bool, typer.Option("--wait", help="Wait until review knows every policy that was sent.")
    ] = False,
    review: Annotated[
        str | None,
        typer.Option(
            "--review", metavar="URL", help="Where review is; that of the desk if absent."
        ),
    ] = None,
    token_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The token to ask review with; the desk's if absent."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Publish clients and policies with their history, as policy administration would.

    Everything is checked first: if anything does not fit, nothing is sent. What says the same as
    before is not sent again. docs/policies.md shows the columns of CSV files.
    """
    from claimsdesk.importing import import_files
    from claimsdesk.policies import wait_until_known
    from claimsdesk.said import counted
    from shared.programmes import ProgrammeError, load_programmes

    with told():
        waiting_at = _review_of(desk, review, token_file) if wait and not dry_run else None
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
            lambda: broker_named(context, kafka, desk),
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
            planned = "nothing was sent; it would be" if summary.compared else "nothing was sent"
            typer.echo(planned if dry_run else "sent")
            for section in ("clients", "policies"):
                typer.echo(f"  {section}: {summary.line(section)}")
            if summary.wrong:
                typer.echo(f"  {counted(summary.wrong, 'record')} can't be used")
        if waiting_at is not None:
            wait_until_known(summary.revisions, *waiting_at)
            typer.echo("review knows every policy", err=as_json)


def _answer(summary: "Summary", *, sent: bool) -> dict[str, object]:
    return {
        "sent": sent,
        "compared": summary.compared,
        "clients": summary.of("clients"),
        "policies": summary.of("policies"),
        "wrong": summary.wrong,
        "doubts": summary.doubts,
    }


@people_app.command("import")
def people_import(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="YAML or JSON with `people:` and `teams:`.")
    ],
    kafka: KafkaOption = None,
    desk: DeskOption = None,
) -> None:
    """Publish people, their teams, absences and deputies, and each team's chain of supervisors.

    The whole file is checked first: if anything in it does not fit, nothing is sent. Importing it
    again changes nothing; a correction needs a higher revision. Who left stays, with
    [bold]active: false[/bold].
    """
    from claimsdesk.people import publish_staff, read_staff

    with told():
        staff = read_staff(file)
        publish_staff(staff, broker_named(context, kafka, desk))
        typer.echo(f"sent {staff}")


def _review_of(desk: str | None, url: str | None, token_file: Path | None) -> tuple[str, str]:
    """Review's URL and the token to wait with; asked for before anything is sent."""
    from claimsdesk.desks import find_desk

    if token_file is not None and not token_file.is_file():
        message = f"{token_file} is not there: --wait needs a token (--token-file)"
        raise CommandError(message)
    token = token_file.read_text(encoding="utf-8").strip() if token_file else None
    if url is None or token is None:
        found = find_desk(desk)
        url, token = url or found.urls["review"], token or found.token("representative")
    return url, token
