"""Whatever a client writes: words alone deny nothing and take nothing away."""

from hypothesis import given, settings
from hypothesis import strategies as st

from services.review.domain.assessment import assess
from shared.contract.assessment import Recommendation
from tests.unit.review.scenarios import LOSS, PROGRAMMES, subject

TRAVEL = PROGRAMMES.version_on("travel-health", LOSS)
assert TRAVEL is not None
BENEFITS = ["medical_treatment", "dental_pain_relief", "rental_car_excess"]
HINTS = [
    word
    for exclusions in (TRAVEL.exclusions, *(each.exclusions for each in TRAVEL.benefits.values()))
    for exclusion in exclusions.values()
    for word in exclusion.keywords
]
words = st.sampled_from(HINTS) | st.text(max_size=20)
told = st.lists(words, max_size=8).map("\n".join).filter(str.strip)
described = st.lists(words, max_size=3).map(" ".join).map(lambda text: text[:500])


@given(told, st.lists(st.tuples(st.sampled_from(BENEFITS), described), min_size=1, max_size=4))
@settings(max_examples=200)
def test_words_alone_lead_to_a_person_at_most(text: str, lines: list[tuple[str, str]]):
    def claim(with_words: bool):
        return subject(
            {
                "programme": "travel-health",
                "claim": {"description": text if with_words else "x"},
                "lines": [
                    [benefit, f"{150 + number}.00", {"description": line if with_words else "x"}]
                    for number, (benefit, line) in enumerate(lines)
                ],
                "documents": ["invoice", "medical_report"],
            }
        )

    silent, spoken = assess(claim(with_words=False)), assess(claim(with_words=True))
    assert spoken.lines == silent.lines
    assert spoken.recommendation in {silent.recommendation, Recommendation.REFER}
    assert {finding.code for finding in spoken.findings} <= {"exclusion"}
    assert not silent.findings
