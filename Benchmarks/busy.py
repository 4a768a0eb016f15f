"""A model's layers in the kernel, on quiet cores and beside a program that keeps one core busy.

Usage: .venv/bin/python Benchmarks/busy.py
OpenMP's threads spin where they wait for another, by default 300,000 times. If another program has the other one's core,
they spin until they lose their own. The kernel has them sleep after 2,000 (Sources/Runner/GyrusRunner/main.c). Prints the
medians of 9 sentences through MiniLM and 48 images through EfficientNet-Lite0, in milliseconds, with both.
"""

import os
import re
import statistics
import subprocess
import sys

from jupyter_client.manager import start_new_kernel

ROUNDS = 5
LOAD = """
let encoder = try FoundationModel.load("all-minilm-l6-v2")
let network = try FoundationModel.load("efficientnet-lite0").image
let texts = Array(SimulatedSubject.sentences.prefix(9))
let images = try (0..<48).map { i in
    try RGBImage(width: 224, height: 224, pixels: [UInt8](repeating: UInt8(i), count: 224 * 224 * 3))
}
"""
RUNS = {
    "sentences": 'encoder.features(of: texts, layers: "layer 5", showsProgress: false)',
    "images": "network.features(of: images, layers: .everyBlock, pooling: .mean, showsProgress: false)",
}


def measure(spins):
    environment = {**os.environ, "GOMP_SPINCOUNT": spins}
    manager, client = start_new_kernel(kernel_name="gyrus", env=environment)
    printed = []

    def keep(message):
        assert message["msg_type"] != "error", message["content"]["evalue"]
        if message["msg_type"] == "stream":
            printed.append(message["content"]["text"])

    def run(code):
        printed.clear()
        client.execute_interactive(code, timeout=300, output_hook=keep)
        return [1000 * float(seconds) for seconds in re.findall(r"([0-9.e-]+) seconds", "".join(printed))]

    try:
        run(LOAD)
        times = {}
        for name, call in RUNS.items():
            cell = f"for _ in 0...{ROUNDS} {{ print(try ContinuousClock().measure {{ _ = try {call} }}) }}"
            times[name] = statistics.median(run(cell)[1:])
        return times
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def main():
    print("| | " + " | ".join(f"{name}, {place}" for name in RUNS for place in ("alone", "with a busy program")) + " |")
    print("| --- " * (1 + 2 * len(RUNS)) + "|")
    for name, spins in (("spinning 300,000 times", "300000"), ("2,000 times", "2000")):
        quiet = measure(spins)
        busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
        try:
            beside = measure(spins)
        finally:
            busy.kill()
        print(f"| {name} | " + " | ".join(f"{times[run]:.0f}" for run in RUNS for times in (quiet, beside)) + " |", flush=True)


main()
