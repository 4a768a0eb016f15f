"""Runs a batch through onnxruntime or PyTorch and prints the best time in seconds an image.

Usage: python Benchmarks/towers/peer.py onnxruntime|torch FOLDER BATCH ROUNDS
"""

import json
import os
import sys
import time
from pathlib import Path


def main():
    library, folder, batch, rounds = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    threads = len(os.sched_getaffinity(0))
    import numpy
    if library == "onnxruntime":
        import onnxruntime
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"])
        side = 384 if "384" in folder.name else 224
        images = numpy.random.default_rng(0).uniform(-1, 1, (batch, 3, side, side)).astype(numpy.float32)
        run = lambda: session.run(None, {"x": images})
    else:
        import torch
        from models import build
        torch.set_num_threads(threads)
        model, side = build(folder.name)
        images = torch.rand(batch, 3, side, side) * 2 - 1

        def run():
            with torch.inference_mode():
                model(images)
    run()
    best = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - start)
    print(json.dumps({"secondsPerImage": best / batch}))


main()
