"""Run the migrations on the connection that the register hands over; its transaction is the register's."""

from alembic import context

from qrcert.register.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
