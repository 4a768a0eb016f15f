"""What is inside libGyrus.so as it is installed: nothing may depend on the order in which the loader relocates it,
and every C kernel must give the same at every instruction set, on this processor and on emulated others."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest


def output(*command, timeout=120, **options):
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, **options)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def functions(root):
    """The C functions that the headers of the library's own C targets declare."""
    names = set()
    for header in root.glob("Sources/C/C*Kernels/include/*.h"):
        text = re.sub(r"//[^\n]*|/\*.*?\*/", "", header.read_text(), flags=re.S).replace("\\\n", "\n")
        found = re.findall(r"\b((?:kernel|voxel|image|train)_\w+?)(##suffix)?\(", text)
        names |= {name for name, suffix in found if not suffix}
        names |= {name + precision for name, suffix in found if suffix for precision in ("f32", "f64")}
    assert len(names) > 30
    return names


needs_readelf = pytest.mark.skipif(not shutil.which("readelf"), reason="readelf (binutils) is not installed")


@needs_readelf
@pytest.mark.parametrize(
    "file", ["lib/gyrus/libGyrus.so", "lib/gyrus/gyrus-runner", "lib/gyrus/gyrus-sourcekit", "bin/gyrus"])
def test_no_relocation_calls_a_resolver(prefix, file):
    status, relocations = output("readelf", "-rW", prefix / file)
    assert status == 0 and "R_" in relocations
    assert not re.findall(r".*IRELATIV.*", relocations)
    status, symbols = output("readelf", "-sW", prefix / file)
    # Those of the C library's own (memcpy) are the loader's business; ours would be defined here.
    assert not [line for line in symbols.splitlines() if " IFUNC " in line and " UND " not in line]


@needs_readelf
def test_kernels_are_reached_directly(prefix, functions):
    """No kernel is exported, and no pointer to one, or to a variant of one, has to be relocated."""
    library = prefix / "lib/gyrus/libGyrus.so"
    relocations, symbols = output("readelf", "-rW", library)[1], output("readelf", "--dyn-syms", "-W", library)[1]
    relocated = set(re.findall(r"R_\S+ +[0-9a-f]+ +(\w+)", relocations))
    exported = set(re.findall(r" (?:GLOBAL|WEAK) +\w+ +(?!UND)\w+ +(\S+)", symbols))
    assert "gyrus_check_kernels" in exported and len(relocated) > 100
    for name in functions:
        variant = re.compile(rf"{name}(\W.*|_(base|avx2|avx512|body))?")
        assert not [symbol for symbol in relocated | exported if variant.fullmatch(symbol)]


def runs(text):
    """{(kernel, level)} of the lines that `gyrus doctor --kernels` prints."""
    return set(re.findall(r"^(\w+) at (\S+) differs by", text, re.M))


def test_every_kernel_runs_at_every_level(prefix, functions):
    status, text = output(prefix / "bin/gyrus", "doctor", "--kernels")
    assert status == 0, text
    found = runs(text)
    assert {kernel for kernel, _ in found} == functions
    levels = {level for _, level in found}
    assert found == {(kernel, level) for kernel in functions for level in levels}
    with open("/proc/cpuinfo") as file:
        found = re.search(r"^flags\s*:(.*)", file.read(), re.M)
    flags = set(found.group(1).split()) if found else set()
    assert ("x86-64-v3" in levels) == ({"avx2", "bmi2", "fma", "f16c", "movbe"} <= flags)
    assert ("x86-64-v4" in levels) == ({"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl", "avx2"} <= flags)


def test_the_doctor_examines_the_kernels(prefix):
    status, text = output(prefix / "bin/gyrus", "doctor")
    assert status == 0, text
    assert re.search(r"^ok +C kernels: \d+ functions give the same at x86-64", text, re.M)


def test_a_level_that_there_is_not_is_refused_aloud(prefix):
    """The level in use is another one only where the environment names one."""
    for level in ("x86-64", "avx2"):
        environment = {**os.environ, "GYRUS_CPU_LEVEL": level}
        status, text = output(prefix / "bin/gyrus", "doctor", "--kernels", env=environment)
        assert status == 0 and ('GYRUS_CPU_LEVEL is "avx2", not x86-64' in text) == (level == "avx2")


# QEMU translates no AVX-512, and says so of Skylake-Server: that is a processor with AVX2.
@pytest.mark.parametrize("processor, levels", [("Nehalem", ["x86-64"]), ("Haswell", ["x86-64", "x86-64-v3"]),
                                               ("Skylake-Server", ["x86-64", "x86-64-v3"])])
def test_every_kernel_runs_on_other_processors(prefix, functions, processor, levels):
    emulator = shutil.which("qemu-x86_64")
    if not emulator:
        pytest.skip("qemu-x86_64 (Debian's qemu-user) is not installed")
    status, text = output(emulator, "-cpu", processor, prefix / "bin/gyrus", "doctor", "--kernels", timeout=300)
    assert status == 0, text
    assert runs(text) == {(kernel, level) for kernel in functions for level in levels}


