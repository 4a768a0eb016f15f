"""Files as people have them: timm's checkpoint of a training, a program of TorchScript, and a model in two of PyTorch's files.

Run: python training_checkpoints.py   (after vision.py and foundation_models_text.py, whose models "timm-file" and "bert" are taken)
Needs: torch 2.13.0 (CPU), numpy 2.4.6, safetensors 0.8.0.
Writes vision/training/checkpoint.pth (the keys of timm's CheckpointSaver; the averaged model is that
of vision/timm-file, the other one zeros) and program.pt; and encoders/shards, as transformers split models before safetensors.
"""
import argparse
import collections
import json
import pathlib

import numpy
import torch
from safetensors.torch import load_file

FIXTURES = pathlib.Path(__file__).parent.parent / "Library" / "FoundationModels" / "Fixtures"
folder = FIXTURES / "vision" / "training"
folder.mkdir(parents=True, exist_ok=True)
weights = torch.load(FIXTURES / "vision" / "timm-file" / "vit.pth")["model"]
parameter = torch.nn.Parameter(torch.ones(2))
optimizer = torch.optim.AdamW([parameter])
parameter.sum().backward()
optimizer.step()
torch.save({
    "epoch": 3, "arch": "vit_base_patch16_224", "state_dict": {key: torch.zeros(1).expand(value.shape) for key, value in weights.items()},
    "optimizer": optimizer.state_dict(), "version": 2, "args": argparse.Namespace(lr=1e-3, device=torch.device("cpu"), dtype=torch.bfloat16),
    "state_dict_ema": weights, "metric": numpy.float64(81.5), "classes": numpy.arange(3), "seen": collections.Counter(a=2),
    "losses": collections.defaultdict(list, {"train": [1.0, 0.5]}), "parameter": parameter,
}, folder / "checkpoint.pth")
torch.jit.save(torch.jit.script(torch.nn.Linear(2, 2)), folder / "program.pt")

tensors = load_file(FIXTURES / "encoders" / "bert" / "model.safetensors")
folder = FIXTURES / "encoders" / "shards"
folder.mkdir(parents=True, exist_ok=True)
files = {name: f"pytorch_model-0000{number % 2 + 1}-of-00002.bin" for number, name in enumerate(sorted(tensors))}
for file in set(files.values()):
    torch.save({name: tensors[name].clone() for name in files if files[name] == file}, folder / file)
(folder / "pytorch_model.bin.index.json").write_text(json.dumps({"metadata": {}, "weight_map": files}, indent=1))
