"""Intake for people and clients' systems: calls, letters, claims, what came in, the queue."""

from fastapi import APIRouter

from services.intake.api import claims, letters, passing_on, phone_notes, received, unidentified
from services.intake.app import App


def router(app: App) -> APIRouter:
    """The routes of intake."""
    routes = APIRouter()
    for part in (phone_notes, letters, claims, received, unidentified, passing_on):
        routes.include_router(part.routes(app))
    return routes
