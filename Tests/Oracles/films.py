"""Features of a film, averaged over the frames of each TR, by timm: what a feature file must hold.

Run: python films.py   (after vision.py, whose model "timm" is taken)
Needs: torch 2.13.0 (CPU), torchvision 0.28.0, timm 1.0.31, pillow 13.0.0, safetensors 0.8.0.
The film comes from a formula that the Swift test repeats: 24 frames of 40 x 48 pixels. Writes vision/timm/film.safetensors with the
CLS token of each layer under "FRAMES EVERY LAYER", rows x width, where a row is the mean over every EVERY-th of FRAMES frames.
"""
import pathlib

import numpy
import timm
import torch
from PIL import Image
from safetensors.numpy import load_file, save_file
from torchvision.transforms import CenterCrop, Compose, InterpolationMode, Normalize, Resize, ToTensor

FOLDER = pathlib.Path(__file__).parent.parent / "Library" / "FoundationModels" / "Fixtures" / "vision" / "timm"
FRAMES, HEIGHT, WIDTH = 24, 40, 48


def film():
    """Gradients that move, with edges."""
    frame, row, column, channel = numpy.indices((FRAMES, HEIGHT, WIDTH, 3))
    return ((5 * column + 3 * row * (channel + 1) + 11 * frame + 40 * ((column + frame) // 9)) % 256).astype(numpy.uint8)


model = timm.create_model("vit_base_patch16_224", img_size=24, patch_size=8, num_classes=5, embed_dim=36, depth=2, num_heads=3,
                          mlp_ratio=1.5).eval()
model.load_state_dict({key: torch.from_numpy(value.astype(numpy.float32)) for key, value in load_file(FOLDER / "model.safetensors").items()})
# 24 pixels are 80 % of 30.
steps = Compose([Resize(30, InterpolationMode.BILINEAR), CenterCrop(24), ToTensor(), Normalize([0.4, 0.5, 0.6], [0.2, 0.3, 0.4])])
seen = {}
for name in ("blocks.0", "blocks.1", "norm"):
    model.get_submodule(name).register_forward_hook(lambda module, inputs, output, name=name: seen.update({name: output[:, 0]}))
with torch.no_grad():
    model(torch.stack([steps(Image.fromarray(frame)) for frame in film()]))
result = {}
for count, every in ((1, 1), (4, 1), (6, 2), (8, 3)):
    for name, states in seen.items():
        means = [states[start:start + count:every].mean(0) for start in range(0, FRAMES, count)]
        result[f"{count} {every} {name}"] = torch.stack(means).numpy()
save_file(result, FOLDER / "film.safetensors")
