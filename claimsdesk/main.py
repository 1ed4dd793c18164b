"""`claimsdesk`, the command line of the desk.

What a command needs is imported when it runs, so that `--help` answers at once.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from claimsdesk.errors import CommandError

app = typer.Typer(
    name="claimsdesk",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    rich_markup_mode="rich",
    help="""
    The open claims desk: answer clients, decide claims, keep every time limit, write back.

    [bold]First steps[/bold]

    claimsdesk up           a whole desk on this machine, with sample clients; Ctrl-C stops it

    claimsdesk demo         a desk of its own, all sample contacts, and what became of each

    claimsdesk contact send deploy/demo/claim-to-try.eml
    """,
)
topics_app = typer.Typer(no_args_is_help=True, help="The desk's Kafka topics: list, apply.")
policies_app = typer.Typer(no_args_is_help=True, help="Clients and policies: import.")
people_app = typer.Typer(no_args_is_help=True, help="Who works at the desk, in teams: import.")
contact_app = typer.Typer(no_args_is_help=True, help="Contacts of clients: send, parse.")
app.add_typer(topics_app, name="topics")
app.add_typer(policies_app, name="policies")
app.add_typer(people_app, name="people")
app.add_typer(contact_app, name="contact")
queue_app = typer.Typer(
    no_args_is_help=True,
    help="The unidentified queue: list, assign, new-case, discard, restore.",
)
app.add_typer(queue_app, name="queue")

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


_DAY = ["%Y-%m-%d"]


@contextmanager
def _told() -> Iterator[None]:
    """Tell the person at the terminal what went wrong, without a traceback."""
    from deploy.local.errors import LocalDeskError

    try:
        yield
    except (CommandError, LocalDeskError) as problem:
        typer.secho(str(problem), fg=typer.colors.RED, err=True)
        raise typer.Exit(1) from problem


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


@app.command()
def up(
    directory: Annotated[
        Path, typer.Option("--directory", "-d", help="Where the desk keeps everything.")
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
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object and nothing else.")
    ] = False,
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

    with _told():
        raise typer.Exit(demo_command(desk, contacts, as_json=as_json, keep=keep))


@app.command()
def due(
    start: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="When it starts: 2026-11-23T17:00; now if absent."),
    ] = None,
    business: Annotated[
        str | None,
        typer.Option(metavar="DURATION", help="Opening hours of the desk: 4h, 90min, 1h30m."),
    ] = None,
    calendar_time: Annotated[
        str | None,
        typer.Option(
            metavar="PERIOD",
            help="'1 month', '6 weeks' or '4 days' as statutes count them; or 90min of all time.",
        ),
    ] = None,
    roll: Annotated[
        bool,
        typer.Option(
            "--roll",
            help="A period that ends on a weekend or holiday ends on the next working day.",
        ),
    ] = False,
    warn: Annotated[
        str | None, typer.Option(metavar="DURATION", help="Warn so long before: 1h, '3 days'.")
    ] = None,
    pause: Annotated[
        list[str] | None,
        typer.Option(metavar="FROM/TO", help="It stood still then; may be given again."),
    ] = None,
    hours: Annotated[
        str | None,
        typer.Option(metavar="HOURS", help="Opening hours: 'Mo-Fr 08:00-18:00'; else the desk's."),
    ] = None,
    region: Annotated[
        str | None, typer.Option(metavar="REGION", help="Whose public holidays: DE-BE.")
    ] = None,
    zone: Annotated[
        str | None, typer.Option(metavar="ZONE", help="The time zone; else the desk's.")
    ] = None,
    closed: Annotated[
        list[str] | None,
        typer.Option(metavar="DAY", help="The desk is closed then; may be given again."),
    ] = None,
    lang: Annotated[
        Literal["de", "en"], typer.Option(help="The language of the explanation.")
    ] = "en",
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object and nothing else.")
    ] = False,
) -> None:
    """Say when something is due, and why then: the same rules as the clocks of a case.

    claimsdesk due --start 2026-11-23T17:00 --business 4h --warn 1h

    claimsdesk due --start 2026-11-26T09:00 --calendar-time '1 month' --roll --region DE-BY
    """
    from claimsdesk.due import Question, due_command

    question = Question(
        start, business, calendar_time, roll, warn, pause or (), hours, region, zone,
        closed or (), lang,
    )  # fmt: skip
    with _told():
        for line in due_command(question, datetime.now(UTC), as_json=as_json):
            typer.echo(line)


@app.command()
def interest(
    amount: Annotated[str, typer.Option(metavar="EUROS", help="The benefit: 1234.56.")],
    due: Annotated[datetime, typer.Option(formats=_DAY, help="When it was due.")],
    paid: Annotated[datetime, typer.Option(formats=_DAY, help="When it is paid.")],
    applied: Annotated[
        datetime | None,
        typer.Option(formats=_DAY, help="When the application was complete."),
    ] = None,
    notified: Annotated[
        datetime | None,
        typer.Option(formats=_DAY, help="Without an application: when the decision was known."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object and nothing else.")
    ] = False,
) -> None:
    """Compute the interest on an agency's late benefit, with its arithmetic (SGB I §44).

    claimsdesk interest --amount 1200 --due 2026-01-15 --applied 2026-01-10 --paid 2026-11-20
    """
    from claimsdesk.due import interest_command

    with _told():
        for line in interest_command(
            amount,
            due.date(),
            paid.date(),
            applied.date() if applied else None,
            notified.date() if notified else None,
            as_json=as_json,
        ):
            typer.echo(line)


@topics_app.command("apply")
def topics_apply(
    kafka: KafkaOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan only.")] = False,
) -> None:
    """Create every topic of the catalogue and its dead-letter topic, and set what differs.

    The plan is shown first. A repeat changes nothing; partitions are only ever added.
    """
    from claimsdesk.desks import find_kafka
    from claimsdesk.topics import Plan, apply_topics, existing_topics, plan_topics, wanted_topics

    def show(plan: Plan) -> None:
        for line in plan.lines():
            typer.echo(line)
        if not plan:
            typer.echo("Every topic is as the catalogue says.")

    with _told():
        broker = find_kafka(kafka)
        if dry_run:
            show(plan_topics(wanted_topics(), existing_topics(broker)))
        else:
            apply_topics(broker, show=show)


@topics_app.command("list")
def topics_list() -> None:
    """List the catalogue: who writes and reads each topic, who may see it, and its events."""
    from rich.console import Console
    from rich.table import Table

    from shared.contract.catalogue import TOPICS

    table = Table("topic", "owner", "readers", "audience", "events", "partitions", "kept")
    for topic in TOPICS:
        table.add_row(
            topic.name,
            topic.owner,
            ", ".join(topic.readers) or "any department",
            topic.audience.value,
            "\n".join(event.name for event in topic.events),
            str(topic.partitions),
            "last per key" if topic.retention_days is None else f"{topic.retention_days} days",
        )
    # A pipe has no width of its own: names must not be cut for the program that reads them.
    Console(width=None if os.isatty(1) else 200).print(table)


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

    with _told():
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

    with _told():
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


@app.command()
def token(
    name: Annotated[str, typer.Argument(help="The system's name; its claims are kept under it.")],
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

    with _told():
        typer.echo(find_desk(desk).system_token(name, client or ()))


WhoOption = Annotated[
    str, typer.Option("--as", metavar="WHO", help="Who acts: a person of the desk, or a role.")
]
ReceivedArgument = Annotated[str, typer.Argument(help="As `claimsdesk queue list` shows it.")]
ReasonOption = Annotated[str, typer.Option(help="Why; kept with the contact.")]
ClientOption = Annotated[
    str | None, typer.Option(metavar="CLIENT_ID", help="Who wrote, if that is certain.")
]


@queue_app.command("list")
def queue_list(
    desk: DeskOption = None,
    who: WhoOption = "representative",
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON list and nothing else.")
    ] = False,
) -> None:
    """Show the contacts that nobody vouches for, with what speaks for which case or client."""
    from claimsdesk.queue import show

    with _told():
        show(desk, who, as_json=as_json)


@queue_app.command("assign")
def queue_assign(
    received_id: ReceivedArgument,
    case_id: Annotated[str, typer.Argument(help="The case that it belongs to.")],
    client: ClientOption = None,
    desk: DeskOption = None,
    who: WhoOption = "representative",
) -> None:
    """Say to which case a contact belongs."""
    _act_on_queue(desk, who, received_id, "assign", {"case_id": case_id, "client_id": client})


@queue_app.command("new-case")
def queue_new_case(
    received_id: ReceivedArgument,
    client: ClientOption = None,
    desk: DeskOption = None,
    who: WhoOption = "representative",
) -> None:
    """Say that a contact belongs to no case yet: it opens one."""
    _act_on_queue(desk, who, received_id, "new-case", {"client_id": client})


@queue_app.command("discard")
def queue_discard(
    received_id: ReceivedArgument,
    reason: ReasonOption,
    desk: DeskOption = None,
    who: WhoOption = "representative",
) -> None:
    """Set a contact aside; it is kept, and `restore` takes it back."""
    _act_on_queue(desk, who, received_id, "discard", {"reason": reason})


@queue_app.command("restore")
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

    with _told():
        typer.echo(act(desk, who, received_id, verb, body))


@contact_app.command("send")
def contact_send(
    file: Annotated[Path, typer.Argument(help="A mail (.eml), phone note or letter.")],
    desk: DeskOption = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object and nothing else.")
    ] = False,
) -> None:
    """Send one mail to a running desk, with a Message-ID of its own, and follow it to its answer.

    Prints what intake made of it, the case, its outcome, and the notices to the client.
    """
    from claimsdesk.demo.command import send_command

    with _told():
        raise typer.Exit(send_command(file, desk, as_json=as_json))


@app.command("separator-sheet")
def write_separator_sheet(
    file: Annotated[Path, typer.Argument(help="The PDF to write.")],
) -> None:
    """Write the sheet that is laid between two letters before they are scanned together.

    Print it as often as needed; the desk takes the scan apart at each of them.
    """
    from claimsdesk.separator_sheet import separator_sheet

    with _told():
        try:
            file.write_bytes(separator_sheet())
        except OSError as error:
            message = f"{file} can't be written: {error.strerror}"
            raise CommandError(message) from error
        typer.echo(f"wrote {file}")


@contact_app.command("parse")
def contact_parse(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="A mail (.eml), scan (PDF, PNG, JPEG, TIFF) or phone note (.json); - for stdin.",
        ),
    ],
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object and nothing else.")
    ] = False,
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
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"],
            help="When the desk got it, UTC; else what the mail's last server says, else now.",
        ),
    ] = None,
) -> None:
    """Show what intake makes of a file, without a desk, a broker or a database.

    Whether it is a contact, a machine's mail or a delivery report; its sender, our references in
    it, its text without what was quoted, every value with where it was read, the intent, the
    attachments, and why a person must look at it. Nothing is stored or sent.
    """
    with _told():
        try:
            from claimsdesk.parse.command import parse_command
        except ModuleNotFoundError as missing:
            message = f"intake's packages are missing ({missing.name}): uv sync --group intake"
            raise CommandError(message) from missing
        at = received.replace(tzinfo=UTC) if received else None
        parse_command(file, trust=trust, known=known, received=at, json_wanted=as_json)
