"""The fields of every configuration that the reference libraries read, with what they assume of each, from their own classes.

Run: python configuration_fields.py
Needs: torch 2.15.0, timm 1.0.31, transformers 5.24.0, open_clip_torch 3.3.0, sentence-transformers 6.2.0.
Writes Fixtures/configurations/fields.json (class, field, default; no default where it is no simple value) and
architectures.json: of every vision transformer of timm that has a class token and plain blocks the width, heads, activation, epsilon
and pooling, and of every EfficientNet its padding and epsilon.
"""
import dataclasses
import inspect
import json
import pathlib
import tempfile

import open_clip
import sentence_transformers
import timm
import torch
import transformers
from open_clip.model import CLIPTextCfg, CLIPVisionCfg
from open_clip.transform import PreprocessCfg
from sentence_transformers.base.modules.transformer import Transformer
from sentence_transformers.sentence_transformer.modules import Dense, Normalize, pooling
from timm.models import _efficientnet_builder, efficientnet
from timm.models._pretrained import PretrainedCfg
from timm.models.efficientnet import EfficientNet
from timm.models.resnet import ResNet
from timm.models.vision_transformer import Block, VisionTransformer

FIXTURES = pathlib.Path(__file__).parent.parent / "Library/FoundationModels/Fixtures/configurations"
fields = {}


def simple(value):
    return value is None or isinstance(value, (bool, int, float, str))


def add(name, values):
    table = fields.setdefault(name, {})
    for key, value in values.items():
        table.setdefault(key, {"default": value} if simple(value) else {})


def parameters(function):
    """The arguments of a function; those without a default have none."""
    return {name: parameter.default for name, parameter in inspect.signature(function).parameters.items()
            if name not in ("self", "kwargs", "args", "variant", "arch_def") and parameter.kind is not parameter.VAR_KEYWORD}


def of_transformers():
    for name in ("BertConfig", "RobertaConfig", "DistilBertConfig", "ViTConfig", "Dinov2Config", "Dinov2WithRegistersConfig", "CLIPTextConfig",
                 "CLIPVisionConfig", "CLIPConfig"):
        kind = getattr(transformers, name)
        values = kind().to_dict() | {key: value for key, value in parameters(kind.__init__).items()}
        add(name, values | {key: {} for key in ("quantization_config", "auto_map", "torch_dtype", "attn_implementation")})
    from transformers.processing_utils import ImagesKwargs
    keys = {key: {} for key in ImagesKwargs.__annotations__}
    with tempfile.TemporaryDirectory() as folder:
        for kind in (transformers.ViTImageProcessor, transformers.CLIPImageProcessor, transformers.BitImageProcessor):
            kind().save_pretrained(folder)
            keys |= {key: {} for key in json.loads(pathlib.Path(folder, "preprocessor_config.json").read_text())}
    add("ImagesKwargs", keys)
    for kind in (transformers.BertTokenizer, transformers.RobertaTokenizer, transformers.CLIPTokenizer, transformers.GPT2Tokenizer,
                 transformers.PreTrainedTokenizerFast):
        add("tokenizer_config", {key: {} for key in parameters(kind.__init__) if key not in ("vocab", "merges")})
    for kind in (transformers.BertTokenizer, transformers.CLIPTokenizer):
        with tempfile.TemporaryDirectory() as folder:
            kind().save_pretrained(folder)
            add("tokenizer_config", {key: {} for key in json.loads(pathlib.Path(folder, "tokenizer_config.json").read_text())})


