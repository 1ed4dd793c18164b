"""How well and how fast intake tells what a client wants: the confusion matrix on what is held out.

`python -m bench.intent` prints it; the figures that must hold are asserted in
`tests/unit/intake/test_intent_model.py`.
"""

import time
from collections import Counter
from collections.abc import Sequence

from bench.intent_messages import Labelled, batch, held_out
from services.intake.domain.intent import propose_intent
from services.intake.domain.intent_model import INTENTS
from shared.contract.contacts import Intent

Confusion = Counter[tuple[Intent, Intent]]
"""How often an intent (first) was proposed as another (second)."""
_REPEATS = 5


def confusion(messages: Sequence[Labelled]) -> Confusion:
    """Propose an intent for each message and count."""
    return Counter(
        (each.intent, propose_intent(each.subject, each.text, each.signs).intent)
        for each in messages
    )


def accuracy(counted: Confusion) -> float:
    """Share of messages whose intent was found."""
    return sum(counted[intent, intent] for intent in INTENTS) / counted.total()


def recall(counted: Confusion, intent: Intent) -> float:
    """Share of the messages with an intent that were found."""
    return counted[intent, intent] / sum(counted[intent, other] for other in INTENTS)


def precision(counted: Confusion, intent: Intent) -> float:
    """Share of the proposals of an intent that were right."""
    return counted[intent, intent] / max(1, sum(counted[other, intent] for other in INTENTS))


def main() -> None:
    """Measure and print."""
    messages = held_out()
    counted = confusion(messages)
    print(f"intent: {len(messages)} held-out messages, rows: meant, columns: proposed")
    width = max(map(len, INTENTS))
    print(" " * width, *(f"{intent[:9]:>9}" for intent in INTENTS), f"{'recall':>9}")
    for meant in INTENTS:
        row = (f"{counted[meant, proposed] or '·':>9}" for proposed in INTENTS)
        print(f"{meant:<{width}}", *row, f"{recall(counted, meant):9.2f}")
    shares = (f"{precision(counted, intent):9.2f}" for intent in INTENTS)
    print(f"{'precision':<{width}}", *shares)
    parts = {
        name: accuracy(confusion([each for each in batch(name) if each.held_out])) for name in "ab"
    }
    print(
        f"accuracy  {accuracy(counted):.3f} (batch a {parts['a']:.3f}, batch b {parts['b']:.3f}),"
        f" {_milliseconds(messages):.2f} CPU-ms per message with its evidence"
    )


def _milliseconds(messages: Sequence[Labelled]) -> float:
    began = time.process_time()
    for _ in range(_REPEATS):
        confusion(messages)
    return (time.process_time() - began) / len(messages) / _REPEATS * 1000


if __name__ == "__main__":
    main()
