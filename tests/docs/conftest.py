"""The demo, played once by the installed command: what the documents say is held against its store and its answers."""
import pytest
from once import Played, demo_played


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """The demo after step 4, in which nobody writes."""
    return demo_played(tmp_path_factory)
