"""Peak memory of loading and running a ViT-L/16 whose file of weights is in bfloat16 (607 MB).

Run: .venv/bin/python Benchmarks/towers/memory.py [bfloat16|float32 ...]
The weights are zeros in a file of transformers' layout, which takes no room on the disk; memory does not depend on them.
"""
import json
import os
import struct
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests/Conformance"))
os.environ["JUPYTER_PATH"] = str(ROOT / ".venv/share/jupyter")
from session import Session  # noqa: E402

WIDTH, DEPTH, INNER, TOKENS = 1024, 24, 4096, 197


def shapes():
    yield "vit.embeddings.cls_token", [1, 1, WIDTH]
    yield "vit.embeddings.position_embeddings", [1, TOKENS, WIDTH]
    yield "vit.embeddings.patch_embeddings.projection.weight", [WIDTH, 3, 16, 16]
    yield "vit.embeddings.patch_embeddings.projection.bias", [WIDTH]
    for block in range(DEPTH):
        start = f"vit.encoder.layer.{block}."
        for name, out, inputs in [
            ("attention.attention.query", WIDTH, WIDTH), ("attention.attention.key", WIDTH, WIDTH),
            ("attention.attention.value", WIDTH, WIDTH), ("attention.output.dense", WIDTH, WIDTH),
            ("intermediate.dense", INNER, WIDTH), ("output.dense", WIDTH, INNER),
        ]:
            yield f"{start}{name}.weight", [out, inputs]
            yield f"{start}{name}.bias", [out]
        for norm in ("layernorm_before", "layernorm_after"):
            yield f"{start}{norm}.weight", [WIDTH]
            yield f"{start}{norm}.bias", [WIDTH]
    yield "vit.layernorm.weight", [WIDTH]
    yield "vit.layernorm.bias", [WIDTH]


def write(folder):
    header, place = {}, 0
    for name, shape in shapes():
        size = 2
        for extent in shape:
            size *= extent
        header[name] = {"dtype": "BF16", "shape": shape, "data_offsets": [place, place + size]}
        place += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(folder / "model.safetensors", "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        file.truncate(8 + len(text) + place)
    (folder / "config.json").write_text(json.dumps({
        "architectures": ["ViTForImageClassification"], "model_type": "vit", "hidden_size": WIDTH, "num_hidden_layers": DEPTH,
        "num_attention_heads": 16, "intermediate_size": INNER, "image_size": 224, "patch_size": 16, "num_channels": 3,
        "hidden_act": "gelu", "layer_norm_eps": 1e-12, "qkv_bias": True}))
    return place


def peak(kernel):
    status = kernel.value(r'try String(contentsOfFile: "/proc/self/status", encoding: .utf8)')
    return next(int(line.split()[1]) * 1024 for line in status.replace("\\n", "\n").splitlines() if "VmHWM" in line)


def main():
    with tempfile.TemporaryDirectory() as name:
        size = write(Path(name))
        for precision in sys.argv[1:] or ["bfloat16", "float32"]:
            kernel = Session()
            kernel.ok("let nothing = Matrix<Float>(rows: 1, columns: 1)")
            before = peak(kernel)
            kernel.ok(f'let model = try FoundationModel.load("{name}", precision: .{precision})')
            loaded = peak(kernel)
            kernel.ok("let images = (0..<8).map { _ in try! RGBImage(width: 224, height: 224, "
                      "pixels: [UInt8](repeating: 100, count: 3 * 224 * 224)) }\n"
                      "let features = try model.image.features(of: images, layers: .all)", timeout=300)
            print(f"{size / 1e6:.0f} MB of weights, {precision}: before {before / 1e6:.0f} MB, loaded {loaded / 1e6:.0f} MB, "
                  f"8 images run {peak(kernel) / 1e6:.0f} MB")
            kernel.close()


main()
