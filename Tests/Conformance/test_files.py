"""Files beside which Python works, disks that are full, and a crash inside the HDF5 library."""

import fcntl
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from session import Session

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "Tests/Library/Formats/Fixtures"


def test_a_value_stays_when_python_saves_the_file_again(kernel, tmp_path):
    for name in ["plain.npy", "uint8.nii"]:
        shutil.copy(FIXTURES / name, tmp_path / name)
    kernel.ok(f"""
        let saved = try NumPyArray.open(URL(fileURLWithPath: "{tmp_path}/plain.npy")).tensor()
        let brain = try NIfTI.open(URL(fileURLWithPath: "{tmp_path}/uint8.nii"))
        let before = "\\(saved.elements) \\(try brain.tensor().elements.reduce(0, +))"
        """)
    for name in ["plain.npy", "uint8.nii"]:
        size = (tmp_path / name).stat().st_size
        with open(tmp_path / name, "r+b") as file:  # As numpy does, into the file that is there.
            file.truncate(0)
            file.write(bytes(size // 2))
    assert kernel.value('before == "\\(saved.elements) \\(try brain.tensor().elements.reduce(0, +))"') == "true"


def test_an_hdf5_file_that_another_program_writes_into_is_refused_until_it_is_opened_again(kernel, tmp_path):
    place = tmp_path / "types.h5"
    shutil.copy(FIXTURES / "types.h5", place)
    kernel.ok(f'let chunked = try HDF5File.open("{place}").dataset("chunked")')
    before = kernel.value("try chunked.tensor().elements.reduce(0, +)")
    with open(place, "r+b") as file:
        whole = file.read()
        file.seek(0)
        file.write(whole)
    failure = kernel.fails("try chunked.tensor()")
    assert "types.h5: was changed by another program since it was opened" in failure.error["evalue"]
    assert kernel.value(f'try HDF5File.open("{place}").dataset("chunked").tensor().elements.reduce(0, +)') == before


@pytest.fixture
def small_disk(tmp_path):
    place = tmp_path / "small"
    place.mkdir()
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", place], capture_output=True, text=True)
    if mount.returncode:
        pytest.skip(f"no small disk can be made here: {mount.stderr.strip()}")
    yield place
    subprocess.run(["umount", "-l", place])


WRITERS = {
    "npy": 'try NumPyArray.write(large, to: URL(fileURLWithPath: "PLACE"))',
    "nii": 'try NIfTI.write(Tensor(large).reshaped(to: [400, 500, 1]), affine: unit, to: URL(fileURLWithPath: "PLACE"))',
    "nii.gz": 'try NIfTI.write(Tensor(large).reshaped(to: [400, 500, 1]), affine: unit, to: URL(fileURLWithPath: "PLACE"))',
    "h5": 'try HDF5File.create(URL(fileURLWithPath: "PLACE")) { try $0.write(large, to: "x") }',
    "study": 'try Study(name: "s", responses: large).write(to: "PLACE")',
}
LARGE = """
    var seed: UInt64 = 88172645463325252
    let large = Matrix<Float>(rows: 400, columns: 500, elements: (0..<200_000).map { _ in
        seed ^= seed << 13; seed ^= seed >> 7; seed ^= seed << 17
        return Float(seed >> 40) })
    let unit = Matrix<Double>([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
    """


def test_a_full_disk_is_an_error_and_the_old_file_stays(kernel, small_disk):
    kernel.ok(LARGE)
    for suffix, code in WRITERS.items():
        place = small_disk / f"out.{suffix}"
        place.write_bytes(b"old")
        failure = kernel.fails(code.replace("PLACE", str(place)))
        assert failure.error["ename"] == "FormatError", failure.traceback
        assert f"out.{suffix}" in failure.error["evalue"], failure.error["evalue"]
        assert place.read_bytes() == b"old"
        assert [file.name for file in small_disk.iterdir()] == [place.name]
        place.unlink()
    # The library still works, also with HDF5.
    kernel.ok(f'try HDF5File.create(URL(fileURLWithPath: "{small_disk}/ok.h5")) {{ try $0.write([1, 2], to: "x") }}')


def test_a_limit_on_the_size_of_files_is_an_error(fresh_kernel, tmp_path):
    fresh_kernel.ok(LARGE)
    fresh_kernel.ok("""
        var sizes = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &sizes)
        """)
    for suffix, code in WRITERS.items():
        place = tmp_path / f"out.{suffix}"
        place.write_bytes(b"old")
        # The limit holds for the one call: what the cell itself leaves in files must not meet it.
        failure = fresh_kernel.fails(f"""
            do {{
                var small = sizes
                small.rlim_cur = 100_000
                setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &small)
                defer {{ setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &sizes) }}
                {code.replace("PLACE", str(place))}
            }}
            """)
        assert failure.error["ename"] == "FormatError", failure.traceback
        assert place.read_bytes() == b"old"
        assert [file.name for file in tmp_path.iterdir()] == [place.name]
        place.unlink()


def test_a_file_is_python_s_again_after_a_failure_and_when_its_value_goes(kernel, tmp_path):
    place = tmp_path / "x.h5"
    shutil.copy(FIXTURES / "kinds.h5", place)

    def is_free():
        with open(place, "r+b") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
        return True

    kernel.fails(f'_ = try HDF5File.open(URL(fileURLWithPath: "{place}")).dataset("records").tensor()')
    assert is_free()
    kernel.ok(f'do {{ _ = try HDF5File.open(URL(fileURLWithPath: "{place}")).datasets() }}')
    assert is_free()
    kernel.ok(f'var held: HDF5File? = try HDF5File.open(URL(fileURLWithPath: "{place}"))')
    assert not is_free()
    kernel.ok("held = nil")
    assert is_free()


def test_a_file_that_crashes_the_hdf5_library_is_refused(kernel):
    kernel.ok("let kept = [1, 2, 3]")
    failure = kernel.fails(f'try HDF5File.open(URL(fileURLWithPath: "{FIXTURES}/crashes.h5")).datasets()')
    assert failure.error["ename"] == "FormatError", failure.traceback
    assert "crashes.h5: is damaged: " in failure.error["evalue"]
    assert kernel.value("kept.count") == "3"
    kernel.ok(f'_ = try HDF5File.open(URL(fileURLWithPath: "{FIXTURES}/types.h5")).datasets()')


def test_after_a_crash_in_the_hdf5_library_calls_fail_at_once():
    session = Session(env={**os.environ, "GYRUS_HDF5_EXAMINE": "0"})
    try:
        session.ok("let kept = [1, 2, 3]")
        opened = f'try HDF5File.open(URL(fileURLWithPath: "{FIXTURES}/types.h5")).datasets().count'
        assert int(session.value(opened)) > 5
        crash = session.fails(f'try HDF5File.open(URL(fileURLWithPath: "{FIXTURES}/crashes.h5")).datasets()')
        assert crash.error["ename"] != "FormatError", crash.traceback
        if crash.error["ename"] == "RunnerDied":
            pytest.skip("this machine's HDF5 library ends the process, which starts again")
        for _ in range(3):
            failure = session.fails(opened, timeout=20)
            assert "restart the kernel" in failure.error["evalue"] and "crashes.h5" in failure.error["evalue"]
        assert session.value("kept.count") == "3"
        session.ok(f'_ = try NumPyArray.open(URL(fileURLWithPath: "{FIXTURES}/plain.npy")).tensor()')
        start = time.monotonic()
        session.manager.shutdown_kernel(now=False)
        assert time.monotonic() - start < 10
    finally:
        session.close()
