"""`python -m services.intake`."""

from services.intake import agents, api, app
from services.intake.settings import Settings

intake = app.build(Settings())
agents.register(intake)
intake.service.serve(api.router(intake))
