"""States of RoBERTa, of CLIP's text towers in two layouts, and of the paper's text tower, with seeded random weights.

Run: python text_towers.py   (after bpe.py, whose tokenizers are copied)
Needs: torch 2.13.0 (CPU), transformers 5.24.0, open_clip_torch 3.3.0, tokenizers 0.23.3, safetensors 0.8.0. torchvision is not:
open_clip asks for it at import, for images, and gets a stand-in here.
Writes for each tower a folder that `FoundationModel.load` reads, with the states of all tokens ("text N NAME") in states.safetensors.
"""
import importlib.machinery
import json
import pathlib
import shutil
import sys
import types

import numpy
import torch
import transformers
from safetensors.numpy import save_file
from tokenizers import BertWordPieceTokenizer, Tokenizer

FIXTURES = pathlib.Path(__file__).parent.parent / "Library" / "FoundationModels" / "Fixtures"
TEXTS = ["a photo of the people", "", "Unbelievable! 3.14 café, naïve 神经科学 words", "one " * 40, "the end<|endoftext|> and after<pad> it"]


def open_clip():
    class Anything(type):
        def __getattr__(cls, name):
            return None

    class StandIn(types.ModuleType):
        def __getattr__(self, name):
            if name.startswith("__"):
                raise AttributeError(name)
            return Anything(name, (), {})

    for name in ("", ".ops", ".ops.misc", ".transforms", ".transforms.functional"):
        module = StandIn("torchvision" + name)
        module.__path__ = []
        module.__spec__ = importlib.machinery.ModuleSpec("torchvision" + name, None)
        sys.modules["torchvision" + name] = module
        if name:
            parent, _, child = ("torchvision" + name).rpartition(".")
            setattr(sys.modules[parent], child, module)
    sys.modules["timm"] = None
    import open_clip
    return open_clip


