"""A small BriVL with seeded random weights: its image encoder on a grid and on boxes, its text encoder with and without a mask.

Run: python brivl.py
Needs: torch 2.13.0, torchvision 0.28.0 (both for the CPU), timm 1.0.31, transformers 5.24.0, tokenizers 0.23.3, safetensors 0.8.0.
The modules are those of BAAI-WuDao/BriVL and neilfei/brivl-nmi (a timm EfficientNet, `affine_grid` and `grid_sample` on
the boxes, a 1 x 1 convolution, an average, `nn.TransformerEncoder`, two linear layers), narrower. Writes brivl/tensors.json
(names and shapes; `seeded.py` makes the numbers), config.json, and what the layers give as images.safetensors and
texts.safetensors. Image features are kept as in convolution.py.
"""
import json
import pathlib

import numpy
import torch
import torch.nn.functional as F
import transformers
from safetensors.numpy import save_file
from timm.models.efficientnet import _gen_efficientnet
from tokenizers import Tokenizer
from torch import nn

import seeded

FIXTURES = pathlib.Path(__file__).parent.parent / "Library" / "FoundationModels" / "Fixtures"
SIZE, LAYERS, HEADS, GRID, POINTS, LENGTH = 139, 2, 4, 6, 4, 80
MULTIPLIERS = dict(channel_multiplier=0.25, depth_multiplier=0.6)
# Of each image, in fractions of its sides: left, top, right, bottom.
BOXES = [[], [[0.1, 0.2, 0.5, 0.7], [0.0, 0.0, 0.3, 1.0]], [[0.4, 0.4, 0.6, 0.6], [0.9, 0.1, 1.0, 0.35], [0.25, 0.5, 1.0, 0.9]]]


class Head(nn.Module):
    """Vectors of length one through a small transformer; their mean through two linear layers."""

    def __init__(self, width, output, blocks, last):
        super().__init__()
        layer = nn.TransformerEncoderLayer(d_model=width, nhead=HEADS)
        self.names = (blocks, last)
        self.parts = nn.ModuleDict({
            blocks: nn.TransformerEncoder(layer, num_layers=LAYERS, enable_nested_tensor=False),
            last: nn.ModuleDict(dict(fc1=nn.Linear(width, output), fc2=nn.Linear(output, output)))})

    def forward(self, x, mask):
        result = {}
        x = F.normalize(x, p=2, dim=-1).transpose(0, 1)
        for number, layer in enumerate(self.parts[self.names[0]].layers):
            x = layer(x, src_key_padding_mask=mask == 0)
            result[f"{self.names[0]}.layers.{number}"] = x.transpose(0, 1)
        mean = (x.transpose(0, 1) * mask.unsqueeze(-1)).sum(1) / mask.sum(1, keepdim=True)
        last = self.parts[self.names[1]]
        result[self.names[1]] = last["fc2"](F.relu(last["fc1"](mean)))
        result["embedding"] = F.normalize(result[self.names[1]], p=2, dim=-1)
        return result


def pooled(feature_map, boxes, layer):
    """One image's map (channels x h x w) at the boxes, given in pixels of the map: boxes x channels."""
    height, width = feature_map.shape[1:]
    x1, y1, x2, y2 = boxes.T
    zero = torch.zeros_like(x1)
    theta = torch.stack((
        (x2 - x1) / (width - 1), zero, (x1 + x2 - width + 1) / (width - 1),
        zero, (y2 - y1) / (height - 1), (y1 + y2 - height + 1) / (height - 1)), dim=1).view(-1, 2, 3)
    grid = F.affine_grid(theta, [len(boxes), feature_map.shape[0], POINTS, POINTS], align_corners=False)
    sampled = F.grid_sample(feature_map.unsqueeze(0).expand(len(boxes), -1, -1, -1), grid, align_corners=False)
    return F.avg_pool2d(layer(sampled), POINTS, stride=1).flatten(1)


def grid():
    """The boxes of 2022: the first index goes along x."""
    side = 1 / GRID
    return [[i * side, j * side, (i + 1) * side, (j + 1) * side] for i in range(GRID) for j in range(GRID)]


