"""`python -m services.notify`."""

from services.notify import agents, api, app, printing, sender
from services.notify.settings import Settings

notify = app.build(Settings())
agents.register(notify)
sender.register(notify)
printing.register(notify)
notify.service.serve(api.router(notify))
