"""Review for people: cases, decisions, policies. The actor comes only from the token."""

from fastapi import APIRouter

from services.review.api import cases, decisions, policies, prompts, records
from services.review.app import App


def router(app: App) -> APIRouter:
    """The routes of review."""
    routes = APIRouter()
    for part in (cases, decisions, policies, prompts, records):
        routes.include_router(part.router(app))
    return routes
