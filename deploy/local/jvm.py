"""How our Java processes are started: small, quick to come up, and quiet."""

from collections.abc import Sequence
from pathlib import Path

from deploy.local.runtime import java, shared_archive

LOG_SETTINGS = Path(__file__).with_name("log4j2.properties")


def java_command(
    main: str, class_path: Sequence[Path], *, heap_mb: int, options: Sequence[str] = ()
) -> list[str]:
    """Return the command line of a Java program, without its own arguments.

    The options trade peak speed for a quick start: the serial collector and the first
    compiler tier only.
    """
    archive = shared_archive()
    return [
        str(java()),
        f"-Xmx{heap_mb}m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-XX:-UsePerfData",
        *([f"-XX:SharedArchiveFile={archive}"] if archive else []),
        # Kafka's and GreenMail's libraries use it, and the runtime would warn about it each time.
        "--sun-misc-unsafe-memory-access=allow",
        f"-Dlog4j2.configurationFile={LOG_SETTINGS}",
        "-Djava.awt.headless=true",
        "-Djava.net.preferIPv4Stack=true",
        *options,
        "-cp",
        ":".join(map(str, class_path)),
        main,
    ]
