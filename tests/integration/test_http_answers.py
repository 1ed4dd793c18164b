"""What every service answers to requests that no database can be asked: 422, never a fault."""

import importlib
from pathlib import Path

import httpx
import pytest

from deploy.local.keys import SigningKey
from shared.migrations import migrate

MORE = {
    "notify": {
        "smtp_host": "127.0.0.1",
        "smtp_port": 1,
        "desk_address": "claims@claimsdesk.example",
        "notice_key": "a secret of the test",
    }
}


@pytest.mark.parametrize(
    ("service", "paths"),
    [
        ("intake", ["/received?contact_id=%00", "/documents/a%00b", "/unidentified?after=%00"]),
        ("review", ["/cases?contact_id=%00", "/cases/C%00"]),
        ("escalation", ["/escalations?status=%00", "/cases/%00/clocks"]),
        ("notify", ["/notices?case_id=%00", "/notices/%00"]),
    ],
)
async def test_a_nul_is_refused_in_order(
    service: str, paths: list[str], database_url: str, tmp_path: Path
):
    key = SigningKey(tmp_path)
    settings = importlib.import_module(f"services.{service}.settings").Settings(
        kafka="127.0.0.1:1",
        database_url=database_url,
        jwks_file=key.jwks_file,
        documents_dir=tmp_path / "documents",
        **({"spool_dir": tmp_path / "spool"} if service == "notify" else {}),
        **MORE.get(service, {}),
    )
    app = importlib.import_module(f"services.{service}.app").build(settings)
    router = importlib.import_module(f"services.{service}.api").router(app)
    await migrate(app.service.database, service)
    headers = {"Authorization": f"Bearer {key.token('rita', 'Rita', ['supervisor'])}"}
    transport = httpx.ASGITransport(app.service.api(router))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://desk", headers=headers
    ) as api:
        for path in paths:
            answer = await api.get(path)
            assert (answer.status_code, answer.json()["code"]) == (422, "not_acceptable"), path
        # A percent sign that was written as such is no NUL.
        assert (await api.get(f"{paths[0].split('?')[0]}?x=%2500")).status_code in {200, 422}
    await app.service.database.close()
