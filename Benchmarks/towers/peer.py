"""Runs stimuli through onnxruntime or PyTorch and prints the best time in seconds a stimulus.

Usage: python Benchmarks/towers/peer.py onnxruntime|fused|torch FOLDER STIMULI ROUNDS
`fused` is onnxruntime on the graph that its own optimizer for transformers made. STIMULI is as in cases.py.
"""

import json
import os
import sys
import time
from pathlib import Path

import numpy

from cases import TEXTS, batches, token_ids


def inputs_of(name, stimuli):
    """The batches that are run one after the other, each its arrays by name."""
    if name in TEXTS:
        result = []
        for lengths in batches(stimuli):
            ids = numpy.zeros((len(lengths), max(lengths)), numpy.int64)
            mask = numpy.zeros_like(ids)
            for row, length in enumerate(lengths):
                ids[row, :length] = token_ids(name, row, length)
                mask[row, :length] = 1
            result.append({"ids": ids, "mask": mask} if name == "bert-base" else {"ids": ids})
        return result
    side = 384 if name.endswith("384") else 224
    return [{"images": numpy.random.default_rng(0).random((int(stimuli), 3, side, side), numpy.float32)}]


def runner(library, folder, inputs):
    threads = len(os.sched_getaffinity(0))
    if library == "torch":
        import torch
        from models import build
        torch.set_num_threads(threads)
        model = build(folder.name)
        tensors = [[torch.from_numpy(array) for array in batch.values()] for batch in inputs]

        def run():
            with torch.inference_mode():
                return [model(*batch).numpy() for batch in tensors]
        return run
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    file = folder / ("fused.onnx" if library == "fused" else "model.onnx")
    session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    kinds = {i.name: numpy.int32 if "int32" in i.type else None for i in session.get_inputs()}
    inputs = [{key: array.astype(kinds[key] or array.dtype) for key, array in batch.items()} for batch in inputs]
    return lambda: [session.run(None, batch)[0] for batch in inputs]


def main():
    library, folder, stimuli, rounds = sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    inputs = inputs_of(folder.name, stimuli)
    run = runner(library, folder, inputs)
    first = run()[0]
    best = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - start)
    count = sum(len(next(iter(batch.values()))) for batch in inputs)
    # What a row of the result begins with, so that the sides can be compared: of BERT the mean over the tokens.
    row = first[0].mean(0) if folder.name == "bert-base" else first[0][0] if first.ndim == 3 else first[0]
    print(json.dumps({"seconds": best / count, "result": [float(x) for x in row[:4]]}))


main()
