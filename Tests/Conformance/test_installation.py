"""The `gyrus` command: its version, a prefix with spaces, and what `gyrus uninstall` takes away."""

import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from session import Session


def command(*arguments, **options):
    done = subprocess.run([str(a) for a in arguments], capture_output=True, text=True, timeout=300, **options)
    return done.returncode, done.stdout + done.stderr


def test_there_is_one_version(prefix, root, kernel):
    status, told = command(prefix / "bin/gyrus", "--version")
    assert status == 0
    number = re.match(r"Gyrus (\S+)\n", told)[1]
    assert re.search(r"^(?:\w+ )?Swift version 6\.\d", told, re.MULTILINE)
    info = kernel.request("kernel_info_request", {})
    assert info["implementation_version"] == number and info["language_info"]["gyrus"]["version"] == number
    assert kernel.value("Gyrus.environment.gyrus") == f'"{number}"'
    assert f"version: {number}\n" in (root / "CITATION.cff").read_text()
    assert f'version = "{number}"\n' in (root / "Kernelspec/python/pyproject.toml").read_text()
    assert f"{number}" in (root / "CHANGELOG.md").read_text()
    # Nowhere else in the sources.
    places = [p for p in (root / "Sources").rglob("*.swift") if f'"{number}"' in p.read_text()]
    assert [p.name for p in places] == ["GyrusVersion.swift"]


@pytest.fixture(scope="module")
def spaced(root, prefix, tmp_path_factory):
    """An installation in a folder with spaces, made as `make install` makes it."""
    if not (root / ".build/release/gyrus").exists():
        pytest.skip("nothing is built in .build/release, so nothing can be installed from there")
    target = tmp_path_factory.mktemp("prefix") / "my gyrus (1)"
    # By an administrator whose files are closed to others.
    status, told = command("make", "-s", "stage", f"PREFIX={target}", cwd=root, umask=0o077)
    assert status == 0, told
    return target


def test_all_users_may_read_what_is_installed(spaced):
    closed = [path for path in [spaced, *spaced.rglob("*")]
              if path.stat().st_mode & (0o005 if path.is_dir() else 0o004) != (0o005 if path.is_dir() else 0o004)]
    assert not closed, closed[:5]


def test_a_prefix_may_have_spaces(spaced, monkeypatch, tmp_path):
    # make splits at spaces: a part that is not quoted lands elsewhere.
    assert sorted(p.name for p in spaced.iterdir()) == ["bin", "lib", "share"]
    assert [p.name for p in spaced.parent.iterdir()] == [spaced.name]
    status, told = command(spaced / "bin/gyrus", "doctor")
    assert status == 0, told
    monkeypatch.setenv("JUPYTER_PATH", str(spaced / "share/jupyter"))
    session = Session()
    try:
        assert session.value("let m = Matrix<Double>([[1, 2]])\nm[0, 1]") == "2.0"
        assert session.value("m.columns") == "2", "a second cell imports the first"
        assert "2.0" in session.ok("%%python --python python3 -i x=m[0,1]\nprint(x)").text()
        assert "Matrix" in json.dumps(session.request("inspect_request", {"code": "m", "cursor_pos": 1, "detail_level": 0}))
        code = "Matri"
        assert "Matrix" in session.request("complete_request", {"code": code, "cursor_pos": 5})["matches"]
    finally:
        session.close()
    (tmp_path / "main.swift").write_text("import Gyrus\nprint(Matrix<Float>([[1, 2]]).columns)\n")
    swift = f'eval swiftc main.swift $("{spaced}/bin/gyrus" flags) -o program && ./program'
    status, told = command("bash", "-c", swift, cwd=tmp_path)
    assert status == 0 and told.endswith("2\n"), told


@pytest.fixture
def replaceable(spaced, tmp_path, monkeypatch):
    """A kernel whose installation can be replaced while it runs."""
    copy = tmp_path / "installed"
    shutil.copytree(spaced, copy, symlinks=True)
    description = copy / "share/jupyter/kernels/gyrus/kernel.json"
    description.write_text(description.read_text().replace(str(spaced), str(copy)))
    monkeypatch.setenv("JUPYTER_PATH", str(copy / "share/jupyter"))
    session = Session()
    yield session, copy / "lib/gyrus"
    session.close()


def replace(path, content):
    """As `install` does: the file is another one of the same name."""
    path.unlink()
    path.write_bytes(content)
    path.chmod(0o755)


def test_the_same_installed_again_while_a_kernel_runs(replaceable):
    session, folder = replaceable
    session.ok("let before = 41")
    for name in ("gyrus-runner", "libGyrus.so", "modules/Gyrus.swiftmodule"):
        replace(folder / name, (folder / name).read_bytes())
    assert session.value("before + 1") == "42"
    # What lies beside the runner is found, though Linux calls that file deleted.
    assert "brivl-mini" in session.ok('let mini = try FoundationModel.load("brivl-mini")\nprint(mini)').text()


