"""The desk's own data beside the templates: letterheads, logos, classes of postage."""

from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import yaml

from services.notify.domain.letterhead import Letterhead
from services.notify.domain.postage import Postage, PostageTable
from shared.errors import DeskError

SHIPPED: Final = Path(__file__).parents[1] / "templates"


class TemplateFault(DeskError):
    """A template that can't say what it should; the text names the template and what is wrong."""


def letterheads(file: Path | None = None) -> dict[str, Letterhead]:
    """Who writes, by programme code; `default` for a case without a programme.

    Raises:
        TemplateFault: The file is not what it should be.
    """
    path = file or SHIPPED / "letterheads.yaml"
    try:
        found = {
            code: Letterhead(**{**entry, "footer": tuple(entry["footer"])})
            for code, entry in mapping(path).items()
        }
    except (TypeError, KeyError) as error:
        message = f"{path}: {error}"
        raise TemplateFault(message) from error
    if "default" not in found:
        message = f"{path}: a letterhead `default` is needed"
        raise TemplateFault(message)
    return found


def logos(file: Path | None = None) -> dict[str, bytes]:
    """The pictures of letterheads, by the name that they have there.

    Raises:
        TemplateFault: A picture is missing or no PNG.
    """
    folder = (file or SHIPPED / "letterheads.yaml").parent
    found = {}
    for name in {head.logo for head in letterheads(file).values()} - {""}:
        try:
            found[name] = (folder / name).read_bytes()
        except OSError as error:
            message = f"{folder / name}: {error.strerror}"
            raise TemplateFault(message) from error
        if not found[name].startswith(b"\x89PNG\r\n"):
            message = f"{folder / name}: no PNG"
            raise TemplateFault(message)
    return found


def postage_tables(directory: Path = SHIPPED) -> tuple[PostageTable, ...]:
    """The classes of letters that the post sells, by the day from which they hold.

    Raises:
        TemplateFault: The file is not what it should be.
    """
    path = directory / "postage.yaml"
    try:
        return tuple(
            PostageTable(
                entry["valid_from"],
                Decimal(entry["sheet_grams"]),
                tuple(
                    Postage(
                        each["code"],
                        Decimal(each["grams"]),
                        each["sheets"],
                        Decimal(each["envelope_grams"]),
                    )
                    for each in entry["classes"]
                ),
            )
            for entry in read(path)
        )
    except (TypeError, KeyError, ArithmeticError) as error:
        message = f"{path}: {error}"
        raise TemplateFault(message) from error


def mapping(path: Path) -> dict[str, Any]:
    """A file that holds a mapping.

    Raises:
        TemplateFault: It does not.
    """
    content = read(path)
    if not isinstance(content, dict):
        message = f"{path}: not a mapping"
        raise TemplateFault(message)
    return content


def read(path: Path) -> Any:
    """A YAML file.

    Raises:
        TemplateFault: It can't be read.
    """
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        message = f"{path}: {error}"
        raise TemplateFault(message) from error
