"""Policies, as policy administration told them last."""

from fastapi import APIRouter

from services.review import store
from services.review.api.changing import Reader, found
from services.review.app import App
from shared.contract.reference import PolicyChanged


def router(app: App) -> APIRouter:
    """The routes of policies."""
    routes = APIRouter()
    database = app.service.database

    @routes.get("/policies/{policy_number}")
    async def read_policy(policy_number: str, _reader: Reader) -> PolicyChanged:
        """A policy with all its versions, as policy administration told it last."""
        async with database.reading() as connection:
            return found(await store.load_policies(connection, [policy_number]), policy_number)

    return routes