def test_another_version_installed_while_a_kernel_runs(replaceable):
    session, folder = replaceable
    session.ok("let before = 41")
    module = folder / "modules/Gyrus.swiftmodule"
    original = module.read_bytes()
    replace(module, original + b"another")
    outcome = session.fails("before + 1")
    assert outcome.error["ename"] == "InstallationChanged"
    assert str(module) in outcome.error["evalue"] and "Restart the kernel" in outcome.error["evalue"]
    replace(module, original)
    assert session.value("before + 1") == "42"


def test_a_user_of_a_shared_installation(spaced):
    if os.getuid() != 0:
        pytest.skip("only root can act as another user")
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        folder.chmod(0o755)
        shared, home = folder / "shared", folder / "home"
        shutil.copytree(spaced, shared, symlinks=True)
        home.mkdir()
        os.chown(home, 65534, 65534)
        options = {"env": {"PATH": os.environ["PATH"], "HOME": str(home)}, "user": 65534, "group": 65534}
        assert command(shared / "bin/gyrus", "install", **options)[0] == 0
        own = home / ".local/share/jupyter/kernels/gyrus"
        assert own.exists()
        # What is root's stays and is named; the user's own is removed.
        status, told = command(shared / "bin/gyrus", "uninstall", **options)
        assert status == 1 and f"removed {own}\n" in told and not own.exists()
        assert f"{shared}/lib/gyrus could not be removed" in told and f"removed {shared}" not in told and "Usage" not in told
        assert (shared / "bin/gyrus").exists() and (shared / "lib/gyrus/gyrus-runner").exists()
        # Cells run without a home that can be written to, and so does the trial of one.
        options["env"]["HOME"] = "/nonexistent"
        assert "`import Gyrus` compiles" in command(shared / "bin/gyrus", "doctor", **options)[1]
        status, told = command(shared / "bin/gyrus", "install", **options)
        assert status == 1 and "could not be installed under /nonexistent/.local/share/jupyter" in told


def test_doctor_in_a_folder_that_is_gone(prefix, tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()
    script = f"cd {gone} && rmdir {gone} && exec {prefix}/bin/gyrus doctor"
    assert "MISSING  Swift toolchain" not in command("/bin/bash", "-c", script)[1]


def test_uninstall_takes_away_what_it_installed(spaced, tmp_path):
    own = tmp_path / "environment"
    environment = {**os.environ, "VIRTUAL_ENV": str(own), "JUPYTER_DATA_DIR": str(tmp_path / "user"),
                   "XDG_CACHE_HOME": str(tmp_path / "cache"), "XDG_DATA_HOME": str(tmp_path / "data")}
    copy = tmp_path / "a copy"
    shutil.copytree(spaced, copy, symlinks=True)
    gyrus = copy / "bin/gyrus"
    for place in (("--prefix", copy), ("--sys-prefix",), ("--user",)):
        assert command(gyrus, "install", *place, env=environment)[0] == 0
    (tmp_path / "cache/gyrus").mkdir(parents=True)
    # Another installation's description is not its own.
    other = own / "share/jupyter/kernels/gyrus/kernel.json"
    other.write_text(other.read_text().replace(str(copy), str(spaced)))
    (copy / "lib/other").mkdir()
    status, told = command(gyrus, "uninstall", "--dry-run", env=environment)
    assert status == 0 and gyrus.exists() and f"would remove {copy}/lib/gyrus\n" in told
    status, told = command(gyrus, "uninstall", "--kernelspec-only", env=environment)
    assert status == 0 and gyrus.exists() and not (tmp_path / "user/kernels/gyrus").exists()
    status, told = command(gyrus, "uninstall", env=environment)
    assert status == 0, told
    assert sorted(str(p.relative_to(copy)) for p in copy.rglob("*") if not p.is_dir() or p.name == "other") == ["lib/other"]
    assert other.exists() and (tmp_path / "cache/gyrus").exists() and f"kept: {tmp_path}/cache/gyrus" in told
    assert (spaced / "bin/gyrus").exists()
    # The whole of it, with what the user's kernels kept.
    status, told = command(spaced / "bin/gyrus", "uninstall", "--cache", env=environment)
    assert status == 0 and not (spaced / "lib/gyrus").exists() and not (tmp_path / "cache/gyrus").exists()
    assert not other.exists()


def test_an_empty_variable_names_no_folder(prefix, tmp_path):
    here, home = tmp_path / "here", tmp_path / "home"
    here.mkdir()
    home.mkdir()
    environment = {**os.environ, "HOME": str(home), "JUPYTER_DATA_DIR": "", "XDG_DATA_HOME": "", "VIRTUAL_ENV": "",
                   "CONDA_PREFIX": ""}
    status, told = command(prefix / "bin/gyrus", "install", env=environment, cwd=here)
    assert status == 0, told
    assert (home / ".local/share/jupyter/kernels/gyrus/kernel.json").exists() and not list(here.iterdir())
    status, told = command(prefix / "bin/gyrus", "install", "--sys-prefix", env=environment, cwd=here)
    assert status != 0 and "no Python environment is active" in told and not list(here.iterdir())