PROGRAM = r"""
import Foundation
import Gyrus
func numbers<T: Scalar>(_ rows: Int, _ columns: Int, _ seed: UInt32, _: T.Type) -> Matrix<T> {
    var random = NumpyRandom(seed: seed)
    return Matrix(rows: rows, columns: columns, elements: (0..<rows * columns).map { _ in T(random.gaussian()) })
}
func ridge<T: Scalar>(_: T.Type) throws -> Double {
    let (x, w) = (numbers(60, 8, 1, T.self), numbers(8, 30, 2, T.self))
    let y = multiply(x, w)
    return try Ridge(alphas: [0.001, 1], folds: .kFold(2), showsProgress: false).fit(x, to: y).score(x, to: y).r2[7]
}
print(try ridge(Float.self) > 0.999, try ridge(Double.self) > 0.999)
let model = try FoundationModel.load(CommandLine.arguments[1])
let features = try model.features(of: ["a cat sat on the mat", "stocks fell"], showsProgress: false)
print(features.flatMap { $0.matrix.row(0).prefix(4) }.map { ($0 * 1000).rounded() })
let images = try (0..<2).map { n in
    try RGBImage(width: 70, height: 60, pixels: (0..<70 * 60 * 3).map { UInt8($0 * (n + 3) % 251) })
}
let tower = try FoundationModel.load(CommandLine.arguments[2]).image
let seen = try tower.features(of: images, layers: .all, showsProgress: false)
print(seen.flatMap { $0.matrix.row(1).prefix(4) }.map { ($0 * 1000).rounded() })
"""


def test_a_program_runs_on_other_processors(prefix, root, tmp_path):
    """The library itself, with the C libraries beneath it, where the processor is another."""
    emulator = shutil.which("qemu-x86_64")
    if not emulator:
        pytest.skip("qemu-x86_64 (Debian's qemu-user) is not installed")
    (tmp_path / "main.swift").write_text(PROGRAM)
    flags = output(prefix / "bin/gyrus", "flags")[1].split()
    status, text = output("swiftc", "-O", "main.swift", *flags, "-o", "program", cwd=tmp_path)
    assert status == 0, text
    fixtures = root / "Tests/Library/FoundationModels/Fixtures"
    command = [tmp_path / "program", fixtures / "encoders/bert", fixtures / "vision/timm"]
    status, expected = output(*command)
    assert status == 0 and expected.startswith("true true\n"), expected
    numbers = [float(x) for x in re.findall(r"-?\d+\.\d+", expected)]
    for processor in ("Nehalem", "Haswell"):
        done = subprocess.run([emulator, "-cpu", processor, *command], capture_output=True, text=True, timeout=300)
        assert done.returncode == 0 and done.stdout.startswith("true true\n"), f"{processor}: {done.stderr}"
        # In thousandths; a rounding to the other side is one.
        assert [float(x) for x in re.findall(r"-?\d+\.\d+", done.stdout)] == pytest.approx(numbers, abs=1), processor


# A library whose kernels are wrong, and one that the old libGyrus.so was: a kernel that leads to null.
BROKEN = r"""
void (*null)(void);
void gyrus_check_kernels(void (*started)(const char *, const char *), void (*finished)(double, double)) {
    started("kernel_right", "x86-64"); finished(0, 1e-6);
    started("kernel_wrong", "x86-64-v3"); finished(0.5, 1e-6);
    started("kernel_nan", "x86-64-v4"); finished(__builtin_nan(""), 1e-6);
    if (CRASHES) { started("kernel_null", "x86-64-v4"); null(); }
}
"""


@pytest.mark.parametrize("crashes", [0, 1])
def test_the_doctor_names_the_kernels_that_fail(prefix, tmp_path, crashes):
    (tmp_path / "bin").mkdir()
    (tmp_path / "lib/gyrus").mkdir(parents=True)
    shutil.copy(prefix / "bin/gyrus", tmp_path / "bin")
    (tmp_path / "broken.c").write_text(BROKEN)
    clang = Path(shutil.which("swiftc")).resolve().parent / "clang"
    status, text = output(clang, "-shared", "-fPIC", f"-DCRASHES={crashes}", tmp_path / "broken.c", "-o",
                          tmp_path / "lib/gyrus/libGyrus.so")
    assert status == 0, text
    status, text = output(tmp_path / "bin/gyrus", "doctor", "--kernels")
    assert status == 1
    if crashes:
        assert "MISSING  C kernels: kernel_null crashes at x86-64-v4" in text
    else:
        assert "kernel_right at x86-64 differs by" in text
        assert "kernel_wrong at x86-64-v3 IS WRONG" in text and "kernel_nan at x86-64-v4 IS WRONG" in text
