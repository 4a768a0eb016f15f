"""Ridge over 20 alphas and 5 folds: this library and himalaya, one after the other on the same machine.

Usage: python Benchmarks/ridge/run.py EncodingBenchmark PYTHON [CASE...]
`EncodingBenchmark` is the built executable, `PYTHON` an interpreter with himalaya 0.4.11 and packaging; a case is
`1000x768x10000` (samples, features, voxels), `…d` in double precision, `…b` two bands of half the features each with the
paper's settings (20 alphas, 20 Dirichlet samples), `…f` from an HDF5 file to another; without cases all of them run.
Prints a Markdown table: seconds, peak memory, their ratios to the faster of himalaya's models (memory: ours to theirs),
and the floating-point operations of our way with their share of the GEMM peak, which is measured in the same run.
OPENBLAS_CORETYPE and OPENBLAS_L2_SIZE are unset for both sides.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

CASES = ["1000x768x10000", "1000x4096x10000", "5000x768x10000", "5000x768x50000", "5000x4096x1000",
         "5000x4096x10000", "5000x768x10000d", "1000x1536x10000b", "3600x768x84038f"]


def measure(command, **variables):
    environment = {k: v for k, v in os.environ.items() if k not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}
    environment.update(variables)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        return None
    return dict(json.loads(output), memory=usage.ru_maxrss / 1e6)


FOLDS, ALPHAS, CANDIDATES = 5, 20, 20
ALPHAS_CHOSEN = 6  # that stand for the 20 of the banded case (Sources/Library/Encoding/Solvers/AlphaInterpolation.swift)


def eigen(order):
    """Operations of a symmetric eigendecomposition: 4/3 for the reduction and the merges each, 2 for the vectors."""
    return 14 / 3 * order**3


def work(n, p, v, banded, kernel):
    """Floating-point operations of our way, which depends on the sizes as in Sources/Library/Encoding/Solvers/ScoringPlan.swift."""
    m = n // FOLDS
    t, s = n - m, min(n, p)
    r = min(p, t)
    if banded:
        fold = ALPHAS_CHOSEN * (t**3 / 3 + 2 * m * t**2 + 2 * v * m * t)
        return CANDIDATES * FOLDS * fold + 2 * v * (n * n + n * p)
    separately = FOLDS * (9 * r**3 + 2 * v * r * (r + m + r))
    in_blocks = ALPHAS * FOLDS * m * m * (s + m / 3) + v * ALPHAS * (2 * n * s + 2.5 * FOLDS * m * m)
    gram = n * p * s
    if in_blocks < separately and not kernel:
        turned = 2 * n * p * p if p < n else 2 * n * n * p
        search = ALPHAS * (FOLDS * (m * m * s + m**3 / 3) + 2 * v * (n * s + FOLDS * m * m))
        return gram + eigen(s) + turned + 2 * v * n * s + search + 2 * v * s * p
    if p <= t:
        refit = n * p + 2 * p * p
        rotations = FOLDS * p * r
    else:
        refit = n * n if kernel else 0
        refit += n * n if kernel or p >= n else n * p + p * p
        refit += 0 if kernel else p * min(n, p)
        rotations = FOLDS * t * r
    folds = FOLDS * (r * r + r * m + 2 * ALPHAS * r)
    return gram + FOLDS * (eigen(r) + m * r * r) + eigen(s) + 2 * v * (rotations + refit + folds)


def ours_of(command):
    """Our side, with OpenMP's threads as the kernel sets them (Sources/Runner/GyrusRunner/main.c)."""
    return measure(command, GOMP_SPINCOUNT="2000")


def shown(result):
    return "–" if result is None else f"{result['seconds']:.2f} s, {result['memory']:.2f} GB"


def row(case, swift, python):
    n, p, v = case.rstrip("dbf").split("x")
    if case.endswith("f"):
        ours = ours_of([swift, n, p, v, "file"])
        return f"| {case} | {shown(ours)} |" + " – |" * 6 + f" {int(v) / ours['seconds']:.0f} voxels a second |"
    banded = case.endswith("b")
    precision = "double" if case.endswith("d") else "float"
    peer = str(Path(__file__).with_name("peer.py"))
    models = ["Banded"] if banded else ["RidgeCV", "KernelRidgeCV"]
    if int(n) * int(v) > 1e7 and not banded:
        models.remove("KernelRidgeCV")  # several minutes, three times RidgeCV's
    batch = ["5000"] if int(v) > 10000 else []
    ours = ours_of([swift, n, p, v, "banded" if banded else precision])
    kernel = ours_of([swift, n, p, v, "kernel"]) if int(n) < int(p) and not banded else None
    scored = ours_of([swift, n, p, v, "heldout"]) if precision == "float" and not banded else None
    theirs = {name: measure([python, peer, n, p, v, precision, name, *batch]) for name in models}
    done = [result for result in theirs.values() if result]
    best = min(done, key=lambda result: result["seconds"]) if done else None
    columns = [case, shown(ours), shown(kernel), shown(scored)]
    columns += [shown(theirs.get("Banded" if banded else "RidgeCV")), shown(theirs.get("KernelRidgeCV"))]
    for result in (ours, kernel):
        if best and result:
            columns.append(f"{best['seconds'] / result['seconds']:.1f}x, {result['memory'] / best['memory']:.2f}")
        else:
            columns.append("–")
    operations = work(int(n), int(p), int(v), banded, kernel=False)
    peak = ours["gemmPeakGFLOPs"]
    share = operations / ours["seconds"] / peak / 1e9
    columns.append(f"{operations / 1e12:.2f} TFLOP, {share:.0%} of {peak:.0f} GFLOP/s")
    return "| " + " | ".join(columns) + " |"


def main():
    swift, python, *cases = sys.argv[1:]
    print("| case | Gyrus | weights of samples | with held-out scores | RidgeCV, or banded | KernelRidgeCV "
          "| faster, memory | the same, weights of samples | work, share of the GEMM peak |")
    print("| --- |" + " --- |" * 8)
    for case in cases or CASES:
        print(row(case, swift, python), flush=True)


if __name__ == "__main__":
    main()
