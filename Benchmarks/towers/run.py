"""Image towers: this library, onnxruntime and PyTorch, one after the other on the same machine with the same weights.

Usage: python Benchmarks/towers/run.py TowersBenchmark PYTHON FOLDER [CASE:BATCH...]
`TowersBenchmark` is the built executable, `PYTHON` an interpreter with what models.py needs and onnxruntime 1.32.0; FOLDER holds the
models, which are written at the first run (1 GB). Prints a Markdown table of milliseconds an image (the best of the rounds) and peak
memory. OPENBLAS_CORETYPE and OPENBLAS_L2_SIZE are unset for all sides. `GYRUS_PEERS=onnxruntime` leaves PyTorch out.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

CASES = ["vit-b16-224:1", "vit-b16-224:8", "vit-b16-384:1", "vit-b16-384:8", "clip-b32:1", "clip-b32:8", "clip-b32:32"]
ROUNDS = {1: 8, 8: 4, 32: 3}


def measure(command):
    environment = {k: v for k, v in os.environ.items() if k not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    return None if status else dict(json.loads(output), memory=usage.ru_maxrss / 1e6)


def shown(result):
    return "failed" if result is None else f"{1000 * result['secondsPerImage']:.1f} ms, {result['memory']:.2f} GB"


def main():
    swift, python, folder, *cases = sys.argv[1:]
    here = Path(__file__).parent
    subprocess.run([python, here / "models.py", folder], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peers = os.environ.get("GYRUS_PEERS", "onnxruntime,torch").split(",")
    print(f"| case | Gyrus | {' | '.join(peers)} | GEMM then |")
    print("| --- " * (len(peers) + 3) + "|")
    for case in cases or CASES:
        name, batch = case.split(":")
        rounds = str(ROUNDS.get(int(batch), 3))
        model = str(Path(folder) / name)
        ours = measure([swift, model, batch, rounds])
        theirs = [measure([python, str(here / "peer.py"), peer, model, batch, rounds]) for peer in peers]
        gemm = f"{ours['gemmGFLOPs']:.0f} GFLOP/s" if ours else "–"
        print(f"| {name}, batch {batch} | {shown(ours)} | {' | '.join(map(shown, theirs))} | {gemm} |", flush=True)


main()