def of_timm():
    add("timm.PretrainedCfg", dataclasses.asdict(PretrainedCfg()))
    common = {"img_size": {}, "in_chans": 3, "num_classes": {}, "features_only": False}
    add("timm.VisionTransformer", parameters(VisionTransformer.__init__))
    add("timm.ResNet", parameters(ResNet.__init__))
    add("timm.EfficientNet", parameters(EfficientNet.__init__) | parameters(efficientnet._gen_efficientnet)
        | parameters(_efficientnet_builder.resolve_bn_args) | {"bn_tf": False, "bn_eps": None, "bn_momentum": None})
    with tempfile.TemporaryDirectory() as folder:
        timm.models.save_for_hf(timm.create_model("test_vit"), folder, model_args=dict(num_heads=2))
        add("timm.config", {key: {} for key in json.loads(pathlib.Path(folder, "config.json").read_text())})
    del common


def of_open_clip():
    for name, kind in (("open_clip.CLIPVisionCfg", CLIPVisionCfg), ("open_clip.CLIPTextCfg", CLIPTextCfg), ("open_clip.PreprocessCfg", PreprocessCfg)):
        add(name, dataclasses.asdict(kind()))
    add("open_clip.CLIP", parameters(open_clip.CLIP.__init__) | parameters(open_clip.CustomTextCLIP.__init__))
    keys = {key for name in open_clip.list_models() for key in open_clip.get_model_config(name)}
    for part, name in (("vision_cfg", "open_clip.CLIPVisionCfg"), ("text_cfg", "open_clip.CLIPTextCfg")):
        add(name, {key: {} for model in open_clip.list_models() for key in open_clip.get_model_config(model).get(part, {})})
    add("open_clip.CLIP", {key: {} for key in keys})
    add("open_clip_config", {"model_cfg": {}, "preprocess_cfg": {}})


def of_sentence_transformers():
    add("sentence_transformers.Transformer", {key: {} for key in Transformer.config_keys} | dict(
        max_seq_length=None, do_lower_case=False, model_args={}, tokenizer_args={}, config_args={}))
    add("sentence_transformers.Pooling", {key: {} for key in pooling.Pooling.config_keys} | {key: {} for key in pooling._LEGACY_POOLING_MODE_KWARGS}
        | {key: {} for key in pooling.Pooling.config_key_renames})
    for name, kind in (("sentence_transformers.Dense", Dense), ("sentence_transformers.Normalize", Normalize)):
        add(name, {key: {} for key in kind.config_keys})
    with tempfile.TemporaryDirectory() as folder:
        sentence_transformers.SentenceTransformer(modules=[pooling.Pooling(3)], device="cpu").save(folder)
        add("SentenceTransformer", {key: {} for key in json.loads(pathlib.Path(folder, "config_sentence_transformers.json").read_text())}
            | {"truncate_dim": {}})


def architectures():
    transformers_, nets = {}, {}
    for name in timm.list_models():
        module = timm.models._registry._model_to_module[name]
        if module not in ("vision_transformer", "deit", "efficientnet"):
            continue
        with torch.device("meta"):
            model = timm.create_model(name)
        if isinstance(model, EfficientNet) and ("efficientnet_b" in name or "efficientnet_l" in name):
            stem = model.conv_stem
            nets[name] = [type(stem).__name__ == "Conv2dSame", model.bn1.eps]
        if not isinstance(model, VisionTransformer) or model.cls_token is None or "dist_token" in model.state_dict():
            continue
        block = model.blocks[0]
        if type(block) is not Block or type(block.attn).__name__ != "Attention" or type(block.norm1).__name__ != "LayerNorm":
            continue
        gated = type(block.mlp).__name__ != "Mlp"
        transformers_[name] = [model.embed_dim, block.attn.num_heads, "gated" if gated else type(block.mlp.act).__name__, block.norm1.eps]
    return dict(transformers=transformers_, efficientnets=nets)


of_transformers()
of_timm()
of_open_clip()
of_sentence_transformers()
FIXTURES.mkdir(parents=True, exist_ok=True)
(FIXTURES / "fields.json").write_text(json.dumps(fields, indent=0, sort_keys=True, default=lambda _: {}))
(FIXTURES / "architectures.json").write_text(json.dumps(architectures(), sort_keys=True))
