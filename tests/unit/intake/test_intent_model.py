"""The model that the desk ships with: its figures, its evidence, and that it is current."""

import json
import math

import pytest

from bench.intent import accuracy, confusion, recall
from bench.intent_messages import batch, development, held_out, inputs_digest, labelled
from bench.intent_training import train
from services.intake.domain.intent import Signs, propose_intent
from services.intake.domain.intent_features import context_features, word_features
from services.intake.domain.intent_model import (
    INTENTS,
    LEAST_WORDS,
    WEIGHTS,
    Model,
    shipped_model,
)
from services.intake.domain.intent_words import sentences_of
from shared.contract.contacts import Intent


def test_nine_of_ten_held_out_messages_and_nineteen_of_twenty_complaints_are_told():
    counted = confusion(held_out())
    assert accuracy(counted) >= 0.90
    assert recall(counted, Intent.COMPLAINT) >= 0.95


@pytest.mark.parametrize("name", ["a", "b"])
@pytest.mark.parametrize("language", ["de", "en"])
def test_no_style_and_no_language_is_left_behind(name, language):
    messages = [each for each in batch(name) if each.held_out and each.language == language]
    assert len(messages) >= 30
    assert accuracy(confusion(messages)) >= 0.80


def test_the_set_is_large_enough_and_what_is_held_out_is_not_trained_on():
    assert len(labelled()) >= 300
    assert len(held_out()) >= 150
    assert {each.intent for each in held_out()} == set(Intent)
    trained = {" ".join(each.text.lower().split()) for each in development()}
    assert not [each for each in held_out() if len(each.text) > 40 and each.text.lower() in trained]


def test_the_model_was_trained_from_what_lies_here():
    stored = json.loads(WEIGHTS.read_text("utf-8"))
    assert stored["trained_from"] == inputs_digest(), "run make intent-model"


def test_training_twice_gives_the_same():
    few = [each for each in labelled() if not each.held_out][::4]
    assert train(few) == train(few)


def test_scores_are_the_sum_of_what_training_counts():
    model = shipped_model()
    sentences = sentences_of("Rückfrage", "Wann kommt die bewilligte Zahlung? Noch nichts da.")
    features = dict(context_features(sentences))
    forms = {word.form for sentence in sentences for word in sentence}
    for feature in (each for form in forms for each in word_features(form)):
        features[feature] = features.get(feature, 0) + 1
    length = math.sqrt(max(LEAST_WORDS, len(forms)))
    for place, score in enumerate(model.scores(sentences)):
        total = sum(model.weights[f][place] * n for f, n in features.items() if f in model.weights)
        assert score == pytest.approx(model.start[place] + total / length)


def test_the_evidence_is_the_words_with_the_greatest_weights():
    row = [0.0] * len(INTENTS)
    row[INTENTS.index(Intent.RENEWAL)] = 1.0
    model = Model({"w:verlaengern": tuple(row)}, (0.0,) * len(INTENTS))
    (sentence,) = sentences_of("", "Bitte VERLÄNGERN Sie")
    assert [round(each, 2) for each in model.speaking_for(Intent.RENEWAL, sentence)] == [
        0,
        pytest.approx(0.88, abs=0.01),
        0,
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Guten Tag, bitte verlängern Sie meinen Vertrag um ein Jahr. Gruß, Meier", "verlängern"),
        ("Hello, I want to make a formal complaint about your staff.", "complaint"),
        ("Mein Fahrrad wurde gestohlen, ich möchte den Schaden melden.", "gestohlen"),
    ],
)
def test_the_evidence_quotes_what_the_client_wrote(text, words):
    evidence = propose_intent("", text, Signs()).evidence
    assert words in evidence
    assert all(part in " ".join(text.replace(",", "").replace(".", "").split())
               for part in evidence.split("; "))  # fmt: skip


def test_a_subject_that_we_wrote_says_nothing_of_what_the_client_wants():
    question = "Wann kommt das bewilligte Geld? Auf dem Konto ist noch nichts."
    ours = propose_intent("AW: Ihre Beschwerde über uns", question, Signs())
    assert ours == propose_intent("", question, Signs())
