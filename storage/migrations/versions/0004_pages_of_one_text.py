"""Which pages answered with a text, and which articles claim an address, are looked up for each new page"""
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_reading_text", "reading", ["text_sha256"])
    op.create_index("ix_article_claimed", "article", ["claimed_url"])
