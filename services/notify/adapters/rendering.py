"""From a case file to a mail's bytes or a letter's data: content, words, clause guard."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from services.notify.adapters.dkim_key import DkimKey
from services.notify.adapters.mail import LOGO_ID, mail_of
from services.notify.adapters.templates import RenderedMail, Templates
from services.notify.domain import clauses
from services.notify.domain.channel import Email
from services.notify.domain.content import NoticeFacts, facts_of
from services.notify.domain.letter import Letter, letter_of
from services.notify.domain.letterhead import Letterhead, letterhead_of
from services.notify.domain.message import Message
from services.notify.domain.words import ContentMissing
from shared.contract.case_file import CaseFileUpdated
from shared.contract.contacts import Language
from shared.contract.facts import NoticeKind
from shared.message_ids import message_id_of
from shared.programmes import Programmes, ProgrammeVersion


@dataclass(frozen=True, slots=True)
class Written:
    """One notice in words, with what it was written from."""

    message: Message
    facts: NoticeFacts
    office: Letterhead


@dataclass(frozen=True, slots=True)
class Renderer:
    """Writes notices; the same case file, kind and day always give the same words.

    Attributes:
        desk_address: Sender of every mail; the domain of its Message-ID.
        notice_key: Secret under which a Message-ID is made.
        logos: Pictures of letterheads, by their name there.
        dkim: The key under which mails are signed, if any.
    """

    templates: Templates
    programmes: Programmes
    letterheads: dict[str, Letterhead]
    desk_address: str
    notice_key: str
    logos: Mapping[str, bytes] = field(default_factory=dict)
    dkim: DkimKey | None = None

    def written(
        self,
        case: CaseFileUpdated,
        kind: NoticeKind,
        language: Language,
        on: date,
        notice_id: str | None = None,
    ) -> Written:
        """The notice in words, after the clause guard let it pass.

        Args:
            case: The case file that asked for it.
            kind: Which notice.
            language: In which language.
            on: The day that it carries.
            notice_id: Which request of the case file, if it holds several of this kind.

        Raises:
            ContentMissing: The case file lacks what the notice has to say.
            ClauseMissing: A mandatory clause is missing.
            TemplateFault: A template is wrong.
        """
        programme = self._programme(case, on)
        if case.programme is not None and programme is None and clauses.law_matters(kind):
            raise ContentMissing("the programme of this case is not known here, nor is its law")
        facts = facts_of(
            case, kind, programme, self.programmes.desk, self.templates.words[language], notice_id
        )
        code = programme.code if programme and case.client else None
        office = letterhead_of(code, self.letterheads)
        message = self.templates.message(facts, office, on)
        said = clauses.Said(facts.outcome, facts.reasons, facts.interim, facts.words)
        clauses.guard(message, kind, facts.programme_kind, said)
        return Written(message, facts, office)

    def presupposed(self, case: CaseFileUpdated, kind: NoticeKind, on: date) -> str | None:
        """The id of the earlier notice that must have been sent before this one.

        Raises:
            EarlierNoticeMissing: It is not on record, or its deadline had not passed.
        """
        programme = self._programme(case, on)
        law = clauses.ProgrammeKind(programme.kind) if programme else None
        decision = clauses.last_decision(case)
        decided_on = self.programmes.desk.local_day(decision.at) if decision else None
        return clauses.presupposed_notice(case, kind, law, decided_on)

    def mail(self, written: Written, to: Email, notice_id: str, now: datetime) -> bytes:
        """The notice as the bytes of a mail."""
        domain = self.desk_address.rpartition("@")[2]
        logo = self.logos.get(written.office.logo, b"")
        made = mail_of(
            written.message,
            self.mail_parts(written, f"cid:{LOGO_ID}"),
            sender=self.desk_address,
            to=to,
            message_id=message_id_of(notice_id, self.notice_key, domain),
            now=now,
            logo=logo,
        )
        return self.dkim.signed(made) if self.dkim else made

    def mail_parts(self, written: Written, logo: str = "") -> RenderedMail:
        """The notice as plain text and HTML; `logo` is the address of the picture, if any."""
        shown = logo if written.office.logo in self.logos else ""
        return self.templates.mail(written.message, shown)

    def letter(self, written: Written, address: tuple[str, ...], on: date) -> Letter:
        """The notice as a letter, ready for the typesetter."""
        words = self.templates.words[written.facts.language]
        return letter_of(written.message, written.facts, written.office, words, address, on)

    def _programme(self, case: CaseFileUpdated, on: date) -> ProgrammeVersion | None:
        """The version that the case was reviewed under, else the one of today."""
        if case.programme is None:
            return None
        version = self.programmes.version(case.programme, case.programme_version or "")
        return version or self.programmes.version_on(case.programme, on)
