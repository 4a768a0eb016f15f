"""Writes towers with seeded random weights: for Gyrus a folder, for onnxruntime a file, for PyTorch the same weights.

Usage: python Benchmarks/towers/models.py FOLDER [MODEL...]
Needs what requirements.txt pins. timm and transformers import torchvision, for images; the one that PyPI has is built for CUDA and stops at
import beside a torch for the CPU, and nothing here uses it, so that a stand-in takes its place.
"""

import json
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

import standin

from cases import TEXTS, word

standin.replace("torchvision")
MODELS = ["vit-b16-224", "vit-b16-384", "clip-b32-image", "clip-b32-text", "bert-base"]


class Output(torch.nn.Module):
    """What is compared: the states of BERT's last layer, CLIP's embeddings divided by their length."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, *inputs):
        name = self.model.config.model_type
        if name == "bert":
            return self.model(input_ids=inputs[0], attention_mask=inputs[1]).last_hidden_state
        if name == "clip_text_model":
            return torch.nn.functional.normalize(self.model(input_ids=inputs[0]).text_embeds, dim=-1)
        return torch.nn.functional.normalize(self.model(pixel_values=inputs[0]).image_embeds, dim=-1)


def build(name, attention="sdpa"):
    import transformers
    torch.manual_seed(0)
    if name == "bert-base":
        config = transformers.BertConfig(attn_implementation=attention)
        return Output(transformers.BertModel(config, add_pooling_layer=False)).eval()
    if name == "clip-b32-text":
        config = transformers.CLIPTextConfig(attn_implementation=attention, bos_token_id=49406, eos_token_id=49407)
        return Output(transformers.CLIPTextModelWithProjection(config)).eval()
    if name == "clip-b32-image":
        config = transformers.CLIPVisionConfig(patch_size=32, attn_implementation=attention)
        return Output(transformers.CLIPVisionModelWithProjection(config)).eval()
    import timm
    return timm.create_model(f"vit_base_patch16_{side(name)}", num_classes=0, global_pool="").eval()


def side(name):
    """The height and width of a model's images."""
    return 384 if name.endswith("384") else 224


def examples(name):
    """Inputs with which a model is traced, and which of their dimensions may change."""
    if name == "bert-base":
        ids = torch.full((2, 8), 1000)
        return {"ids": ids, "mask": torch.ones_like(ids)}, {"ids": {0: "n", 1: "tokens"}, "mask": {0: "n", 1: "tokens"}}
    if name == "clip-b32-text":
        ids = torch.full((2, 77), 320)
        ids[:, -1] = 49407
        return {"ids": ids}, {"ids": {0: "n"}}
    return {"images": torch.zeros(2, 3, side(name), side(name))}, {"images": {0: "n"}}


def write_tokenizer(name, folder):
    """A tokenizer that makes of each word of cases.py the token that the other sides are given."""
    if name == "bert-base":
        special = {0: "[PAD]", 100: "[UNK]", 101: "[CLS]", 102: "[SEP]", 103: "[MASK]"}
        (folder / "vocab.txt").write_text("".join(special.get(i, word(name, i)) + "\n" for i in range(30522)))
        return
    # CLIP's single bytes with and without the end of a word, then its merges, of which there is none here.
    visible = [*range(33, 127), *range(161, 173), *range(174, 256)]
    characters = [chr(byte) for byte in visible] + [chr(256 + i) for i in range(256 - len(visible))]
    tokens = characters + [c + "</w>" for c in characters]
    tokens += [f"[unused{i}]" for i in range(len(tokens), 49406)] + ["<|startoftext|>", "<|endoftext|>"]
    (folder / "vocab.json").write_text(json.dumps({token: i for i, token in enumerate(tokens)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")


def write(root, names):
    for name in names or MODELS:
        folder = root / name
        if (folder / "model.onnx").exists():
            continue
        folder.mkdir(parents=True, exist_ok=True)
        model = build(name)
        weights = model.model if isinstance(model, Output) else model
        save_file({key: value.contiguous() for key, value in weights.state_dict().items() if value.is_floating_point()},
                  folder / "model.safetensors")
        config = weights.config.to_dict() if isinstance(model, Output) else {"architecture": f"vit_base_patch16_{side(name)}"}
        (folder / "config.json").write_text(json.dumps(config))
        if name in TEXTS:
            write_tokenizer(name, folder)
        inputs, dynamic = examples(name)

        def export(model, path):
            torch.onnx.export(model, tuple(inputs.values()), str(path), dynamo=False, opset_version=17,
                              input_names=list(inputs), output_names=["y"], dynamic_axes=dynamic)
        if name == "bert-base":
            # onnxruntime's own optimizer knows BERT's attention as transformers writes it without SDPA.
            from onnxruntime.transformers import optimizer
            export(build(name, "eager"), folder / "eager.onnx")
            fused = optimizer.optimize_model(str(folder / "eager.onnx"), "bert", num_heads=12, hidden_size=768, opt_level=0)
            print(fused.get_fused_operator_statistics(), file=sys.stderr)
            fused.save_model_to_file(str(folder / "fused.onnx"))
        export(model, folder / "model.onnx")


if __name__ == "__main__":
    with torch.inference_mode():
        write(Path(sys.argv[1]), sys.argv[2:])
