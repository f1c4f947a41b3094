"""Every run tries the same random examples: a red run can be repeated, and none is red by bad luck."""
import os

import pytest
from browser import browser, open_page  # noqa: F401
from hypothesis import settings

settings.register_profile("same", derandomize=True, deadline=None, database=None)
settings.load_profile("same")


@pytest.fixture(autouse=True, scope="session")
def numba_cache(tmp_path_factory):
    """What numba compiles for a test is no user's cache."""
    os.environ["NUMBA_CACHE_DIR"] = str(tmp_path_factory.mktemp("numba"))
