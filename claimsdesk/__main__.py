"""`python -m claimsdesk` is `claimsdesk`."""

from claimsdesk.main import app

app()
