"""Puts notify together: its frame, and everything that a notice passes on its way."""

import asyncio
from dataclasses import dataclass, field

from services.notify import store
from services.notify.adapters.data_files import letterheads, logos, postage_tables
from services.notify.adapters.dkim_key import DkimKey
from services.notify.adapters.letters import Typesetter
from services.notify.adapters.mailer import MailServer
from services.notify.adapters.places import Connects, FolderPlace
from services.notify.adapters.rendering import Renderer
from services.notify.adapters.templates import Templates
from services.notify.domain.postage import PostageTable
from services.notify.settings import Settings
from shared.contract.contacts import Channel
from shared.documents import DocumentStore
from shared.programmes import load_programmes
from shared.service import DeskService


@dataclass(frozen=True, slots=True)
class App:
    """What notify's agents, API and sender need.

    Attributes:
        place: Opens the place where print batches are dropped.
        postage: Classes of letters, by the day from which they hold.
        work: Per channel: set as soon as there may be something to send.
    """

    service: DeskService
    settings: Settings
    renderer: Renderer
    typesetter: Typesetter
    place: Connects
    postage: tuple[PostageTable, ...]
    documents: DocumentStore
    mail_server: MailServer
    work: dict[Channel, asyncio.Event]
    printed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set as soon as there may be letters for a batch, or a batch to hand over."""

    def wake(self) -> None:
        """Tell the senders that there is work."""
        for event in self.work.values():
            event.set()


def build(settings: Settings) -> App:
    """Notify as the environment says.

    Raises:
        TemplateFault: A template, clause or letterhead file is wrong.
        ProgrammeError: A programme file is wrong.
        DkimFault: The key for mails can't sign.
    """
    renderer = Renderer(
        templates=Templates(),
        programmes=load_programmes(settings.programmes_dir),
        letterheads=letterheads(settings.letterheads_file),
        desk_address=settings.desk_address,
        notice_key=settings.notice_key.get_secret_value(),
        logos=logos(settings.letterheads_file),
        dkim=_dkim(settings),
    )
    password = settings.smtp_password
    return App(
        service=DeskService("notify", settings, store.metadata),
        settings=settings,
        renderer=renderer,
        typesetter=Typesetter(),
        place=_place(settings),
        postage=postage_tables(),
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


def _dkim(settings: Settings) -> DkimKey | None:
    """The key that signs mails, if there is one."""
    if settings.dkim_key_file is None:
        return None
    domain = settings.desk_address.rpartition("@")[2]
    return DkimKey.read(settings.dkim_key_file, domain, settings.dkim_selector)


def _place(settings: Settings) -> Connects:
    """Where batches go: the SFTP server if there is one, else the spool's folder."""
    if settings.print_sftp_host is None:
        return FolderPlace(settings.spool_dir).open
    from services.notify.adapters.sftp import SftpServer  # loaded only where it is used

    assert settings.print_sftp_known_hosts is not None
    password = settings.print_sftp_password
    return SftpServer(
        host=settings.print_sftp_host,
        port=settings.print_sftp_port,
        user=settings.print_sftp_user,
        known_hosts=settings.print_sftp_known_hosts,
        folder=settings.print_sftp_folder,
        key_file=settings.print_sftp_key_file,
        password=password.get_secret_value() if password else None,
    ).open
