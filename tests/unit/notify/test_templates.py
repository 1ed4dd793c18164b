"""Every template in every language and programme, and what a client's words can't do in it."""

import itertools
from dataclasses import replace
from email import message_from_bytes, policy
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import TemplateError

from services.notify.adapters.data_files import SHIPPED, TemplateFault, letterheads, logos
from services.notify.adapters.rendering import Renderer, Written
from services.notify.adapters.templates import Templates
from services.notify.domain.channel import Email
from services.notify.domain.samples import SAMPLE_DAY
from services.notify.domain.words import ContentMissing
from services.review.domain.arithmetic import NOT_COVERED
from shared.contract.base import utc
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseKind
from shared.contract.contacts import ClaimDetails, ClaimLine, Language
from shared.contract.decisions import DecisionOutcome
from shared.contract.facts import NoticeKind
from shared.message_ids import notice_id_of
from shared.programmes.terms import ArithmeticStepName
from tests.support.notify_desk import NOTICE_KEY, PROGRAMMES, a_case, with_client

RENDERER = Renderer(
    Templates(), PROGRAMMES, letterheads(), "claims@claimsdesk.example", NOTICE_KEY, logos()
)
KINDS = [
    *((kind, DecisionOutcome.APPROVE) for kind in NoticeKind),
    (NoticeKind.DECISION, DecisionOutcome.APPROVE_IN_PART),
    (NoticeKind.DECISION, DecisionOutcome.DENY),
]
EVERY = [
    pytest.param(kind, outcome, language, programme, id=f"{kind}-{outcome}-{language}-{programme}")
    for (kind, outcome), language, programme in itertools.product(
        KINDS, Language, PROGRAMMES.by_code
    )
]
HOSTILE = '<script>alert(1)</script> {{ 7*7 }} {% raw %} #eval("1") & "\''


def write(case: CaseFileUpdated, kind: NoticeKind, language: Language) -> Written:
    return RENDERER.written(case, kind, language, SAMPLE_DAY)


