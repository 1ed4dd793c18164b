"""Review for people: cases, decisions, policies. The actor comes only from the token."""

from fastapi import APIRouter

from services.review.api import (
    cases,
    complaints,
    decisions,
    policies,
    prompts,
    records,
    requests,
    tasks,
)
from services.review.app import App


def router(app: App) -> APIRouter:
    """The routes of review."""
    routes = APIRouter()
    for part in (
        cases,
        complaints,
        decisions,
        policies,
        prompts,
        records,
        requests,
        tasks,
    ):
        routes.include_router(part.router(app))
    return routes
