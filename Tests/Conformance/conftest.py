"""Fixtures that drive the installed kernel. `make test` runs them; by hand: `.venv/bin/pytest Tests/Conformance`."""

import os
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# The installation under test; GYRUS_PREFIX names another one.
PREFIX = Path(os.environ.get("GYRUS_PREFIX", ROOT / ".venv"))
os.environ["JUPYTER_PATH"] = str(PREFIX / "share/jupyter")
# A history of its own: that of the user grows while other kernels run, and is no place for tests.
HISTORY = tempfile.TemporaryDirectory(prefix="gyrus-history-", ignore_cleanup_errors=True)
os.environ["XDG_DATA_HOME"] = HISTORY.name
# A cache too: what earlier runs compiled is not to be taken for what this one compiles.
CACHE = tempfile.TemporaryDirectory(prefix="gyrus-cache-", ignore_cleanup_errors=True)
os.environ["XDG_CACHE_HOME"] = CACHE.name

from session import Session  # noqa: E402


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """What a cluster says of itself stands below a test that failed on it."""
    report = yield
    cluster = getattr(item, "funcargs", {}).get("cluster")
    if report.when == "call" and report.failed and cluster is not None:
        report.sections.append(("Slurm", cluster.report()))
    return report


@pytest.fixture(scope="module")
def kernel():
    """One kernel for the tests of a module."""
    session = Session()
    yield session
    session.close()


@pytest.fixture
def fresh_kernel():
    """A kernel for one test."""
    session = Session()
    yield session
    session.close()


@pytest.fixture(scope="session")
def root():
    return ROOT


@pytest.fixture(scope="session")
def prefix():
    return PREFIX


@pytest.fixture(scope="session")
def soak():
    """Whether long tests run in their full form (`make soak`)."""
    return os.environ.get("GYRUS_SOAK") == "1"
