"""From facts to words: the templates of every notice, and a message as mail text and HTML.

One template per notice and language is the source of text, HTML and letter: a list of blocks
whose strings are Jinja templates. Strict: a name that does not exist is an error, never a gap.
A client's words are values only; they are never read as a template.
"""

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, select_autoescape

from services.notify.adapters.data_files import SHIPPED, TemplateFault, mapping, read
from services.notify.domain.clauses import ClauseText, clause_on
from services.notify.domain.content import NoticeFacts
from services.notify.domain.letterhead import Letterhead
from services.notify.domain.message import (
    Amounts,
    Block,
    Bullets,
    Clause,
    Heading,
    Message,
    Paragraph,
)
from services.notify.domain.wording import squeezed
from services.notify.domain.words import Words
from shared.contract.contacts import Language
from shared.contract.facts import NoticeKind

_LINE_SIGNS = 76


@dataclass(frozen=True, slots=True)
class RenderedMail:
    """A message as the two parts of a mail."""

    text: str
    html: str


class Templates:
    """All templates, read once.

    Raises:
        TemplateFault: A file is missing or is not what it should be; found at start, not when a
            client waits.
    """

    def __init__(self, directory: Path = SHIPPED) -> None:
        self._directory = directory
        self._strings: Final = Environment(
            undefined=StrictUndefined,
            autoescape=False,  # noqa: S701 - plain text; HTML is escaped when a mail is made
        )
        self._mails: Final = Environment(
            loader=FileSystemLoader(directory),
            undefined=StrictUndefined,
            autoescape=select_autoescape(("html",)),
        )
        self._mails.filters["wrapped"] = _wrapped
        self._mails.filters["bullet"] = _bullet
        self._text_mail = self._mails.get_template("email.txt")
        self._html_mail = self._mails.get_template("email.html")
        self._string = cache(self._strings.from_string)
        self._condition = cache(
            lambda source: self._strings.compile_expression(source, undefined_to_none=False)
        )
        self.words: Final = {language: _words(directory, language) for language in Language}
        self._clauses: Final = _clauses(directory)
        self._notices: Final = {
            (kind, language): mapping(directory / kind / f"{language}.yaml")
            for kind in NoticeKind
            for language in Language
        }

    def message(self, facts: NoticeFacts, office: Letterhead, on: date) -> Message:
        """What a notice says on a day.

        Raises:
            TemplateFault: The template names something that does not exist.
            ClauseMissing: A clause has no version that is valid on that day.
        """
        context = {field.name: getattr(facts, field.name) for field in fields(facts)}
        context["office"] = asdict(office)
        words = self.words[facts.language]
        source = self._notices[facts.kind, facts.language]
        try:
            blocks = tuple(
                made
                for block in self._applicable(source["blocks"], context)
                for made in self._blocks(block, context)
            )
            clauses = tuple(
                self._clause(clause["clause"], context, facts.language, on)
                for clause in self._applicable(source.get("clauses", ()), context)
            )
            subject = self._text(source["subject"], context)
            enclosures = tuple(source.get("enclosures", ()))
            unknown = set(enclosures) - words.enclosures.keys()
            if unknown:
                raise KeyError(*unknown)
        except (TemplateError, KeyError, TypeError) as error:
            message = f"template {facts.kind}/{facts.language}: {type(error).__name__}: {error}"
            raise TemplateFault(message) from error
        return Message(
            language=facts.language,
            case_id=facts.case_id,
            case_label=words.labels["case"],
            subject=subject,
            salutation=facts.salutation,
            blocks=blocks,
            closing=words.closing,
            signature=(office.name, office.unit),
            clauses=clauses,
            answer=words.labels["answer"],
            enclosures=enclosures,
        )

    def mail(self, message: Message, logo: str = "") -> RenderedMail:
        """The message as plain text and as HTML; `logo` is the address of its picture."""
        return RenderedMail(
            self._text_mail.render(message=message).strip() + "\n",
            self._html_mail.render(message=message, logo=logo),
        )

    def _applicable(
        self, entries: Iterable[Mapping[str, Any]], context: Mapping[str, Any]
    ) -> Iterator[Mapping[str, Any]]:
        """The entries whose condition `when` holds, or that have none."""
        for entry in entries:
            if "when" not in entry or self._condition(entry["when"])(**context):
                yield entry

    def _blocks(self, block: Mapping[str, Any], context: Mapping[str, Any]) -> Iterable[Block]:
        match {key: value for key, value in block.items() if key != "when"}:
            case {"text": str(source)}:
                return (Paragraph(self._text(source, context)),)
            case {"strong": str(source)}:
                return (Paragraph(self._text(source, context), strong=True),)
            case {"words": str(name)}:
                return tuple(Paragraph(text) for text in context[name])
            case {"heading": str(source)}:
                return (Heading(self._text(source, context)),)
            case {"bullets": str(name)}:
                return (Bullets(tuple(context[name])),)
            case {"amounts": str(name)} if isinstance(context[name], Amounts):
                amounts: Amounts = context[name]
                return (amounts,)
            case unknown:
                message = f"no such block: {sorted(unknown)}"
                raise KeyError(message)

    def _clause(
        self, code: str, context: Mapping[str, Any], language: Language, on: date
    ) -> Clause:
        clause = clause_on(self._clauses, code, language, on)
        return Clause(
            code,
            self._text(clause.title, context),
            tuple(self._text(paragraph, context) for paragraph in clause.paragraphs),
        )

    def _text(self, source: str, context: Mapping[str, Any]) -> str:
        return squeezed(self._string(source).render(context))


def _words(directory: Path, language: Language) -> Words:
    path = directory / "words.yaml"
    try:
        found = mapping(path)[language]
        return Words(language=language, **{**found, "amount_heads": tuple(found["amount_heads"])})
    except (TypeError, KeyError) as error:
        message = f"{path}: {language}: {error}"
        raise TemplateFault(message) from error


def _clauses(directory: Path) -> tuple[ClauseText, ...]:
    path = directory / "clauses.yaml"
    try:
        return tuple(
            ClauseText(
                code=entry["code"],
                language=language,
                valid_from=entry["valid_from"],
                title=entry[language]["title"],
                paragraphs=tuple(entry[language]["paragraphs"]),
            )
            for entry in read(path)
            for language in Language
        )
    except (TypeError, KeyError) as error:
        message = f"{path}: {error}"
        raise TemplateFault(message) from error


def _wrapped(text: str) -> str:
    return textwrap.fill(text, _LINE_SIGNS, break_long_words=False, break_on_hyphens=False)


def _bullet(text: str) -> str:
    return textwrap.fill(
        text,
        _LINE_SIGNS,
        initial_indent="  - ",
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    )
