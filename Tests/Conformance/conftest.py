"""Fixtures that drive the installed kernel. `make test` runs them; by hand: `.venv/bin/pytest Tests/Conformance`."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Only the kernel under test, wherever pytest runs from.
os.environ["JUPYTER_PATH"] = str(ROOT / ".venv/share/jupyter")

from session import Session  # noqa: E402


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
