"""`claimsdesk topics`."""

import os
from typing import Annotated

import typer

from claimsdesk.commands.options import DeskOption, KafkaOption, broker_named, told

app = typer.Typer(no_args_is_help=True, help="The desk's Kafka topics: list, apply.")


@app.command("apply")
def apply(
    context: typer.Context,
    kafka: KafkaOption = None,
    desk: DeskOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan only.")] = False,
) -> None:
    """Create every topic of the catalogue and its dead-letter topic, and set what differs.

    The plan is shown first. A repeat changes nothing; partitions are only ever added.
    """
    from claimsdesk.topics import Plan, apply_topics, existing_topics, plan_topics, wanted_topics

    def show(plan: Plan) -> None:
        for line in plan.lines():
            typer.echo(line)
        if not plan:
            typer.echo("Every topic is as the catalogue says.")

    with told():
        broker = broker_named(context, kafka, desk)
        if dry_run:
            show(plan_topics(wanted_topics(), existing_topics(broker)))
        else:
            apply_topics(broker, show=show)


@app.command("list")
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