class Seen(HTMLParser):
    """The text and the tags of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text, self.tags, self.open = "", set[str](), list[str]()
        self.feed(page)

    def handle_starttag(self, tag: str, _attributes: list) -> None:
        self.tags.add(tag)
        if tag not in {"meta", "br", "img"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize(("kind", "outcome", "language", "programme"), EVERY)
def test_every_notice_as_a_mail(
    kind: NoticeKind, outcome: DecisionOutcome, language: Language, programme: str
):
    case = a_case(programme=programme, language=language, outcome=outcome)
    written = write(case, kind, language)
    raw = RENDERER.mail(
        written, Email("erika@client.example", "Erika Müller"), "n-1", utc(2026, 11, 23)
    )
    mail = message_from_bytes(raw, policy=policy.default)
    assert mail["Subject"] == f"[{case.case_id}] {written.message.subject}"
    assert notice_id_of(mail["Message-ID"], NOTICE_KEY) == "n-1"
    assert all(len(line) <= 90 for line in raw.splitlines())
    text = mail.get_body(("plain",)).get_content()
    page = Seen(mail.get_body(("html",)).get_content())
    assert not page.open
    assert page.tags <= {
        "html", "head", "meta", "title", "body", "div", "p", "strong", "br", "h1", "h2", "ul", "li",
        "table", "thead", "tr", "th", "tbody", "td", "tfoot", "section", "img",
    }  # fmt: skip
    for said in saying(written, kind, case):
        assert said in " ".join(text.split(" ")).replace("\n", " "), said
        assert said in page.text, said
    assert "None" not in text
    assert "  " not in page.text.replace("\n", "")
    assert "{{" not in text


def saying(written: Written, kind: NoticeKind, case: CaseFileUpdated) -> list[str]:
    """What a reader of the mail must find in both parts."""
    facts = written.facts
    found = [case.client.salutation, written.office.name, written.message.closing]
    if kind not in {NoticeKind.PASSED_ON, NoticeKind.DEPARTMENT_NEWS}:
        found.append(facts.opened_on)
    found += facts.words
    if facts.items:
        found += [*facts.items, facts.answer_by, case.case_id]
    if kind is NoticeKind.DECISION:
        found += [*facts.reasons, facts.amounts.total.approved]
    found += [clause.title for clause in written.message.clauses]
    return [" ".join(text.split(" ")) for text in found if "\n" not in text and len(text) < 60]


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", [NoticeKind.RECEIPT, NoticeKind.COMPLAINT_ACKNOWLEDGED])
@pytest.mark.parametrize("case_kind", CaseKind)
def test_receipts_for_every_kind_of_case_with_and_without_a_policy(
    case_kind: CaseKind, kind: NoticeKind, language: Language
):
    case = a_case(kind=case_kind, language=language)
    nothing_known = case.model_copy(
        update={"programme": None, "policy_number": None, "claim": None, "client": None}
    )
    for each in (case, nothing_known):
        parts = RENDERER.mail_parts(write(each, kind, language))
        assert case.case_id in parts.text
    assert "Erika" not in parts.text


@pytest.mark.parametrize("kind", NoticeKind)
def test_a_clients_words_are_neither_template_nor_html(kind: NoticeKind):
    claim = ClaimDetails(lines=(ClaimLine(line_id=1, description=HOSTILE),))
    case = with_client(a_case(claim=claim), name=HOSTILE, salutation=HOSTILE)
    parts = RENDERER.mail_parts(write(case, kind, Language.GERMAN))
    page = Seen(parts.html)
    assert "script" not in page.tags
    for text in (parts.text, page.text):
        assert "{{ 7*7 }}" in text
        assert "49" not in text
        assert "<script>alert(1)</script>" in text


@pytest.mark.parametrize("language", Language)
def test_a_programme_that_is_not_known_here_lets_nothing_leave_that_its_law_may_want(
    language: Language,
):
    case = a_case(outcome=DecisionOutcome.APPROVE, language=language, programme="heating-aid")
    unknown = case.model_copy(update={"programme": "came-later"})
    for kind in (NoticeKind.DECISION, NoticeKind.INFORMATION_REQUEST, NoticeKind.REMINDER):
        with pytest.raises(ContentMissing, match="programme of this case is not known"):
            write(unknown, kind, language)
    assert write(unknown, NoticeKind.RECEIPT, language).message.subject


def test_texts_exist_for_every_step_that_review_computes():
    for words in RENDERER.templates.words.values():
        assert words.steps.keys() >= {*ArithmeticStepName, NOT_COVERED}


@pytest.mark.parametrize("code", list(PROGRAMMES.by_code))
def test_every_programme_has_an_office_of_its_own(code: str):
    assert code in RENDERER.letterheads


def copy_with(tmp_path: Path, name: str, text: str) -> Path:
    import shutil

    folder = tmp_path / "templates"
    shutil.copytree(SHIPPED, folder)
    (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    "template",
    [
        "subject: '{{ amuont }}'\nblocks: []",
        "subject: x\nblocks: [{text: '{{ reasons.first }}'}]",
        "subject: x\nblocks: [{when: unknown_name, text: y}]",
        "subject: x\nblocks: [{bullets: unknown_name}]",
        "subject: x\nblocks: [{amounts: reasons}]",
        "subject: x\nblocks: [{txet: y}]",
        "subject: '{% if %}'\nblocks: []",
        "blocks: []",
    ],
)
def test_a_template_that_names_nothing_is_an_error_not_a_gap(tmp_path: Path, template: str):
    templates = Templates(copy_with(tmp_path, "receipt/de.yaml", template))
    renderer = replace(RENDERER, templates=templates)
    with pytest.raises(TemplateFault, match="template receipt/de"):
        renderer.written(a_case(), NoticeKind.RECEIPT, Language.GERMAN, SAMPLE_DAY)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("words.yaml", "de: {salutation: x}"),
        ("words.yaml", "[]"),
        ("clauses.yaml", "- code: x"),
        ("receipt/en.yaml", "- a list"),
        ("receipt/en.yaml", "{not yaml"),
    ],
)
def test_broken_files_are_found_at_the_start(tmp_path: Path, name: str, text: str):
    with pytest.raises(TemplateFault, match=name):
        Templates(copy_with(tmp_path, name, text))


def test_letterheads_need_a_default(tmp_path: Path):
    file = tmp_path / "own.yaml"
    file.write_text("household: {name: x}")
    with pytest.raises(TemplateFault):
        letterheads(file)
    file.write_text("{}")
    with pytest.raises(TemplateFault, match="default"):
        letterheads(file)


def test_strict_also_in_the_mails_frame(tmp_path: Path):
    templates = Templates(copy_with(tmp_path, "email.html", "{{ message.nothing }}"))
    with pytest.raises(TemplateError):
        templates.mail(write(a_case(), NoticeKind.RECEIPT, Language.GERMAN).message)
