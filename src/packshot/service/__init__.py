"""The service: REST, pages, accounts, history and the queue. A door to the same journey.

Whoever opens it without the extra is told what to install.
"""

from importlib.util import find_spec

from packshot.errors import WeightsMissing
from packshot.words import say

NEEDS = (
    *("alembic", "argon2", "dbos", "fastapi", "jinja2", "prometheus_client", "python_multipart", "segno"),
    *("sqlalchemy", "structlog", "uvicorn"),
)

if missing := [name for name in NEEDS if find_spec(name) is None]:
    raise WeightsMissing(
        say("The service needs more than is installed: {names}.", names=", ".join(missing)),
        say("Install it: {command}", command='pip install "packshot[service]"'),
    )
