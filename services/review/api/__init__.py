"""Review for people: cases, decisions, policies. The actor comes only from the token."""

from fastapi import APIRouter

from services.review.api import (
    cases,
    complaints,
    decisions,
    missing,
    policies,
    prompts,
    proposals,
    quality,
    records,
    reopening,
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
        missing,
        policies,
        prompts,
        proposals,
        quality,
        records,
        reopening,
        requests,
        tasks,
    ):
        routes.include_router(part.router(app))
    return routes
