"""`claimsdesk due` and `interest`."""

from datetime import UTC, datetime
from typing import Annotated, Literal

import typer

from claimsdesk.commands.options import JsonOption, told

app = typer.Typer()


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
            help="'1 month', '4 days' as statutes count them; '1 March' of the next year; 90min.",
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
        typer.Option(
            metavar="FROM/TO",
            help="It stood still then, with FROM/ until now and on; may be given again.",
        ),
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
    as_json: JsonOption = False,
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
    with told():
        for line in due_command(question, datetime.now(UTC), as_json=as_json):
            typer.echo(line)


@app.command()
def interest(
    amount: Annotated[str, typer.Option(metavar="EUROS", help="The benefit: 1234.56.")],
    due: Annotated[str, typer.Option(metavar="DAY", help="When it was due.")],
    paid: Annotated[str, typer.Option(metavar="DAY", help="When it is paid.")],
    applied: Annotated[
        str | None,
        typer.Option(metavar="DAY", help="When the application was complete."),
    ] = None,
    notified: Annotated[
        str | None,
        typer.Option(metavar="DAY", help="Without an application: when the decision was known."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Compute the interest on an agency's late benefit, with its arithmetic (SGB I §44).

    claimsdesk interest --amount 1200 --due 2026-01-15 --applied 2026-01-10 --paid 2026-11-20
    """
    from claimsdesk.due import interest_command

    with told():
        for line in interest_command(amount, due, paid, applied, notified, as_json=as_json):
            typer.echo(line)
