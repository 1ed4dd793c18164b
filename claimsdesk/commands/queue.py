"""`claimsdesk queue`: the contacts that nobody vouches for."""

from typing import Annotated

import typer

from claimsdesk.commands.options import DeskOption, told

app = typer.Typer(
    no_args_is_help=True,
    help="The unidentified queue: list, assign, new-case, discard, restore.",
)
WhoOption = Annotated[
    str, typer.Option("--as", metavar="WHO", help="Who acts: a person of the desk, or a role.")
]
ReceivedArgument = Annotated[
    str, typer.Argument(metavar="RECEIVED_ID", help="As `claimsdesk queue list` shows it.")
]
ReasonOption = Annotated[str, typer.Option(metavar="TEXT", help="Why; kept with the contact.")]
ClientOption = Annotated[
    str | None, typer.Option(metavar="CLIENT_ID", help="Who wrote, if that is certain.")
]


@app.command("list")
def queue_list(
    desk: DeskOption = None,
    who: WhoOption = "representative",
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON list and nothing else.")
    ] = False,
) -> None:
    """Show the contacts that nobody vouches for, with what speaks for which case or client."""
    from claimsdesk.queue import show

    with told():
        show(desk, who, as_json=as_json)


@app.command("assign")
def queue_assign(
    received_id: ReceivedArgument,
    case_id: Annotated[str, typer.Argument(metavar="CASE", help="The case that it belongs to.")],
    client: ClientOption = None,
    desk: DeskOption = None,
    who: WhoOption = "representative",
) -> None:
    """Say to which case a contact belongs."""
    _act_on_queue(desk, who, received_id, "assign", {"case_id": case_id, "client_id": client})


@app.command("new-case")
def queue_new_case(
    received_id: ReceivedArgument,
    client: ClientOption = None,
    desk: DeskOption = None,
    who: WhoOption = "representative",
) -> None:
    """Say that a contact belongs to no case yet: it opens one."""
    _act_on_queue(desk, who, received_id, "new-case", {"client_id": client})


@app.command("discard")
def queue_discard(
    received_id: ReceivedArgument,
    reason: ReasonOption,
    desk: DeskOption = None,
    who: WhoOption = "representative",
) -> None:
    """Set a contact aside; it is kept, and `restore` takes it back."""
    _act_on_queue(desk, who, received_id, "discard", {"reason": reason})


@app.command("restore")
def queue_restore(
    received_id: ReceivedArgument,
    reason: ReasonOption,
    desk: DeskOption = None,
    who: WhoOption = "representative",
) -> None:
    """Take a discarded contact back into the queue."""
    _act_on_queue(desk, who, received_id, "restore", {"reason": reason})


def _act_on_queue(
    desk: str | None, who: str, received_id: str, verb: str, body: dict[str, str | None]
) -> None:
    from claimsdesk.queue import act

    with told():
        typer.echo(act(desk, who, received_id, verb, body))
