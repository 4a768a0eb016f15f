"""Similarity, zero-shot classification and retrieval by models with both towers and seeded random weights: CLIP and the paper's.

Run: python two_towers.py   (after bpe.py, whose tokenizer is copied)
Needs: torch 2.13.0 (CPU), torchvision 0.28.0, timm 1.0.31, transformers 5.24.0, open_clip_torch 3.3.0, tokenizers 0.23.3,
pillow 13.0.0, safetensors 0.8.0.
CLIP is transformers' `CLIPModel` with its image processor; classes are open_clip's `build_zero_shot_classifier`, recall is
`get_clip_metrics` of open_clip's training code. Writes for each model a folder Fixtures/two-towers/NAME that
`FoundationModel.load` reads, with reference.safetensors; and photos.safetensors and texts.json, which both share.
"""
import json
import math
import pathlib
import shutil

import numpy
import timm
import torch
import transformers
from open_clip.zero_shot_classifier import build_zero_shot_classifier
from open_clip_train.train import get_clip_metrics
from PIL import Image
from safetensors.numpy import save_file
from tokenizers import BertWordPieceTokenizer

FIXTURES = pathlib.Path(__file__).parent.parent / "Library" / "FoundationModels" / "Fixtures"
FOLDER = FIXTURES / "two-towers"
CLASSES = ["cat", "dog", "bowl of soup", "boat", "people"]
TEMPLATES = ["a photo of a {}.", "the {} by the water", "{}"]
# Of 14 photographs, in their order.
CAPTIONS = [f"{who} {where}" for who in ("the people", "a boat", "one cat", "two dogs", "café", "神经 words", "3.14")
            for where in ("in the water", "can see the end of it all")]
SIZE = 24
MEAN, DEVIATION = [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]


def randomize(model, seed, spread=0.8):
    """Weights large enough that every part shows in the result, and exact in float16, which the files hold."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            is_scale = parameter.ndim == 1 and name.endswith("weight")
            size = 0.2 if parameter.ndim < 2 else spread / math.sqrt(parameter[0].numel())
            if "pos" in name or "token" in name or "class_emb" in name:
                size = 0.5
            parameter.copy_(((1 if is_scale else 0) + size * noise).half().float())
    return model.eval()


def photos():
    """Blocks of colour of other proportions than the models', so that resizing and cropping count."""
    random = numpy.random.default_rng(8)
    return numpy.kron(random.integers(0, 256, (len(CAPTIONS), 6, 8, 3)), numpy.ones((1, 6, 6, 1))).astype(numpy.uint8)


def normalized(vector):
    return vector / vector.norm(dim=-1, keepdim=True)


class Texts:
    """What open_clip's classifier asks of a model and of its tokenizer."""

    def __init__(self, embed):
        self.embed = embed

    def encode_text(self, texts, normalize):
        return normalized(self.embed(texts))

    def tokenizer(self, texts):
        class Batch(list):
            def to(self, device):
                return self
        return Batch(texts)


def reference(name, image, embed, scale):
    """Of normalised image embeddings, and of what embeds a list of texts."""
    texts = normalized(embed(CAPTIONS))
    result = {"image_embeds": image, "text_embeds": texts, "logits_per_image": scale * image @ texts.T,
              "probabilities": (scale * image @ texts.T).softmax(1)}
    adapter = Texts(embed)
    classes = build_zero_shot_classifier(adapter, adapter.tokenizer, CLASSES, TEMPLATES, num_classes_per_batch=2)
    result |= {"class_embeddings": classes.T, "class_probabilities": (scale * image @ classes).softmax(1)}
    metrics = get_clip_metrics(image, texts, scale)
    for direction in ("image_to_text", "text_to_image"):
        result[direction] = torch.tensor([metrics[f"{direction}_R@{depth}"] for depth in (1, 5, 10)])
    cosines = result["logits_per_image"] / scale
    for matrix in (cosines, cosines.T):
        gaps = (matrix - matrix.diagonal().unsqueeze(1)).abs() + torch.eye(len(matrix))
        assert gaps.min() > 1e-5, "ranks must not hang on the last digits"
    save_file({key: numpy.ascontiguousarray(value.numpy().astype(numpy.float32)) for key, value in result.items()},
              FOLDER / name / "reference.safetensors")
    return result


