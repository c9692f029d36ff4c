"""The views for analysts: those of storage/views.py, which env.py makes anew after every migration to the newest schema"""

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No table changes: what is new are the views."""
