"""Fill the build context of the broker's image: `python -m deploy.images.kafka_context FOLDER`.

The image gets the same jars, checked against the same lock, and the same Java runtime as the
embedded broker, so that the tests differ in where Kafka runs, not in what Kafka it is.
"""

import shutil
import sys
from pathlib import Path

from deploy.local import runtime

RECIPE = Path(__file__).with_name("kafka")
LOGGING = Path(runtime.__file__).with_name("log4j2.properties")


def fill(context: Path) -> None:
    """Copy the recipe, the jars and the Java runtime into an empty folder.

    Raises:
        FetchError: a jar could not be fetched.
    """
    shutil.copytree(RECIPE, context, dirs_exist_ok=True)
    shutil.copy2(LOGGING, context)
    shutil.copytree(runtime.java().parents[1], context / "java", symlinks=True)
    libs = context / "libs"
    libs.mkdir()
    for jar in runtime.class_path("kafka"):
        shutil.copy2(jar, libs)


if __name__ == "__main__":
    fill(Path(sys.argv[1]))
