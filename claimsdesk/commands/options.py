"""What several commands take, and how they tell what went wrong."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from claimsdesk.errors import CommandError

KafkaOption = Annotated[
    str | None,
    typer.Option(
        "--kafka",
        envvar="CLAIMSDESK_KAFKA",
        metavar="HOST:PORT",
        help="The broker; that of the running desk if absent.",
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
ProgrammesOption = Annotated[
    Path | None,
    typer.Option(
        "--programmes",
        envvar="CLAIMSDESK_PROGRAMMES_DIR",
        metavar="FOLDER",
        help="A desk's own programmes; the shipped ones if absent.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


def broker_named(context: typer.Context, kafka: str | None, desk: str | None) -> str:
    """The broker that a person named by itself or by its desk; what was typed wins over settings.

    Raises:
        CommandError: No desk runs there, or nobody named one and none runs on `var`.
    """
    from claimsdesk.desks import find_kafka

    def typed(option: str) -> bool:
        source = context.get_parameter_source(option)
        return source is not None and source.name == "COMMANDLINE"

    return find_kafka(None if typed("desk") and not typed("kafka") else kafka, desk)


def in_paragraphs(text: str) -> str:
    """A docstring for a terminal of any width: each paragraph in one line."""
    return "\n\n".join(" ".join(lines.split("\n")) for lines in text.split("\n\n"))


@contextmanager
def told() -> Iterator[None]:
    """Tell the person at the terminal what went wrong, without a traceback."""
    from deploy.local.errors import LocalDeskError

    try:
        yield
    except (CommandError, LocalDeskError) as problem:
        typer.secho(str(problem), fg=typer.colors.RED, err=True)
        raise typer.Exit(1) from problem
