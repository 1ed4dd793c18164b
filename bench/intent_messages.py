"""The labelled messages of `tests/intent`, and which of them are held out."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import yaml

from services.intake.domain.intent import Signs
from shared.contract.contacts import Intent

FOLDER = Path(__file__).parents[1] / "tests" / "intent"


@dataclass(frozen=True)
class Labelled:
    """One message and what its writer said that it wants."""

    intent: Intent
    subject: str
    text: str
    language: str
    channel: str = ""
    is_reply: bool = False

    @property
    def signs(self) -> Signs:
        """What intake knows of a contact that answers one of its requests."""
        return Signs(refers=self.is_reply, answers=self.is_reply)

    @property
    def held_out(self) -> bool:
        """Half of the messages, by a hash of their words, so that nobody chooses which."""
        words = " ".join(f"{self.subject} {self.text}".split())
        return hashlib.sha256(words.encode()).digest()[0] % 2 == 0


def development() -> list[Labelled]:
    """What the model is trained on."""
    return training() + [each for each in labelled() if not each.held_out]


def held_out() -> list[Labelled]:
    """What gives the figure; nothing is ever tuned on it."""
    return [each for each in labelled() if each.held_out]


def labelled() -> list[Labelled]:
    """Both batches that were written from the definitions alone."""
    return batch("a") + batch("b")


def batch(name: str) -> list[Labelled]:
    """One of the two batches."""
    rows = yaml.safe_load((FOLDER / f"messages-{name}.yaml").read_text("utf-8"))
    return [
        Labelled(
            Intent(row["intent"]),
            row.get("subject") or "",
            row.get("text") or "",
            row["language"],
            row["channel"],
            row["is_reply"],
        )
        for row in rows
    ]


def training() -> list[Labelled]:
    """Messages written for training: per intent, one a line, "subject || text"."""
    found = []
    for file in sorted((FOLDER / "training").glob("*.yaml")):
        for intent, lines in yaml.safe_load(file.read_text("utf-8")).items():
            for line in lines.splitlines():
                subject, _, text = line.rpartition(" || ")
                found.append(Labelled(Intent(intent), subject, text, file.name[:2]))
    return found


def inputs_digest() -> str:
    """What the model was trained from: messages, lexicon and the code that reads them."""
    domain = FOLDER.parents[1] / "services" / "intake" / "domain"
    files = [
        *sorted((FOLDER / "training").glob("*.yaml")),
        *sorted(FOLDER.glob("messages-?.yaml")),
        domain / "intent_data" / "lexicon.yaml",
        domain / "intent_words.py",
        domain / "intent_features.py",
        Path(__file__).parent / "intent_training.py",
    ]
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()
