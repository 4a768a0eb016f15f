"""After any edits and reruns a notebook's names are worth what its final text gives as one compiled file."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from programs import SHARED, Program


def compiled(source, folder):
    """What a program prints that is compiled as one file, or None where its declarations do not fit each other."""
    file = folder / "main.swift"
    file.write_text(source)
    found = [shutil.which("swiftc"), "/opt/swift/usr/bin/swiftc", str(Path.home() / ".local/share/swiftly/bin/swiftc")]
    compiler = next(path for path in found if path and os.path.exists(path))
    program = folder / "main"
    made = subprocess.run([compiler, "-Onone", "-suppress-warnings", "-swift-version", "5", file, "-o", program],
                          capture_output=True, text=True)
    if made.returncode != 0:
        return None
    return subprocess.run([program], capture_output=True, text=True, check=True).stdout


def compare(kernel, seed, ids, folder, declarations, edits):
    """Runs a random notebook and compares it with its compiled text; whether there was one."""
    program = Program(seed, may_extend_others=ids)
    kernel.ok("%reset -f")
    kernel.ok(SHARED)

    def run(cell, must):
        source = program.source(cell)
        number = next(index for index, other in enumerate(program.cells) if other is cell)
        act = kernel.ok if must else kernel.run
        # To some wrong expressions the compiler gives a minute.
        if act(source, cell_id=f"p{seed}-{number}" if ids else None, timeout=300).reply["status"] == "ok":
            cell.ran = source

    while len(program.all) < declarations:
        run(program.add_cell(program.random.choice([1, 1, 2, 3])), must=True)
    for _ in range(edits):
        cell = program.random.choice(program.cells)
        if program.random.random() < 0.75:
            program.edit(cell)
        if program.random.random() < 0.85:
            # Others may not be edited yet that use what this one changes.
            run(cell, must=False)
    wanted = compiled(SHARED + "\n" + program.whole(), folder)
    if wanted is None:
        return False
    # A cell may need one below it that is not edited yet, so a user goes through them twice.
    for must in [False, True]:
        for cell in program.cells:
            if cell.ran != program.source(cell) or program.runs_at_once(cell):
                run(cell, must=must)
    outcome = kernel.ok("\n".join(f"print({probe})" for probe in program.probes()))
    assert outcome.text() == wanted, f"seed {seed}"
    return True


@pytest.mark.parametrize("ids", [True, False])
def test_random_programs(fresh_kernel, soak, tmp_path, ids):
    seeds = [*range(60), 233] if soak else [5, 25] if ids else [15, 17]
    done = sum(compare(fresh_kernel, seed, ids, tmp_path, 14, 14) for seed in seeds)
    assert done > len(seeds) // 2
