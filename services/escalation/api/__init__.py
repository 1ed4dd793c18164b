"""Escalation for people: clocks with their reasons, the supervisors' desk, what comes next."""

from fastapi import APIRouter

from services.escalation.api import clocks, escalations, forecast
from services.escalation.app import App


def router(app: App) -> APIRouter:
    """The routes of escalation."""
    routes = APIRouter()
    for part in (clocks, escalations, forecast):
        routes.include_router(part.routes(app))
    return routes
