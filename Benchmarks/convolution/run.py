"""Convolutional networks: this library, onnxruntime and PyTorch, one after the other on the same machine.

Usage: python Benchmarks/convolution/run.py ConvolutionBenchmark PYTHON [MODEL:PIXELS:BATCH...]
`ConvolutionBenchmark` is the built executable, `PYTHON` an interpreter with torch 2.13.0 and torchvision 0.28.0 (CPU),
timm 1.0.31, onnx 1.23.2, onnxruntime 1.32.0 and safetensors 0.8.0. All sides load the same seeded random weights of
timm's MODEL and run the whole network on random images for some seconds, three times in turn; the table has the best
median of each (milliseconds an image) and the largest peak memory. OPENBLAS_CORETYPE and OPENBLAS_L2_SIZE are unset.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

CASES = ["tf_efficientnet_b5:456:1", "tf_efficientnet_b5:456:8", "resnet50:224:1", "resnet50:224:8",
         "tf_efficientnet_lite0:224:1", "tf_efficientnet_lite0:224:8"]
SECONDS = "2"


def measure(command):
    environment = {k: v for k, v in os.environ.items() if k not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, check=True)
    return json.loads(result.stdout.splitlines()[-1])


def shown(results):
    return f"{min(r['milliseconds'] for r in results):.1f} ms, {max(r['gigabytes'] for r in results):.2f} GB"


def main():
    swift, python, *cases = sys.argv[1:]
    peer = str(Path(__file__).with_name("peer.py"))
    print("| case | Gyrus | onnxruntime | PyTorch | against onnxruntime |")
    print("| --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        for case in cases or CASES:
            model, pixels, batch = case.split(":")
            weights = f"{folder}/{model}.safetensors"
            if not os.path.exists(weights):
                subprocess.run([python, peer, "export", model, weights], check=True)
            sides = [[swift, weights, batch, SECONDS]] + [
                [python, peer, side, weights, model, batch, pixels, SECONDS] for side in ("onnxruntime", "torch")]
            rounds = [[measure(side) for side in sides] for _ in range(3)]
            ours, onnx, torch = zip(*rounds)
            ratio = min(r["milliseconds"] for r in onnx) / min(r["milliseconds"] for r in ours)
            print(f"| {model}, {pixels} px, batch {batch} | {shown(ours)} | {shown(onnx)} | {shown(torch)} | {ratio:.2f}x |",
                  flush=True)


if __name__ == "__main__":
    main()
