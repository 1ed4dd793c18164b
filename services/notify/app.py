"""Puts notify together: its frame, and everything that a notice passes on its way."""

import asyncio
from dataclasses import dataclass

from services.notify import store
from services.notify.adapters.letters import Typesetter
from services.notify.adapters.mailer import MailServer
from services.notify.adapters.rendering import Renderer
from services.notify.adapters.spool import PrintSpool
from services.notify.adapters.templates import Templates, letterheads
from services.notify.settings import Settings
from shared.contract.contacts import Channel
from shared.documents import DocumentStore
from shared.programmes import load_programmes
from shared.service import DeskService


@dataclass(frozen=True, slots=True)
class App:
    """What notify's agents, API and sender need.

    Attributes:
        work: Per channel: set as soon as there may be something to send.
    """

    service: DeskService
    settings: Settings
    renderer: Renderer
    typesetter: Typesetter
    spool: PrintSpool
    documents: DocumentStore
    mail_server: MailServer
    work: dict[Channel, asyncio.Event]

    def wake(self) -> None:
        """Tell the senders that there is work."""
        for event in self.work.values():
            event.set()


def build(settings: Settings) -> App:
    """Notify as the environment says.

    Raises:
        TemplateFault: A template, clause or letterhead file is wrong.
        ProgrammeError: A programme file is wrong.
    """
    renderer = Renderer(
        templates=Templates(),
        programmes=load_programmes(settings.programmes_dir),
        letterheads=letterheads(settings.letterheads_file),
        desk_address=settings.desk_address,
        notice_key=settings.notice_key.get_secret_value(),
    )
    password = settings.smtp_password
    return App(
        service=DeskService("notify", settings, store.metadata),
        settings=settings,
        renderer=renderer,
        typesetter=Typesetter(),
        spool=PrintSpool(settings.spool_dir),
        documents=DocumentStore(settings.documents_dir),
        mail_server=MailServer(
            settings.smtp_host,
            settings.smtp_port,
            settings.smtp_security,
            settings.smtp_user,
            password.get_secret_value() if password else None,
            settings.smtp_timeout,
        ),
        work={channel: asyncio.Event() for channel in (Channel.EMAIL, Channel.LETTER)},
    )
