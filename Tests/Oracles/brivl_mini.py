"""Embeddings of brivl-mini by the libraries that others use: transformers' BERT, timm's vision transformer.

Run: python brivl_mini.py
Needs: torch 2.15.0 (CPU), timm 1.0.31, transformers 5.24.0, safetensors 0.8.0, numpy 2.4.6.
Reads Sources/Library/FoundationModels/Models/brivl-mini; writes Tests/Library/Training/Fixtures/brivl-mini.json: sentences, pixels of
two images, and the embeddings of both.
"""
import json
import pathlib

import numpy
import timm
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from transformers import BertConfig, BertModel, BertTokenizer

ROOT = pathlib.Path(__file__).parent.parent.parent
MODEL = ROOT / "Sources/Library/FoundationModels/Models/brivl-mini"
weights = {name: tensor.float() for name, tensor in load_file(MODEL / "model.safetensors").items()}
configuration = json.loads((MODEL / "config.json").read_text())


def part(prefix):
    return {name[len(prefix):]: tensor for name, tensor in weights.items() if name.startswith(prefix)}


def text_embeddings(sentences):
    tensors = part("textencoder.backbone.bert.")
    words, width = tensors["embeddings.word_embeddings.weight"].shape
    section = configuration["text"]
    bert = BertModel(
        BertConfig(
            vocab_size=words, hidden_size=width, num_hidden_layers=2, num_attention_heads=section["num_attention_heads"],
            intermediate_size=4 * width, hidden_act=section["hidden_act"], layer_norm_eps=section["layer_norm_eps"],
            max_position_embeddings=len(tensors["embeddings.position_embeddings.weight"]), type_vocab_size=1),
        add_pooling_layer=False).eval()
    missing, unexpected = bert.load_state_dict(tensors, strict=False)
    # The types of tokens were added to the positions.
    assert set(missing) <= {"embeddings.token_type_embeddings.weight", "embeddings.position_ids"} and not unexpected
    bert.embeddings.token_type_embeddings.weight.data.zero_()
    batch = BertTokenizer(str(MODEL / "vocab.txt"))(sentences, padding=True, return_tensors="pt")
    states = bert(**batch).last_hidden_state
    mask = batch["attention_mask"][..., None].float()
    mean = (states * mask).sum(1) / mask.sum(1)
    return F.normalize(mean @ weights["textencoder.learnable.textFC.fc.weight"].T, dim=-1)


def image_embeddings(pixels):
    tensors = part("imgencoder.backbone_vit.")
    section = configuration["image"]
    width = tensors["pos_embed"].shape[-1]
    vit = timm.models.VisionTransformer(
        img_size=64, patch_size=16, embed_dim=width, depth=3, num_heads=section["num_attention_heads"], num_classes=0,
        class_token=False, global_pool="avg", fc_norm=False, act_layer=lambda: torch.nn.GELU(approximate="tanh")).eval()
    names = ["patch_embed.stem.0", "patch_embed.stem.1", "patch_embed.proj"]
    x = (torch.tensor(pixels).float() - torch.tensor(section["pixel_mean"])) / torch.tensor(section["pixel_deviation"])
    x = x.permute(0, 3, 1, 2)
    for name, stride, padding in zip(names, section["strides"], section["paddings"]):
        x = F.conv2d(x, tensors[name + ".weight"], tensors[name + ".bias"], stride=stride, padding=padding)
        if name != names[-1]:
            x = F.gelu(x, approximate="tanh")
    blocks = {name: tensor for name, tensor in tensors.items() if not name.startswith("patch_embed")}
    missing, unexpected = vit.load_state_dict(blocks, strict=False)
    assert set(missing) == {"patch_embed.proj.weight", "patch_embed.proj.bias"} and not unexpected
    x = x.flatten(2).transpose(1, 2) + vit.pos_embed
    for block in vit.blocks:
        x = block(x)
    mean = vit.norm(x).mean(1)
    return F.normalize(mean @ weights["imgencoder.learnable.imgFC_vit_0.fc.weight"].T, dim=-1)


with torch.no_grad():
    sentences = ["a red star", "two tiny blue circles on a noisy navy background", "there is a crimson moon above a big ivory ring"]
    # Blocks of 8 x 8 pixels of one color, which say more than noise and take less room.
    small = numpy.random.default_rng(0).integers(0, 256, (2, 8, 8, 3))
    pixels = small.repeat(8, 1).repeat(8, 2)
    result = {
        "sentences": sentences, "texts": text_embeddings(sentences).tolist(), "blocks": small.tolist(),
        "images": image_embeddings(pixels).tolist(),
    }
target = ROOT / "Tests/Library/Training/Fixtures/brivl-mini.json"
target.write_text(json.dumps(result))
