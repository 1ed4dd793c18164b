"""JSON Schemas of a programme's file and of `desk.yaml`, so that editors complete and explain them.

A schema tells what a file may look like; `claimsdesk programmes check` tells the rest too, such as
a term whose step is missing in the arithmetic.
"""

import re
from typing import Any, Final

from shared.programmes.models import FACT_NAMES, DeskRules
from shared.programmes.programme import DECIDING_ROLES, ProgrammeVersion

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_OF_THE_PROGRAMME: Final = ("code", "kind", "names")
"""What a file says once; the model has it in each version."""
_OF_THE_DESK: Final = ("answer_days", "clocks", "reasons")
"""What a version may leave to the desk."""
_FACTS_OF_A_CLOCK: Final = frozenset(
    {"starts", "pauses", "resumes", "stops", "restarts", "puts_off", "only_if", "unless"}
)
_AMOUNT: Final = r"^\d{1,12}(\.\d{1,2})?$"


def programme_schema() -> dict[str, Any]:
    """The schema of a programme's file."""
    version = ProgrammeVersion.model_json_schema()
    definitions = version.pop("$defs")
    fields = version["properties"]
    once = {name: fields.pop(name) for name in _OF_THE_PROGRAMME}
    left_out = {*_OF_THE_PROGRAMME, *_OF_THE_DESK}
    version["required"] = [name for name in version["required"] if name not in left_out]
    fields["authority"]["propertyNames"] = {"enum": list(DECIDING_ROLES)}
    definitions["ProgrammeVersion"] = version
    return _completed(
        {
            "$schema": _DIALECT,
            "$id": "urn:claimsdesk:programme",
            "title": "A programme of the claims desk",
            "description": "An insurer's product or an agency's scheme, with all its versions.",
            "type": "object",
            "properties": {
                **once,
                "versions": {
                    "type": "array",
                    "minItems": 1,
                    "items": {"$ref": "#/$defs/ProgrammeVersion"},
                    "description": "Oldest first; the day of loss decides which one holds.",
                },
            },
            "required": [*_OF_THE_PROGRAMME, "versions"],
            "additionalProperties": False,
            "$defs": definitions,
        }
    )


def desk_schema() -> dict[str, Any]:
    """The schema of `desk.yaml`."""
    schema = {**DeskRules.model_json_schema(), "title": "The rules of a claims desk"}
    return _completed({"$schema": _DIALECT, "$id": "urn:claimsdesk:desk", **schema})


def _completed(schema: dict[str, Any]) -> dict[str, Any]:
    """What the models say in code: the facts of clocks, codes as keys, amounts as texts."""
    done = {name: _within(value) for name, value in schema.items() if name != "title"}
    if "title" in schema and "$schema" in schema:
        done["title"] = schema["title"]
    if "description" in done and isinstance(done["description"], str):
        done["description"] = re.sub(r"(?<!\n)\n(?!\n)", " ", done["description"])
    if "patternProperties" in done:
        done["additionalProperties"] = False
    if done.get("anyOf") and {"type": "string"} in done["anyOf"]:
        numbers = [each for each in done["anyOf"] if each.get("type") == "number"]
        texts = {"type": "string", "pattern": _AMOUNT}
        if numbers:
            done["anyOf"] = [
                texts if each == {"type": "string"} else each for each in done["anyOf"]
            ]
    for name in _FACTS_OF_A_CLOCK & done.get("properties", {}).keys():
        done["properties"][name]["items"] = {"enum": sorted(FACT_NAMES)}
    return done


def _within(value: Any) -> Any:
    if isinstance(value, dict):
        return _completed(value)
    return [_within(each) for each in value] if isinstance(value, list) else value
