"""Writes image towers with seeded random weights: for Gyrus a folder, for onnxruntime a file, for PyTorch the same weights.

Usage: python Benchmarks/towers/models.py FOLDER
Needs: torch 2.13.0, timm 1.0.31, transformers 5.24.0, onnx, safetensors.
"""

import json
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

CASES = ["vit-b16-224", "vit-b16-384", "clip-b32"]


def build(case):
    torch.manual_seed(0)
    if case == "clip-b32":
        import transformers

        class Embedding(torch.nn.Module):
            def __init__(self, model):
                super().__init__()
                self.model = model

            def forward(self, images):
                return torch.nn.functional.normalize(self.model(pixel_values=images).image_embeds, dim=-1)

        config = transformers.CLIPVisionConfig(patch_size=32, attn_implementation="sdpa")
        return Embedding(transformers.CLIPVisionModelWithProjection(config).eval()), 224
    import timm
    size = int(case.rsplit("-", 1)[1])
    return timm.create_model(f"vit_base_patch16_{size}", num_classes=0, global_pool="").eval(), size


def write(root):
    for case in CASES:
        folder = root / case
        if (folder / "model.onnx").exists():
            continue
        folder.mkdir(parents=True, exist_ok=True)
        model, size = build(case)
        weights = model.model if case == "clip-b32" else model
        save_file({name: value.contiguous() for name, value in weights.state_dict().items() if value.is_floating_point()},
                  folder / "model.safetensors")
        config = weights.config.to_dict() if case == "clip-b32" else {"architecture": f"vit_base_patch16_{size}"}
        (folder / "config.json").write_text(json.dumps(config))
        torch.onnx.export(model, (torch.zeros(2, 3, size, size),), str(folder / "model.onnx"), dynamo=False, opset_version=17,
                          input_names=["x"], output_names=["y"], dynamic_axes={"x": {0: "n"}})


if __name__ == "__main__":
    write(Path(sys.argv[1]))
