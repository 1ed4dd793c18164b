"""A notice with sample data, as a client would get it: for eyes, not for sending."""

from base64 import b64encode
from dataclasses import dataclass
from typing import Final

from services.notify.adapters.letters import Typesetter
from services.notify.adapters.rendering import Renderer, Written
from services.notify.domain.channel import Email
from services.notify.domain.samples import SAMPLE_DAY, sample_case
from shared.contract.base import utc
from shared.contract.case_file import CaseFileUpdated
from shared.contract.contacts import Language
from shared.contract.decisions import DecisionOutcome
from shared.contract.facts import NoticeKind
from shared.errors import NotFound

_NOTICE_ID: Final = "preview"


@dataclass(frozen=True, slots=True)
class Preview:
    """One notice written from the sample case.

    Attributes:
        renderer: Writes it, as it writes real notices.
        case: What it was written from.
        written: Its words, which passed the clause guard.
    """

    renderer: Renderer
    case: CaseFileUpdated
    written: Written

    @classmethod
    def of(
        cls,
        renderer: Renderer,
        kind: NoticeKind,
        language: Language,
        programme: str,
        outcome: DecisionOutcome = DecisionOutcome.APPROVE_IN_PART,
    ) -> "Preview":
        """The preview of a notice.

        Raises:
            NotFound: There is no such programme on the day of the sample, or no notice tells of
                such an outcome.
        """
        if outcome is DecisionOutcome.ESCALATE:
            raise NotFound("no notice tells of an escalation as a decision")
        version = renderer.programmes.version_on(programme, SAMPLE_DAY)
        if version is None:
            known = ", ".join(sorted(renderer.programmes.by_code))
            message = f"no such programme: {programme}; known: {known}"
            raise NotFound(message)
        case = sample_case(version, language, outcome)
        return cls(renderer, case, renderer.written(case, kind, language, SAMPLE_DAY))

    @property
    def text(self) -> str:
        """The plain text of the mail, under its subject."""
        subject = f"[{self.case.case_id}] {self.written.message.subject}"
        return f"{subject}\n\n{self.renderer.mail_parts(self.written).text}"

    @property
    def html(self) -> str:
        """The HTML of the mail."""
        logo = self.renderer.logos.get(self.written.office.logo, b"")
        picture = f"data:image/png;base64,{b64encode(logo).decode()}"
        return self.renderer.mail_parts(self.written, picture).html

    def mail(self) -> bytes:
        """The mail's bytes, which a mail program opens."""
        client = self.case.client
        assert client is not None
        to = Email(client.emails[0], client.name)
        at = utc(SAMPLE_DAY.year, SAMPLE_DAY.month, SAMPLE_DAY.day, 9)
        return self.renderer.mail(self.written, to, _NOTICE_ID, at)

    async def letter(self, typesetter: Typesetter) -> bytes:
        """The letter as PDF."""
        client = self.case.client
        assert client is not None
        assert client.postal_address is not None
        letter = self.renderer.letter(self.written, client.postal_address.lines, SAMPLE_DAY)
        return (await typesetter.set(letter)).pdf
