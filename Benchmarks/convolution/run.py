"""Convolutional networks: this library, onnxruntime and PyTorch, one after the other on the same machine.

Usage: python Benchmarks/convolution/run.py ConvolutionBenchmark PYTHON [MODEL:PIXELS:BATCH...]
`ConvolutionBenchmark` is the built executable, `PYTHON` an interpreter with torch 2.13.0 and torchvision 0.28.0 (CPU),
timm 1.0.31, onnx 1.23.2, onnxruntime 1.32.0 and safetensors 0.8.0. All sides load the same seeded random weights of
timm's MODEL and run the whole network on random images for a second, three times in turn; the table has the best
median of each (milliseconds an image), the largest peak memory, and what share of a 2048 x 2048 product's speed we reach. OPENBLAS_CORETYPE and OPENBLAS_L2_SIZE are unset.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

CASES = ["tf_efficientnet_b5:456:1", "tf_efficientnet_b5:456:8", "resnet50:224:1", "resnet50:224:8",
         "tf_efficientnet_lite0:224:1", "tf_efficientnet_lite0:224:8"]
SECONDS = "1"
ROUNDS = 3


def measure(command):
    environment = {k: v for k, v in os.environ.items() if k not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, check=True)
    return json.loads(result.stdout.splitlines()[-1])


def shown(results):
    return f"{min(r['milliseconds'] for r in results):.1f} ms, {max(r['gigabytes'] for r in results):.2f} GB"


def main():
    swift, python, *cases = sys.argv[1:]
    peer = str(Path(__file__).with_name("peer.py"))
    print("| case | Gyrus | onnxruntime | PyTorch | onnxruntime / Gyrus | GFLOP | of the product's speed |")
    print("| --- " * 7 + "|")
    with tempfile.TemporaryDirectory() as folder:
        operations = {}
        for case in cases or CASES:
            model, pixels, batch = case.split(":")
            weights = f"{folder}/{model}.safetensors"
            if model not in operations:
                operations[model] = measure([python, peer, "export", model, weights, pixels])["operations"]
            sides = [[swift, weights, batch, SECONDS]] + [
                [python, peer, side, weights, model, batch, pixels, SECONDS] for side in ("onnxruntime", "torch")]
            product = measure([swift, "product"])["gflops"]
            rounds = [[measure(side) for side in sides] for _ in range(ROUNDS)]
            ours, onnx, torch = zip(*rounds)
            best = min(r["milliseconds"] for r in ours)
            ratio = min(r["milliseconds"] for r in onnx) / best
            work = operations[model] / 1e9
            print(f"| {model}, {pixels} px, batch {batch} | {shown(ours)} | {shown(onnx)} | {shown(torch)} | {ratio:.2f} "
                  f"| {work:.1f} | {1000 * work / best / product:.2f} of {product:.0f} GFLOP/s |", flush=True)


if __name__ == "__main__":
    main()
