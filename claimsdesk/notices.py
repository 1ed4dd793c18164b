"""Writes a notice with sample data, without a running desk."""

import asyncio
from pathlib import Path

import typer

from claimsdesk.errors import CommandError
from services.notify.adapters.data_files import TemplateFault, letterheads, logos
from services.notify.adapters.letters import LetterFault, Typesetter
from services.notify.adapters.preview import Preview
from services.notify.adapters.rendering import Renderer
from services.notify.adapters.templates import Templates
from services.notify.domain.clauses import ClauseMissing
from services.notify.domain.words import ContentMissing
from shared.contract.contacts import Language
from shared.contract.decisions import DecisionOutcome
from shared.contract.facts import NoticeKind
from shared.errors import NotFound
from shared.programmes import ProgrammeError, load_programmes

_MAILS = {".txt", ".html", ".eml"}


def preview(
    name: str,
    lang: str,
    channel: str | None,
    programme: str,
    outcome: str,
    out: Path | None,
    programmes_dir: Path | None,
) -> None:
    """Write a notice to a file, or its mail's text to the terminal.

    Raises:
        CommandError: There is no such notice, programme or kind of file, or it can't be written.
    """
    if name not in set(NoticeKind):
        message = f"no such notice: {name}; known: {', '.join(NoticeKind)}"
        raise CommandError(message)
    suffix = _suffix(channel, out)
    try:
        renderer = Renderer(
            Templates(),
            load_programmes(programmes_dir),
            letterheads(),
            "claims@claimsdesk.example",
            "preview",
            logos(),
        )
        made = Preview.of(
            renderer, NoticeKind(name), Language(lang), programme, DecisionOutcome(outcome)
        )
        data = _bytes_of(made, suffix)
    except (
        NotFound,
        ProgrammeError,
        TemplateFault,
        LetterFault,
        ClauseMissing,
        ContentMissing,
    ) as problem:
        raise CommandError(str(problem)) from problem
    if out is None:
        typer.echo(data.decode(), nl=False)
        return
    try:
        out.write_bytes(data)
    except OSError as problem:
        message = f"{out}: {problem.strerror}"
        raise CommandError(message) from problem
    typer.echo(str(out))


def _suffix(channel: str | None, out: Path | None) -> str:
    suffix = out.suffix.lower() if out else ".pdf" if channel == "letter" else ".txt"
    if out is None and suffix == ".pdf":
        raise CommandError("a letter is a PDF: say where to with --out FILE.pdf")
    fitting = {"email": _MAILS, "letter": {".pdf"}}.get(channel or "", {*_MAILS, ".pdf"})
    if suffix not in fitting:
        message = f"{out}: its name must end in {', '.join(sorted(fitting))}"
        raise CommandError(message)
    return suffix


def _bytes_of(made: Preview, suffix: str) -> bytes:
    match suffix:
        case ".pdf":
            return asyncio.run(made.letter(Typesetter()))
        case ".html":
            return made.html.encode()
        case ".eml":
            return made.mail()
        case _:
            return made.text.encode()
