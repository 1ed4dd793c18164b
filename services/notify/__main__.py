"""`python -m services.notify`."""

from services.notify import agents, api, app, sender
from services.notify.settings import Settings

notify = app.build(Settings())
agents.register(notify)
sender.register(notify)
notify.service.serve(api.router(notify))
