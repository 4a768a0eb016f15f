"""Pairs a second in contrastive training, here and in PyTorch, in turns in one run, each in a process of its own.

Run: python run.py [--rounds 3]. Needs `swift build -c release --product TrainingBenchmark`, and torch for PYTHON (an
interpreter with it, `python3` otherwise). Threads: GYRUS_THREADS (all cores otherwise) for both.
"""
import argparse
import json
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CASES = [("mini", 128, 12), ("ViT-S/16 + BERT-small", 16, 4)]


def measure(command, request, threads):
    environment = os.environ | {"OMP_NUM_THREADS": str(threads)}
    done = subprocess.run(command, input=json.dumps(request) + "\n", capture_output=True, text=True, env=environment, check=True)
    return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    threads = int(os.environ.get("GYRUS_THREADS", len(os.sched_getaffinity(0))))
    programs = {
        "Gyrus": [str(ROOT / ".build/release/TrainingBenchmark")],
        "PyTorch": [os.environ.get("PYTHON", "python3"), str(pathlib.Path(__file__).parent / "peer.py")],
    }
    print(f"{threads} threads; the best of {rounds} rounds (memory: the largest)")
    print("Processor time is what to look at on a busy machine, with one thread.")
    print("| model | batch | program | pairs/s | pairs/s of processor time | memory, MB |\n| --- | --- | --- | --- | --- | --- |")
    for case, batch, steps in CASES:
        found = {name: [] for name in programs}
        for _ in range(rounds):
            for name, command in programs.items():
                found[name].append(measure(command, {"case": case, "batch": batch, "steps": steps}, threads))
        for name, results in found.items():
            print(f"| {case} | {batch} | {name} | {max(r['wall'] for r in results):.4g} "
                  f"| {max(r['processor'] for r in results):.4g} "
                  f"| {max(r['memory'] for r in results):.0f} |")


main()
