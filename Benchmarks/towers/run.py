"""Towers: this library, onnxruntime and PyTorch, one after the other on the same machine with the same weights.

Usage: python Benchmarks/towers/run.py TowersBenchmark PYTHON FOLDER [MODEL:STIMULI...]
`TowersBenchmark` is the built executable, `PYTHON` an interpreter with what models.py needs; FOLDER holds the models, which are written at
the first run (3.5 GB). STIMULI is as in cases.py. Prints a Markdown table of milliseconds a stimulus (the best of the rounds) and peak
memory; onnxruntime's time beside ours; and what share of a 2048 x 2048 product's speed at that moment we reach.
OPENBLAS_CORETYPE and OPENBLAS_L2_SIZE are unset for all sides. `GYRUS_PEERS=onnxruntime,fused` leaves PyTorch out.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from cases import lengths, operations, token_ids, word

CASES = ([f"{model}:{n}" for model in ("vit-b16-224", "vit-b16-384", "clip-b32-image") for n in (1, 8, 32)]
         + [f"clip-b32-text:{n}x77" for n in (1, 8, 32)] + [f"bert-base:{n}x{t}" for t in (32, 80, 128) for n in (1, 8, 32)]
         + ["bert-base:128x5-60", "bert-base:128x5-60s"])


def measure(command):
    environment = {k: v for k, v in os.environ.items() if k not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{' '.join(map(str, command))} failed")
    return dict(json.loads(output), memory=usage.ru_maxrss / 1e6)


def shown(result):
    return "–" if result is None else f"{1000 * result['seconds']:.1f} ms, {result['memory']:.2f} GB"


def write_texts(model, stimuli, path):
    """Texts of the wanted lengths, whose words models.py's tokenizers know."""
    texts = [" ".join(word(model, token) for token in token_ids(model, text, length)[1:-1])
             for text, length in enumerate(lengths(stimuli))]
    path.write_text("\n".join(texts) + "\n")
    return str(path)


def main():
    swift, python, folder, *cases = sys.argv[1:]
    here = Path(__file__).parent
    subprocess.run([python, here / "models.py", folder], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peers = os.environ.get("GYRUS_PEERS", "onnxruntime,fused,torch").split(",")
    print(f"| case | Gyrus | {' | '.join(peers)} | onnxruntime / Gyrus | GFLOP | of the product's speed |")
    print("| --- " * (len(peers) + 5) + "|")
    with tempfile.TemporaryDirectory() as temporary:
        for case in cases or CASES:
            model, stimuli = case.split(":")
            path = str(Path(folder) / model)
            ours = write_texts(model, stimuli, Path(temporary) / "texts.txt") if "x" in stimuli else stimuli
            work = operations(model, stimuli)
            count = int(stimuli.partition("x")[0])
            # About a second and a half at a speed of 150 GFLOP/s; a batch that takes ten seconds and more runs once.
            rounds = str(max(2 if work * count < 1.5e12 else 1, min(40, round(1.5 * 150e9 / (work * count)))))
            product = measure([swift, "product"])["gflops"] * 1e9
            us = measure([swift, path, ours, rounds])
            results = {peer: measure([python, str(here / "peer.py"), peer, path, stimuli, rounds])
                       for peer in peers if peer != "fused" or (Path(path) / "fused.onnx").exists()}
            for peer, other in results.items():
                # The same weights and tokens: in single precision the results differ in the sixth digit.
                if "x" in stimuli and any(abs(a - b) > 1e-4 for a, b in zip(us["result"], other["result"])):
                    sys.exit(f"{case}: the result of {peer} is {other['result']}, not {us['result']}")
            best = min(r["seconds"] for name, r in results.items() if name != "torch")
            share = work / us["seconds"] / product
            print(f"| {model}, {stimuli} | {shown(us)} | {' | '.join(shown(results.get(peer)) for peer in peers)} "
                  f"| {best / us['seconds']:.2f} | {work / 1e9:.1f} | {share:.2f} of {product / 1e9:.0f} GFLOP/s |", flush=True)


if __name__ == "__main__":
    main()
