"""`python -m services.escalation`."""

from services.escalation import agents, api, app
from services.escalation.settings import Settings

escalation = app.build(Settings())
agents.register(escalation)
escalation.service.serve(api.router(escalation))
