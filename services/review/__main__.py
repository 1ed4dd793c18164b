"""`python -m services.review`."""

from services.review import agents, api, app
from services.review.settings import Settings

review = app.build(Settings())
agents.register(review)
review.service.serve(api.router(review))
