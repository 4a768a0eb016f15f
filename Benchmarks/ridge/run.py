"""Ridge over 20 alphas and 5 folds: this library and himalaya, one after the other on the same machine.

Usage: python Benchmarks/ridge/run.py EncodingBenchmark PYTHON [CASE...]
`EncodingBenchmark` is the built executable, `PYTHON` an interpreter with himalaya 0.4.11 and packaging; a case is
`1000x768x10000` (samples, features, voxels), `…d` in double precision, `…b` two bands of half the features each with the
paper's settings (20 alphas, 20 Dirichlet samples); without cases all of them run.
Prints a Markdown table: seconds, peak memory and their ratios. OPENBLAS_CORETYPE and OPENBLAS_L2_SIZE are unset for
both sides. The floating-point work is that of the method (see README.md beside this file).
"""

import json
import os
import subprocess
import sys
from pathlib import Path

CASES = ["1000x768x10000", "1000x4096x10000", "5000x768x10000", "5000x768x50000", "5000x4096x1000",
         "5000x4096x10000", "5000x768x10000d", "1000x1536x10000b"]


def measure(command):
    environment = {k: v for k, v in os.environ.items() if k not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        return None
    return dict(json.loads(output), memory=usage.ru_maxrss / 1e6)


def shown(result):
    return "failed" if result is None else f"{result['seconds']:.2f} s, {result['memory']:.2f} GB"


def work(n, p, v):
    """Floating-point operations of the products of this method that depend on the voxels."""
    r, rounds = min(p, n * 4 // 5), 5
    if p <= n * 4 // 5:
        through = 2 * n * p + rounds * p * r  # Xᵀ Y of all and of the test samples, rotations
        direct = n * p + (rounds - 1) * n * r
        targets = min(through, direct)
        refit = 2 * p * r
    else:
        targets = (rounds - 1) * n * r
        refit = n * n + n * p
    return 2 * v * (targets + refit + rounds * (r * r + r * n // 5 + 40 * r))


def main():
    swift, python, *cases = sys.argv[1:]
    peer = str(Path(__file__).with_name("peer.py"))
    print("| case | Gyrus | weights of samples | with held-out scores | RidgeCV | KernelRidgeCV | faster | memory "
          "| GEMM peak reached |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for case in cases or CASES:
        n, p, v = case.rstrip("db").split("x")
        banded = case.endswith("b")
        precision = "double" if case.endswith("d") else "float"
        ours = measure([swift, n, p, v, "banded" if banded else precision])
        scored = measure([swift, n, p, v, "heldout"]) if precision == "float" and not banded else None
        kernel = measure([swift, n, p, v, "kernel"]) if int(n) < int(p) and not banded else None
        batch = ["5000"] if int(v) > 10000 else []
        theirs = [measure([python, peer, n, p, v, precision, name, *batch]) for name in (["Banded"] if banded else ["RidgeCV", "KernelRidgeCV"])
                  if not (name == "KernelRidgeCV" and int(n) * int(v) > 1e8)]
        done = [result for result in theirs if result]
        best = min(done, key=lambda result: result["seconds"]) if done else None
        operations = work(int(n), int(p), int(v)) * (20 if banded else 1)
        share = operations / ours["seconds"] / ours["gemmPeakGFLOPs"] / 1e9
        ratios = (f"{best['seconds'] / ours['seconds']:.1f}x | {ours['memory'] / best['memory']:.2f}" if best else "– | –")
        columns = [shown(result) for result in theirs] + ["not run"] * (2 - len(theirs))
        print(f"| {case} | {shown(ours)} | {shown(kernel) if kernel else '–'} | {shown(scored) if scored else '–'} | {' | '.join(columns)} | {ratios} "
              f"| {share:.0%} |", flush=True)


if __name__ == "__main__":
    main()
