"""How migrations run: on the connection the app hands over, or on the configured database from the command line."""

from typing import Any

from alembic import context
from sqlalchemy import Connection
from sqlmodel import SQLModel

import jambot.db.models  # noqa: F401 - fills the metadata
from jambot.db.engine import writing_engine
from jambot.db.search_schema import OWN_TABLES
from jambot.settings import Settings


def include_object(_object: Any, name: str | None, kind: str, _reflected: bool, _compare_to: Any) -> bool:
    """Leave alone what the full-text search keeps for itself."""
    return not (kind in {"table", "index", "column"} and name is not None and name.startswith(OWN_TABLES))


def migrate(connection: Connection) -> None:
    is_sqlite = connection.dialect.name == "sqlite"
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        compare_type=True,
        compare_server_default=False,
        include_object=include_object,
        # SQLite rolls DDL back like anything else once the driver's own transaction handling is off.
        transactional_ddl=True,
        render_as_batch=is_sqlite,
    )
    with context.begin_transaction():
        context.run_migrations()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    engine = writing_engine(Settings().sqlalchemy_url)
    with engine.begin() as own:
        migrate(own)
    engine.dispose()