def build():
    backbone = _gen_efficientnet("tf_efficientnet_b0", bn_eps=1e-3, pad_type="same", **MULTIPLIERS).eval()
    width = backbone.num_features
    bert = transformers.BertModel(transformers.BertConfig(
        hidden_size=128, num_attention_heads=2, num_hidden_layers=2, intermediate_size=96, vocab_size=1500,
        max_position_embeddings=90)).eval()
    return dict(backbone=backbone, regions=nn.Conv2d(width, width, 1), image=Head(width, width, "imgAtt", "imgFC").eval(),
                bert=bert, text=Head(128, width, "textAtt", "textFC").eval())


def named(model, twin):
    """Every parameter by the name that it has in a checkpoint."""
    places = dict(backbone=f"imgencoder{twin}.backbone.", regions=f"imgencoder{twin}.learnable.max_pool.0.",
                  image=f"imgencoder{twin}.learnable.", bert=f"textencoder{twin}.backbone.bert.", text=f"textencoder{twin}.learnable.")
    return {f"learnable.{place}{name.removeprefix('parts.')}": value
            for key, place in places.items() for name, value in model[key].state_dict().items() if value.is_floating_point()}


def images(model):
    result = {}
    x = torch.from_numpy(seeded.images("brivl", len(BOXES), SIZE, SIZE))
    feature_map = model["backbone"].forward_features(x)
    side = feature_map.shape[-1]

    def run(lists):
        lists = [torch.tensor(boxes + [[0, 0, 1, 1]], dtype=torch.float32) * side for boxes in lists]
        regions = [pooled(image, boxes, model["regions"]) for image, boxes in zip(feature_map, lists)]
        padded = nn.utils.rnn.pad_sequence(regions, batch_first=True)
        mask = torch.tensor([[float(i < len(boxes)) for i in range(padded.shape[1])] for boxes in lists])
        layers = {"max_pool": padded} | model["image"](padded, mask)
        return {name: (x * mask.unsqueeze(-1)).sum(1) / mask.sum(1, keepdim=True) if x.ndim == 3 else x for name, x in layers.items()}

    for kind, lists in (("grid", [grid()] * len(BOXES)), ("boxes", BOXES)):
        result |= {f"{kind} {name}": value.numpy() for name, value in run(lists).items()}
    result["grid bn2"] = feature_map.mean((2, 3)).numpy()
    return result


def texts(model):
    tokenizer = Tokenizer.from_file(str(FIXTURES / "tokenizers" / "wordpiece" / "tokenizer.json"))
    tokenizer.enable_truncation(LENGTH)
    tokenizer.enable_padding(length=LENGTH, pad_id=tokenizer.token_to_id("[PAD]"))
    encodings = [tokenizer.encode(text) for text in json.loads((FIXTURES / "encoders" / "texts.json").read_text())]
    ids = torch.tensor([encoding.ids for encoding in encodings])
    mask = torch.tensor([encoding.attention_mask for encoding in encodings], dtype=torch.float32)
    result = {}
    for kind, attention in (("masked", mask), ("published", torch.ones_like(mask))):
        states = model["bert"](input_ids=ids, attention_mask=attention).last_hidden_state
        for name, x in model["text"](states, mask).items():
            x = (x * mask.unsqueeze(-1)).sum(1) / mask.sum(1, keepdim=True) if x.ndim == 3 else x
            result[f"{kind} {name}"] = x.numpy()
    return result


folder = FIXTURES / "brivl"
folder.mkdir(parents=True, exist_ok=True)
shapes = {}
for twin in ("", "_mom"):
    model = build()
    with torch.inference_mode():
        for name, value in named(model, twin).items():
            shapes[name] = list(value.shape)
            value.copy_(torch.from_numpy(seeded.parameter(name, shapes[name])))
        if not twin:
            save_file({key: numpy.ascontiguousarray(value) for key, value in images(model).items()}, folder / "images.safetensors")
            save_file({key: numpy.ascontiguousarray(value) for key, value in texts(model).items()}, folder / "texts.safetensors")
        else:
            twins = {key: value for key, value in (images(model) | texts(model)).items() if key in ("grid imgFC", "masked textFC")}
            save_file({key: numpy.ascontiguousarray(value) for key, value in twins.items()}, folder / "twins.safetensors")
(folder / "tensors.json").write_text(json.dumps(shapes))
(folder / "config.json").write_text(json.dumps(dict(architecture="brivl-2022", model_args=MULTIPLIERS, pretrained_cfg=dict(input_size=[3, SIZE, SIZE]))))
