"""Train the intent model: `make intent-model` writes it, `… --validate` says how good it is.

Multinomial logistic regression on the features of `services.intake.domain.intent_features`. The
held-out messages are not read here.
"""

import json
import sys
from collections.abc import Sequence
from math import sqrt

import numpy as np
from scipy.sparse import csr_matrix, diags
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from bench.intent_messages import Labelled, development, inputs_digest
from services.intake.domain.intent_features import context_features, word_features
from services.intake.domain.intent_model import INTENTS, LEAST_WORDS, WEIGHTS, Model
from services.intake.domain.intent_words import sentences_of

STEP = 0.005
SEEN_IN = 2
SMALLEST = 0.03
RARENESS = 4.0
"""Rare features count more: the root of the logarithm of their rareness, divided by this."""


def main() -> None:
    """Train on all development messages and write the model."""
    if "--validate" in sys.argv:
        validate()
    else:
        write(train(development()))


def train(messages: Sequence[Labelled], strength: float = 2.0) -> Model:
    """Fit the model.

    Args:
        messages: What to learn from.
        strength: How far weights may go (the inverse of the regularisation).
    """
    found = [_features(each) for each in messages]
    vectorizer = DictVectorizer()
    lengths = np.array([length for _, length in found])
    matrix: csr_matrix = vectorizer.fit_transform([features for features, _ in found])
    names = vectorizer.get_feature_names_out()
    seen = np.asarray((matrix > 0).sum(axis=0)).ravel()
    often = seen >= SEEN_IN
    rareness = np.sqrt(np.log(len(messages) / seen[often]) / RARENESS)
    matrix = (diags(1 / lengths) @ matrix)[:, often] @ diags(rareness)
    fitted = LogisticRegression(C=strength, max_iter=400, tol=1e-3, class_weight="balanced")
    fitted.fit(matrix, [str(each.intent) for each in messages])
    order = [list(fitted.classes_).index(str(intent)) for intent in INTENTS]
    weights = fitted.coef_[order].T * rareness[:, None]
    kept = np.abs(weights).max(axis=1) >= SMALLEST
    return Model(
        {
            str(name): tuple(row)
            for name, row in zip(names[often][kept], weights[kept].tolist(), strict=True)
        },
        tuple(fitted.intercept_[order].tolist()),
    )


def _features(message: Labelled) -> tuple[dict[str, float], float]:
    sentences = sentences_of(message.subject, message.text)
    forms = {word.form for sentence in sentences for word in sentence}
    features = context_features(sentences)
    for form in sorted(forms):
        for feature in word_features(form):
            features[feature] = features.get(feature, 0) + 1
    return features, sqrt(max(len(forms), LEAST_WORDS))


def write(model: Model) -> None:
    """Write a model as the desk reads it: whole steps, one feature a line."""
    rows = ",\n".join(
        f"{json.dumps(name, ensure_ascii=False)}: {json.dumps(_steps(row), separators=(',', ':'))}"
        for name, row in sorted(model.weights.items())
    )
    WEIGHTS.write_text(
        f'{{"trained_from": "{inputs_digest()}",\n"step": {STEP},\n'
        f'"start": {json.dumps(_steps(model.start))},\n"weights": {{\n{rows}\n}}}}\n',
        "utf-8",
    )
    print(f"{WEIGHTS.name}: {len(model.weights)} features, {WEIGHTS.stat().st_size // 1024} KiB")


def _steps(weights: Sequence[float]) -> list[int]:
    return [round(weight / STEP) for weight in weights]


def validate(folds: int = 5) -> None:
    """Print how well each fifth of the development messages is told by the other four."""
    messages = development()
    labels = [str(each.intent) for each in messages]
    parts = StratifiedKFold(folds, shuffle=True, random_state=1).split(messages, labels)
    right = 0
    for fitting, telling in parts:
        model = train([messages[number] for number in fitting])
        for number in telling:
            each = messages[number]
            scores = model.scores(sentences_of(each.subject, each.text))
            right += INTENTS[scores.index(max(scores))] is each.intent
    print(f"cross-validation: {right / len(messages):.3f} of {len(messages)}")


if __name__ == "__main__":
    main()
