"""`claimsdesk lag`, `dlt` and `case`: how the flow between services is, and how it is repaired."""

import time
from typing import TYPE_CHECKING, Annotated, Literal

import click
import typer

from claimsdesk.commands.options import DeskOption, JsonOption, KafkaOption, broker_named, told
from claimsdesk.errors import CommandError

if TYPE_CHECKING:
    from claimsdesk.dead_letters import Place

app = typer.Typer()
dead_letters_app = typer.Typer(
    no_args_is_help=True,
    help="Records that a service could not handle: list, show, replay, drop.",
)
_WATCH_PAUSE_S = 2.0

TopicArgument = Annotated[
    str | None,
    typer.Argument(metavar="TOPIC", help="The topic they came from; every one if absent."),
]
OneTopicArgument = Annotated[str, typer.Argument(metavar="TOPIC", help="The topic they came from.")]
PlacesArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="[PARTITION:OFFSET]…", help="As `claimsdesk dlt list` shows them."),
]
KeyOption = Annotated[str | None, typer.Option(metavar="KEY", help="Only of this key.")]
ContentOption = Annotated[
    bool, typer.Option("--with-content", help="Show contents too: they hold personal data.")
]


@app.command()
def lag(
    context: typer.Context,
    kafka: KafkaOption = None,
    desk: DeskOption = None,
    as_json: JsonOption = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Look again every two seconds, until Ctrl-C.")
    ] = False,
) -> None:
    """Show how far each reader is behind each topic, and how old its oldest unread record is.

    As the broker knows it: services note their positions in their own databases first.
    """
    from claimsdesk.lag import lag_lines, measured

    with told():
        broker = broker_named(context, kafka, desk)
        while True:
            lines = list(lag_lines(measured(broker), as_json=as_json, in_one_line=watch))
            if watch and not as_json:
                click.clear()
            for line in lines:
                typer.echo(line)
            if not watch:
                return
            time.sleep(_WATCH_PAUSE_S)


@dead_letters_app.command("list")
def dlt_list(
    context: typer.Context,
    topic: TopicArgument = None,
    every: Annotated[
        bool, typer.Option("--all", help="Those that were replayed or dropped, too.")
    ] = False,
    kafka: KafkaOption = None,
    desk: DeskOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what was set aside, by topic and reason."""
    from claimsdesk.repairing import list_lines, listed, read_letters

    with told():
        letters = read_letters(broker_named(context, kafka, desk), topic)
        wanted = [letter for letter in letters if every or letter.handled is None]
        for line in list_lines(listed(wanted), as_json=as_json):
            typer.echo(line)


@dead_letters_app.command("show")
def dlt_show(
    context: typer.Context,
    topic: OneTopicArgument,
    place: Annotated[str, typer.Argument(metavar="PARTITION:OFFSET")],
    with_content: ContentOption = False,
    kafka: KafkaOption = None,
    desk: DeskOption = None,
) -> None:
    """Show one dead letter: where it came from, why it was set aside, and its headers."""
    from claimsdesk.repairing import read_letters, shown

    with told():
        wanted = _places([place])[0]
        for letter in read_letters(broker_named(context, kafka, desk), topic):
            if letter.place == wanted:
                for line in shown(letter, with_content=with_content):
                    typer.echo(line)
                return
        message = f"no dead letter stands at {wanted}"
        raise CommandError(message)


@dead_letters_app.command("replay")
def dlt_replay(
    context: typer.Context,
    topic: TopicArgument = None,
    places: PlacesArgument = None,
    reason: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="Only with this in their reason, or this exception."),
    ] = None,
    key: KeyOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would go back.")
    ] = False,
    kafka: KafkaOption = None,
    desk: DeskOption = None,
) -> None:
    """Put records back on their topic once what made them fail is mended.

    All open ones of a key go in their order, or none of them. Each goes back once; ends with
    status 1 if a key had to stay.
    """
    from claimsdesk.repairing import plan_lines, planned, replay

    with told():
        broker = broker_named(context, kafka, desk)
        plan = planned(broker, topic, reason, key, _places(places))
        for line in plan_lines(plan):
            typer.echo(line)
        count = sum(map(len, plan.keys)) if dry_run else replay(broker, plan)
        typer.echo(f"{count} {'would go' if dry_run else 'went'} back")
    if plan.held_back:
        raise typer.Exit(1)


@dead_letters_app.command("drop")
def dlt_drop(
    context: typer.Context,
    topic: OneTopicArgument,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; kept beside the dead letter.")],
    places: PlacesArgument = None,
    key: KeyOption = None,
    kafka: KafkaOption = None,
    desk: DeskOption = None,
) -> None:
    """Mark dead letters as not wanted any more; their topic keeps them as long as before."""
    from claimsdesk.repairing import choosing, drop, read_letters, the_open

    with told():
        wanted = _places(places)
        if not wanted and key is None:
            raise CommandError("Which ones? Name them as PARTITION:OFFSET, or with --key.")
        broker = broker_named(context, kafka, desk)
        letters = read_letters(broker, topic)
        the_open(letters, wanted)
        chosen = choosing(None, key, wanted)
        meant = [letter for letter in letters if letter.handled is None and chosen(letter)]
        drop(broker, meant, reason)
        typer.echo(f"{len(meant)} dropped")


@app.command("case")
def case(
    context: typer.Context,
    case_id: Annotated[str, typer.Argument(metavar="CASE")],
    lang: Annotated[Literal["de", "en"], typer.Option(help="The language of the words.")] = "en",
    with_content: ContentOption = False,
    kafka: KafkaOption = None,
    desk: DeskOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what happened to a case, from all topics, in the order of time.

    Reads the topics as far as they reach back, which may take minutes on a large desk.
    """
    from claimsdesk.timeline import timeline, timeline_lines

    def progress(read: int, total: int) -> None:
        typer.echo(f"{read:,} of {total:,} records read", err=True)

    with told():
        entries = timeline(broker_named(context, kafka, desk), case_id, progress)
        for line in timeline_lines(entries, lang, with_content=with_content, as_json=as_json):
            typer.echo(line)


def _places(written: list[str] | None) -> "list[Place]":
    from claimsdesk.dead_letters import Place

    try:
        return [Place.parse(text) for text in written or ()]
    except ValueError as error:
        raise CommandError(str(error)) from error
