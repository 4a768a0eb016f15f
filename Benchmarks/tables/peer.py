"""Makes the tables of the benchmark, or reads and writes one with pandas as main.swift does."""

import csv
import json
import sys
import time

WORDS = ["face", "house", "scrambled, image", "chair", "n/a", 'cat "one"']


def make(folder):
    import numpy as np
    values = np.random.default_rng(1).normal(size=(700_000, 8))
    heading = ",".join(f"x{column}" for column in range(8)) + "\n"
    with open(f"{folder}/short.csv", "w") as file:
        file.write(heading)
        np.savetxt(file, np.concatenate([values, values[:300_000]]), fmt="%.9f", delimiter=",")
    with open(f"{folder}/exact.csv", "w") as file:
        file.write(heading)
        for row in values[:640_000]:
            file.write(",".join(repr(float(value)) for value in row) + "\n")
    with open(f"{folder}/mixed.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["subject", "trial", "condition", "rt", "correct", "note"])
        for row in range(1_600_000):
            writer.writerow([
                f"sub-{row % 40:03}", row, WORDS[row % 6], round(float(values[row % 700_000, 0]) + 3, 4) if row % 17 else "n/a",
                "true" if row % 3 else "false", f"a longer text of trial {row}"])


def main():
    if sys.argv[1] == "make":
        return make(sys.argv[2])
    import pandas as pd
    start = time.perf_counter()
    table = pd.read_csv(sys.argv[2])
    reading = time.perf_counter() - start
    with open("/proc/self/status") as status:
        peak = next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))
    start = time.perf_counter()
    if sys.argv[1] == "write":
        table.to_csv(sys.argv[3], index=False)
    writing = time.perf_counter() - start
    print(json.dumps({"read": reading, "write": writing, "peak": peak, "rows": len(table)}))


if __name__ == "__main__":
    main()
