"""`claimsdesk policies` and `people`: reference data from files."""

from pathlib import Path
from typing import Annotated

import typer

from claimsdesk.commands.options import KafkaOption, told
from claimsdesk.errors import CommandError

policies_app = typer.Typer(no_args_is_help=True, help="Clients and policies: import.")
people_app = typer.Typer(no_args_is_help=True, help="Who works at the desk, in teams: import.")


@policies_app.command("import")
def policies_import(
    file: Annotated[Path, typer.Argument(help="YAML or JSON with `clients:` and `policies:`.")],
    kafka: KafkaOption = None,
    wait: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Wait until review at this URL knows every policy."),
    ] = None,
    token_file: Annotated[Path, typer.Option(help="The token to ask review with.")] = Path(
        "var/tokens/rita.token"
    ),
) -> None:
    """Publish clients and policies as policy administration would.

    The whole file is checked first: if anything in it does not fit, nothing is sent. Importing it
    again changes nothing; a correction needs a higher revision.
    """
    from claimsdesk.desks import find_kafka
    from claimsdesk.policies import publish, read_file, wait_until_known

    with told():
        reference = read_file(file)
        token = _token_for(wait, token_file)
        typer.echo(f"sent {publish(reference, find_kafka(kafka))}")
        if wait is not None:
            wait_until_known(reference.policies, wait, token)
            typer.echo("review knows every policy")


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
