"""`python -m baton`."""

from baton.cli import app

app()