def clip(pixels):
    folder = FOLDER / "clip"
    folder.mkdir(parents=True, exist_ok=True)
    for file in ("vocab.json", "merges.txt"):
        shutil.copy(FIXTURES / "tokenizers" / "clip" / file, folder / file)
    vocabulary = json.loads((folder / "vocab.json").read_text(encoding="utf-8"))
    merges = [tuple(line.split()) for line in (folder / "merges.txt").read_text(encoding="utf-8").splitlines()[1:]]
    tokenizer = transformers.CLIPTokenizer(vocab=vocabulary, merges=merges)
    text = dict(vocab_size=1302, hidden_size=32, num_attention_heads=2, num_hidden_layers=2, intermediate_size=44,
                max_position_embeddings=24, projection_dim=20, bos_token_id=1300, eos_token_id=1301)
    vision = dict(hidden_size=36, num_attention_heads=3, num_hidden_layers=2, intermediate_size=40, image_size=SIZE, patch_size=8,
                  projection_dim=20)
    config = transformers.CLIPConfig(text_config=text, vision_config=vision, projection_dim=20)
    model = randomize(transformers.CLIPModel(config), 4)
    # A scale that training did not reach, so that a fixed one would show.
    model.logit_scale.copy_(torch.tensor(math.log(37.5)).half())
    processor = transformers.CLIPImageProcessorPil(size=dict(shortest_edge=SIZE), crop_size=dict(height=SIZE, width=SIZE))
    values = processor([Image.fromarray(photo) for photo in pixels], return_tensors="pt")["pixel_values"]

    def embed(texts):
        batch = tokenizer(texts, return_tensors="pt", padding=True)
        output = model.text_model(**batch)
        return model.text_projection(output.pooler_output)

    save_file({key: value.numpy().astype(numpy.float16) for key, value in model.state_dict().items() if value.is_floating_point()},
              folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps({"model_type": "clip", "projection_dim": 20, "text_config": text, "vision_config": vision}, indent=1))
    (folder / "preprocessor_config.json").write_text(json.dumps(
        dict(size=dict(shortest_edge=SIZE), crop_size=dict(height=SIZE, width=SIZE), do_center_crop=True, do_resize=True, resample=3,
             image_mean=MEAN, image_std=DEVIATION)))
    batch = tokenizer(CAPTIONS, return_tensors="pt", padding=True)
    whole = model(pixel_values=values, **batch)
    result = reference("clip", whole.image_embeds, embed, model.logit_scale.exp())
    assert torch.allclose(result["logits_per_image"], whole.logits_per_image, rtol=1e-5, atol=1e-4)


def paper(pixels):
    """DeepSpeed's file with both towers, heads of which one of each is used, and no temperature."""
    folder = FOLDER / "paper"
    folder.mkdir(parents=True, exist_ok=True)
    words = sorted({word for text in CLASSES + TEMPLATES + CAPTIONS for word in text.replace("{}", "").replace(".", " ").split()})
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ".", "cafe", "神", "经", "##s"] + words
    (folder / "vocab.txt").write_text("".join(f"{token}\n" for token in vocabulary), encoding="utf-8")
    vit = randomize(timm.create_model("vit_base_patch16_384", embed_dim=64, depth=1, num_heads=1, mlp_ratio=1, img_size=SIZE, patch_size=8,
                                      num_classes=0), 16, spread=2)
    bert = randomize(transformers.BertModel(transformers.BertConfig(
        vocab_size=len(vocabulary), hidden_size=64, num_attention_heads=1, num_hidden_layers=2, intermediate_size=20, max_position_embeddings=82),
        add_pooling_layer=False), 6, spread=1.5)
    heads = [randomize(torch.nn.Linear(64, 24), seed) for seed in (7, 8)]
    tokenizer = BertWordPieceTokenizer(str(folder / "vocab.txt"), lowercase=True)
    tokenizer.enable_truncation(80)
    parts = {"imgencoder.backbone_vit": vit, "imgencoder.learnable.imgFC_vit_0.fc": heads[0], "textencoder.backbone.bert": bert,
             "textencoder.learnable.textFC.fc": heads[1]}
    torch.save({"module": {f"learnable.{part}.{key}": value.half() for part, model in parts.items()
                           for key, value in model.state_dict().items() if value.is_floating_point()}}, folder / "mp_rank_00_model_states.pt")
    from torchvision.transforms import CenterCrop, Compose, InterpolationMode, Normalize, Resize, ToTensor
    steps = Compose([Resize(SIZE, InterpolationMode.BICUBIC), CenterCrop(SIZE), ToTensor(), Normalize(MEAN, DEVIATION)])
    values = torch.stack([steps(Image.fromarray(photo)) for photo in pixels])
    image = normalized(heads[0](vit.forward_features(values)[:, 0]))

    def embed(texts):
        return torch.cat([heads[1](bert(input_ids=torch.tensor([tokenizer.encode(text).ids])).last_hidden_state[:, 0]) for text in texts])

    reference("paper", image, embed, torch.tensor(1 / 0.07))


with torch.no_grad():
    pixels = photos()
    FOLDER.mkdir(parents=True, exist_ok=True)
    clip(pixels)
    paper(pixels)
    save_file({"photos": pixels}, FOLDER / "photos.safetensors")
    (FOLDER / "texts.json").write_text(json.dumps(dict(classes=CLASSES, templates=TEMPLATES, captions=CAPTIONS), ensure_ascii=False),
                                       encoding="utf-8")
