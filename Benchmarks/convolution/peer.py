"""An EfficientNet in PyTorch or onnxruntime on random images: prints milliseconds an image and peak memory as JSON.

Usage: python peer.py torch|onnxruntime WEIGHTS.safetensors MODEL BATCH PIXELS SECONDS   (or: export MODEL WEIGHTS.safetensors PIXELS)
`export` writes seeded random weights of timm's MODEL, which every side loads, and prints how many floating-point
operations its convolutions and products need for an image.
"""
import json
import os
import resource
import sys
import time

import numpy


def model_of(name, weights):
    import timm
    import torch
    from safetensors.torch import load_file

    torch.set_num_threads(2)
    model = timm.create_model(name).eval()
    model.load_state_dict(load_file(weights))
    return model


def export(name, weights, pixels):
    import timm
    import torch
    from safetensors.torch import save_file
    from torch.utils.flop_counter import FlopCounterMode

    torch.manual_seed(0)
    model = timm.create_model(name).eval()
    save_file(model.state_dict(), weights)
    with torch.inference_mode(), FlopCounterMode(display=False) as counter:
        model(torch.zeros(1, 3, int(pixels), int(pixels)))
    print(json.dumps(dict(operations=counter.get_total_flops())))


def onnx_file(name, weights, batch, pixels):
    """Exports once, in a process of its own, so that PyTorch's memory does not count as onnxruntime's."""
    path = f"{weights}.{batch}.{pixels}.onnx"
    if not os.path.exists(path) and os.fork() == 0:
        import torch

        torch.onnx.export(model_of(name, weights), torch.zeros(batch, 3, pixels, pixels), path, dynamo=False, opset_version=17)
        os._exit(0)
    elif not os.path.exists(path):
        os.wait()
    return path


def runner(side, name, weights, batch, pixels):
    images = numpy.random.default_rng(0).standard_normal((batch, 3, pixels, pixels), numpy.float32)
    if side == "torch":
        import torch

        model, images = model_of(name, weights), torch.from_numpy(images)

        def run():
            with torch.inference_mode():
                return model(images)
        return run
    path = onnx_file(name, weights, batch, pixels)
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    key = session.get_inputs()[0].name
    return lambda: session.run(None, {key: images})


def main():
    if sys.argv[1] == "export":
        return export(*sys.argv[2:5])
    side, weights, name = sys.argv[1:4]
    batch, pixels, seconds = int(sys.argv[4]), int(sys.argv[5]), float(sys.argv[6])
    run = runner(side, name, weights, batch, pixels)
    run()
    times, start = [], time.perf_counter()
    while not times or time.perf_counter() - start < seconds:
        begin = time.perf_counter()
        run()
        times.append(time.perf_counter() - begin)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(json.dumps(dict(milliseconds=1000 * sorted(times)[len(times) // 2] / batch, gigabytes=memory)))


main()
