"""A matrix of a million numbers: this library through the kernel, and numpy, in turn in the same run.

Usage: .venv/bin/python Benchmarks/matrix/run.py [ROUNDS]

Both calculate in one process that stays; each operation is repeated until 0.2 s have passed and its mean time taken,
the best of all rounds is printed. numpy's products and factorizations use as many threads as it likes; its other
operations have none. Gyrus uses the threads that it uses in a notebook.
"""

import os
import sys
from pathlib import Path

os.environ.pop("OPENBLAS_CORETYPE", None)
os.environ.pop("OPENBLAS_L2_SIZE", None)
ROOT = Path(__file__).resolve().parents[2]
os.environ.setdefault("JUPYTER_PATH", str(ROOT / ".venv/share/jupyter"))
sys.path.insert(0, str(ROOT / "Tests/Conformance"))

import json  # noqa: E402
import time  # noqa: E402

import numpy as np  # noqa: E402
from session import Session  # noqa: E402

SWIFT = """
var seed: UInt64 = 1
func numbers<T: BinaryFloatingPoint>(_ type: T.Type) -> [T] {
    (0..<1_000_000).map { _ in
        seed = seed &* 6364136223846793005 &+ 1442695040888963407
        return T(Double(seed >> 11) / 9007199254740992 + 0.5)
    }
}
func seconds(_ work: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    try work()
    var count = 0
    let begin = clock.now
    repeat { try work(); count += 1 } while clock.now - begin < .milliseconds(200)
    return (clock.now - begin) / .seconds(1) / Double(count)
}
@inline(never) func keep<T>(_ value: T) {}
"""
# What each operation is in Swift and in numpy, of X and Y (1000 x 1000), x and y (a million numbers).
OPERATIONS = {
    "`X + Y`": ("X + Y", lambda X, Y, x, y: X + Y),
    "`X * 2`": ("X * 2", lambda X, Y, x, y: X * 2),
    "`X / row`": ("X / row", lambda X, Y, x, y: X / X[:1]),
    "`(X - mean) / std` by column": ("(X - X.mean(axis: 0)) / X.std(axis: 0)",
                                     lambda X, Y, x, y: (X - X.mean(0)) / X.std(0)),
    "`sum`": ("X.sum()", lambda X, Y, x, y: X.sum()),
    "`std(axis: 1)`": ("X.std(axis: 1)", lambda X, Y, x, y: X.std(1)),
    "`max(axis: 0)`": ("X.max(axis: 0)", lambda X, Y, x, y: X.max(0)),
    "`median()`": ("X.median()", lambda X, Y, x, y: np.median(X)),
    "`exp`": ("X.exp()", lambda X, Y, x, y: np.exp(X)),
    "`log`": ("X.log()", lambda X, Y, x, y: np.log(X)),
    "`sqrt`": ("X.sqrt()", lambda X, Y, x, y: np.sqrt(X)),
    "`X .> 1`": ("X .> 1", lambda X, Y, x, y: X > 1),
    "`X[X .> 1]`": ("X[X .> 1]", lambda X, Y, x, y: X[X > 1]),
    "`X.T` (copied)": ("X.T", lambda X, Y, x, y: np.ascontiguousarray(X.T)),
    "`X.matmul(Y)`": ("X.matmul(Y)", lambda X, Y, x, y: X @ Y),
    "`argsort`": ("x.argsort()", lambda X, Y, x, y: np.argsort(x)),
    "`cumsum`": ("x.cumsum()", lambda X, Y, x, y: np.cumsum(x)),
    "`x .+ y`": ("x .+ y", lambda X, Y, x, y: x + y),
    "`x.mean()`": ("x.mean()", lambda X, Y, x, y: x.mean()),
    "`x.correlation(with: y)`": ("try x.correlation(with: y)", lambda X, Y, x, y: np.corrcoef(x, y)[0, 1]),
}


def seconds(work):
    work()
    count, begin = 0, time.perf_counter()
    while time.perf_counter() - begin < 0.2:
        work()
        count += 1
    return (time.perf_counter() - begin) / count


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    session = Session()
    session.ok(SWIFT)
    best = {}
    try:
        for swift, dtype in (("Double", np.float64), ("Float", np.float32)):
            session.ok(f"let x{swift} = numbers({swift}.self), y{swift} = numbers({swift}.self)\n"
                       f"let X{swift} = Matrix<{swift}>(rows: 1000, columns: 1000, elements: x{swift})\n"
                       f"let Y{swift} = Matrix<{swift}>(rows: 1000, columns: 1000, elements: y{swift})", timeout=120)
            random = np.random.default_rng(0)
            x, y = ((random.random(1_000_000) + 0.5).astype(dtype) for _ in range(2))
            X, Y = x.reshape(1000, 1000), y.reshape(1000, 1000)
            lines = [
                f"let times{swift}: () throws -> [Double] = {{",
                f"    let (X, Y, x, y, row) = (X{swift}, Y{swift}, x{swift}, y{swift}, X{swift}.rows(0..<1))", "    return [",
                *(f"        try seconds {{ keep({code}) }}," for code, _ in OPERATIONS.values()), "    ]", "}"]
            session.ok("\n".join(lines), timeout=120)
            for _ in range(rounds):
                ours = json.loads(session.ok(f"print(try times{swift}())", timeout=120).text())
                theirs = [seconds(lambda: work(X, Y, x, y)) for _, work in OPERATIONS.values()]
                for name, mine, other in zip(OPERATIONS, ours, theirs):
                    known = best.get((name, swift), (mine, other))
                    best[name, swift] = (min(mine, known[0]), min(other, known[1]))
    finally:
        session.close()
    print("| a million numbers | Double: Gyrus, ms | numpy, ms | ratio | Float: Gyrus, ms | numpy, ms | ratio |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name in OPERATIONS:
        cells = []
        for swift in ("Double", "Float"):
            mine, other = best[name, swift]
            cells += [f"{mine * 1e3:.2f}", f"{other * 1e3:.2f}", f"{other / mine:.1f}x"]
        print(f"| {name} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
