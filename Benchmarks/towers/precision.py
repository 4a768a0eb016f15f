"""Towers in float32 and in bfloat16: milliseconds a stimulus (the best of two processes each, in turns) and peak memory.

Usage: python Benchmarks/towers/precision.py TowersBenchmark FOLDER [MODEL:STIMULI...]
The models are those that run.py writes into FOLDER, STIMULI is as in cases.py. Needs a processor with bfloat16. Prints a Markdown table.
"""

import sys
import tempfile
from pathlib import Path

from cases import operations
from run import measure, shown, write_texts

CASES = ["vit-b16-224:8", "clip-b32-image:8", "clip-b32-text:8x77", "bert-base:32x32", "bert-base:8x128"]


def main():
    swift, folder, *cases = sys.argv[1:]
    print("| case | float32 | bfloat16 | float32 / bfloat16 |\n| --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as temporary:
        for case in cases or CASES:
            model, stimuli = case.split(":")
            path = str(Path(folder) / model)
            ours = write_texts(model, stimuli, Path(temporary) / "texts.txt") if "x" in stimuli else stimuli
            rounds = str(max(2, round(200e9 / (operations(model, stimuli) * int(stimuli.partition("x")[0])))))
            runs = {"float32": [], "bfloat16": []}
            for _ in range(2):
                for precision, results in runs.items():
                    results.append(measure([swift, path, ours, rounds, precision]))
            single, half = (min(results, key=lambda r: r["seconds"]) for results in runs.values())
            print(f"| {model}, {stimuli} | {shown(single)} | {shown(half)} | {single['seconds'] / half['seconds']:.2f} |", flush=True)


if __name__ == "__main__":
    main()
