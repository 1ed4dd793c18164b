"""What several commands take, and how they tell what went wrong."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from claimsdesk.errors import CommandError

KafkaOption = Annotated[
    str | None,
    typer.Option(
        "--kafka",
        envvar="CLAIMSDESK_KAFKA",
        metavar="HOST:PORT",
        help="The broker; that of the desk running on `var` if absent.",
    ),
]
DeskOption = Annotated[
    str | None,
    typer.Option(
        "--desk",
        envvar="CLAIMSDESK_DESK",
        metavar="FOLDER|FILE|URL",
        help="A running desk: its folder, its desk.json, or the URL of one of its services.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


@contextmanager
def told() -> Iterator[None]:
    """Tell the person at the terminal what went wrong, without a traceback."""
    from deploy.local.errors import LocalDeskError

    try:
        yield
    except (CommandError, LocalDeskError) as problem:
        typer.secho(str(problem), fg=typer.colors.RED, err=True)
        raise typer.Exit(1) from problem
