"""The same article in other languages, as its page claims"""
import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("reading") as reading:
        reading.add_column(sa.Column("twins", sa.JSON(), server_default="[]", nullable=False))