def randomize(model, seed):
    """Weights large enough that every part shows in the result, and exact in float16, which the files hold."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            is_scale = parameter.ndim == 1 and name.endswith("weight")
            parameter.copy_((1 + 0.2 * noise if is_scale else 0.3 * noise).half().float())
    return model.eval()


def weights(model, wanted=lambda name: True):
    return {name: value.numpy().astype(numpy.float16) for name, value in model.state_dict().items()
            if value.is_floating_point() and value.ndim and wanted(name)}


def normalized(vector):
    return vector / vector.norm(dim=-1, keepdim=True)


def write(name, tokenizer, tensors, states, configs):
    folder = FIXTURES / "towers" / name
    folder.mkdir(parents=True, exist_ok=True)
    for file in (FIXTURES / "tokenizers" / tokenizer).iterdir():
        if file.name != "ids.json":
            shutil.copy(file, folder / file.name)
    for file, content in configs.items():
        (folder / file).write_text(json.dumps(content, indent=1))
    save_file(tensors, folder / ("open_clip_model.safetensors" if "open_clip_config.json" in configs else "model.safetensors"))
    save(states, folder)


def save(states, folder):
    save_file({key: numpy.ascontiguousarray(value.numpy().astype(numpy.float32)) for key, value in states.items()},
              folder / "states.safetensors")


def ids(name, limit):
    folder = FIXTURES / "tokenizers" / name
    if (folder / "tokenizer.json").exists():
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    else:
        vocabulary = json.loads((folder / "vocab.json").read_text(encoding="utf-8"))
        merges = [tuple(line.split()) for line in (folder / "merges.txt").read_text(encoding="utf-8").splitlines()[1:]]
        tokenizer = transformers.CLIPTokenizer(vocab=vocabulary, merges=merges).backend_tokenizer
    tokenizer.enable_truncation(limit)
    return [torch.tensor([tokenizer.encode(text).ids]) for text in TEXTS]


def roberta():
    config = transformers.RobertaConfig(vocab_size=1210, hidden_size=36, num_attention_heads=3, num_hidden_layers=2, intermediate_size=50,
                                        type_vocab_size=1, max_position_embeddings=26, layer_norm_eps=1e-5)
    model = randomize(transformers.RobertaModel(config, add_pooling_layer=False), 1)
    states = {}
    for number, tokens in enumerate(ids("byte-bpe", 24)):
        # Without a mask, so that only the positions know of padding.
        output = model(input_ids=tokens, attention_mask=torch.ones_like(tokens), output_hidden_states=True)
        for layer, state in enumerate(output.hidden_states):
            states[f"text {number} " + ("embeddings" if layer == 0 else f"layer {layer - 1}")] = state[0]
    write("roberta", "byte-bpe", {"roberta." + name: value for name, value in weights(model).items()}, states,
          {"config.json": {**config.to_dict(), "model_type": "roberta"}})


def clip(name, tokenizer, **options):
    text = dict(vocab_size=1302, hidden_size=32, num_attention_heads=2, num_hidden_layers=2, intermediate_size=44,
                max_position_embeddings=24, projection_dim=20, bos_token_id=1300, **options)
    config = transformers.CLIPConfig(text_config=text, projection_dim=20, vision_config=dict(
        hidden_size=16, num_attention_heads=2, num_hidden_layers=1, intermediate_size=20, image_size=16, patch_size=8, projection_dim=20))
    model = randomize(transformers.CLIPModel(config), 2)
    states = {}
    for number, tokens in enumerate(ids(tokenizer, 24)):
        output = model.text_model(input_ids=tokens, output_hidden_states=True)
        for layer, state in enumerate(output.hidden_states):
            states[f"text {number} " + ("embeddings" if layer == 0 else f"layer {layer - 1}")] = state[0]
        states[f"text {number} final norm"] = output.last_hidden_state[0]
        states[f"text {number} projection"] = model.text_projection(output.pooler_output)
        states[f"text {number} embedding"] = normalized(states[f"text {number} projection"])
    tensors = {key: value for key, value in weights(model).items() if not key.startswith("vision_model")}
    write(name, tokenizer, tensors, states,
          {"config.json": {"model_type": "clip", "projection_dim": 20, "text_config": text}})


def open_clip_towers():
    library = open_clip()
    text = dict(context_length=24, vocab_size=1302, width=32, heads=2, layers=2)
    vision = dict(image_size=16, layers=1, width=64, patch_size=8)
    for name, kind, quick in (("open-clip", library.CLIP, False), ("open-clip-custom", library.CustomTextCLIP, True)):
        model = randomize(kind(embed_dim=20, vision_cfg=vision, text_cfg=text, quick_gelu=quick), 3)
        tower = model.text if hasattr(model, "text") else model
        states = {}
        for number, tokens in enumerate(ids("clip", 24)):
            padded = torch.zeros(1, 24, dtype=torch.long)
            padded[0, :tokens.shape[1]] = tokens
            seen = []
            hooks = [block.register_forward_hook(lambda module, inputs, output: seen.append(output)) for block in tower.transformer.resblocks]
            hooks.append(tower.transformer.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0])))
            hooks.append(tower.ln_final.register_forward_hook(lambda module, inputs, output: seen.append(output)))
            projection = model.encode_text(padded)
            for hook in hooks:
                hook.remove()
            for layer, state in zip(["embeddings", "layer 0", "layer 1", "final norm"], seen):
                states[f"text {number} {layer}"] = state[0, :tokens.shape[1]]
            states[f"text {number} projection"] = projection
            states[f"text {number} embedding"] = normalized(projection)
        write(name, "clip", weights(model, lambda key: "visual" not in key), states,
              {"open_clip_config.json": {"model_cfg": {"embed_dim": 20, "vision_cfg": vision, "text_cfg": text, "quick_gelu": quick}}})


def paper():
    """DeepSpeed's file with a BERT, its momentum twin, and heads; the states with and without a mask over padding."""
    config = transformers.BertConfig(vocab_size=400, hidden_size=64, num_attention_heads=1, num_hidden_layers=2, intermediate_size=20,
                                     max_position_embeddings=90)
    vocabulary = json.loads((FIXTURES / "tokenizers" / "wordpiece" / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    folder = FIXTURES / "towers" / "paper"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.txt").write_text("".join(f"{token}\n" for token in list(vocabulary)[:400]), encoding="utf-8")
    tokenizer = BertWordPieceTokenizer(str(folder / "vocab.txt"), lowercase=True)
    tokenizer.enable_truncation(80)
    module, states = {}, {}
    for seed, encoder in enumerate(("textencoder", "textencoder_mom")):
        bert = randomize(transformers.BertModel(config), 10 + seed)
        if seed:  # frozen in the paper, so the twin has the same
            bert.embeddings = embeddings
        embeddings = bert.embeddings
        head = randomize(torch.nn.Linear(64, 24), 20 + seed)
        module |= {f"learnable.{encoder}.backbone.bert.{key}": module.get(f"learnable.textencoder.backbone.bert.{key}", value.half())
                   if key.startswith("embeddings") else value.half() for key, value in bert.state_dict().items()}
        module |= {f"learnable.{encoder}.learnable.textFC.fc.{key}": value.half() for key, value in head.state_dict().items()}
        for number, text in enumerate(TEXTS):
            tokens = tokenizer.encode(text).ids
            for kind, sequence in (("", tokens), ("padded ", tokens + [0] * (80 - len(tokens)))):
                hidden = bert(input_ids=torch.tensor([sequence]), output_hidden_states=True).hidden_states
                for layer in (1, 2):
                    states[f"{encoder} {kind}text {number} layer {layer - 1}"] = hidden[layer][:, 0]
                projection = head(hidden[-1][:, 0])
                states[f"{encoder} {kind}text {number} projection"] = projection
                states[f"{encoder} {kind}text {number} embedding"] = normalized(projection)
    save(states, folder)
    torch.save({"module": module, "global_steps": 7}, folder / "mp_rank_00_model_states.pt")


with torch.no_grad():
    roberta()
    clip("clip", "clip", eos_token_id=1301)
    clip("clip-legacy", "clip-json", eos_token_id=2, hidden_act="gelu")
    open_clip_towers()
    paper()
    (FIXTURES / "towers" / "texts.json").write_text(json.dumps(TEXTS, ensure_ascii=False), encoding="utf-8")
