"""Fresh random checkpoints of many variants of every family: each agrees layer by layer with its library, or is refused.

Run: python fresh_checkpoints.py make FOLDER [SEED]        with the reference libraries (torch 2.15.0, timm 1.0.31,
         transformers 5.24.0, open_clip_torch 3.3.0, sentence-transformers 6.2.0, safetensors 0.8.0)
then: .venv/bin/python Tests/Oracles/fresh_checkpoints.py compare FOLDER        with the installed kernel.
`make` writes for each case a folder with the model as users save it and reference.safetensors; `compare` prints a line for each case
and fails if one disagrees by more than 1e-4 of a layer's largest number. A refusal is printed with its sentence, to be read.
"""
import json
import math
import os
import pathlib
import shutil
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
TEXTS = ["the water of the people", "", "Unbelievable! 3.14 café words", "one two three four five six seven eight"]


def make(folder, seed):
    import numpy
    import open_clip
    import sentence_transformers
    import timm
    import torch
    import transformers
    from safetensors.torch import save_file
    T = transformers
    folder.mkdir(parents=True, exist_ok=True)
    cases = []
    tokenizers = ROOT / "Tests/Library/FoundationModels/Fixtures/encoders/bert/tokenizer.json"
    clip_files = ROOT / "Tests/Library/FoundationModels/Fixtures/towers/clip"
    byte_file = ROOT / "Tests/Library/FoundationModels/Fixtures/towers/roberta/tokenizer.json"

    def randomize(model, size=0.8):
        generator = torch.Generator().manual_seed(seed + len(cases))
        with torch.no_grad():
            for name, parameter in model.named_parameters():
                if parameter.numel() == 0:
                    continue
                noise = torch.randn(parameter.shape, generator=generator)
                is_scale = parameter.ndim == 1 and name.endswith("weight")
                scale = 0.2 if parameter.ndim < 2 else size / math.sqrt(parameter[0].numel())
                if any(part in name for part in ("pos", "token", "class_emb")) and parameter.ndim > 1:
                    scale = 0.5
                parameter.copy_((1 if is_scale else 0) + scale * noise)
            for name, buffer in model.named_buffers():
                if name.endswith("running_var"):
                    buffer.copy_(1 + 0.3 * torch.rand(buffer.shape, generator=generator))
                elif name.endswith("running_mean"):
                    buffer.copy_(0.1 * torch.randn(buffer.shape, generator=generator))
        return model.eval()

    def images(height, width):
        return torch.randn(2, 3, height, width, generator=torch.Generator().manual_seed(height * width))

    def hooked(model, names, run):
        found, handles = {}, []
        for short, name in names.items():
            def keep(module, _, output, short=short):
                found[short] = output[0] if isinstance(output, tuple) else output
            handles.append(model.get_submodule(name).register_forward_hook(keep))
        with torch.no_grad():
            result = run()
        for handle in handles:
            handle.remove()
        return found, result

    def half(model, kind):
        """The model whose weights a file of that type can hold, still computing in float32."""
        with torch.no_grad():
            for value in list(model.parameters()) + list(model.buffers()):
                if value.is_floating_point():
                    value.copy_(value.to(kind).float())
        return model

    def case(name, kind, states, load=None, **more):
        place = folder / name
        place.mkdir(parents=True, exist_ok=True)
        save_file({key: value.detach().float().contiguous() for key, value in states.items()}, place / "reference.safetensors")
        cases.append(dict(name=name, kind=kind, load=load or "model", **more))

    def place_of(name):
        place = folder / name / "model"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        return place

    def save(model, name, how, tokenizer=None, config=None):
        """Saves a model of transformers as users do."""
        place = place_of(name)
        if how in ("float16", "bfloat16"):
            half(model, getattr(torch, how))
            model.to(getattr(torch, how)).save_pretrained(place)
            model.float()
        elif how == "pretrained":
            model.save_pretrained(place)
        else:
            model.config.save_pretrained(place)
            torch.save({how.removeprefix("state:") + key: value for key, value in model.state_dict().items()}, place / "pytorch_model.bin")
        for key, value in (config or {}).items():
            content = json.loads((place / "config.json").read_text())
            content[key] = value
            (place / "config.json").write_text(json.dumps(content))
        if tokenizer is not None:
            for file in tokenizer:
                shutil.copy(file, place)
        return place

    WAYS = ["pretrained", "float16", "bfloat16", "state:", "state:module.", "state:_orig_mod.", "state:0.auto_model."]

    # Text encoders.
    def text_case(name, build, config, how, tokenizer, extra=None, **more):
        model = randomize(build(config))
        place = save(model, name, how, [tokenizer], extra)
        tokens = T.PreTrainedTokenizerFast(tokenizer_file=str(tokenizer))
        base = getattr(model, model.base_model_prefix, model)
        states = {}
        with torch.no_grad():
            for number, text in enumerate(TEXTS):
                ids = torch.tensor([tokens(text)["input_ids"][:20] if len(tokens(text)["input_ids"]) > 20 else tokens(text)["input_ids"]])
                if ids.shape[1] == 0:
                    continue
                output = base(input_ids=ids, output_hidden_states=True)
                for layer, state in enumerate(output.hidden_states):
                    states[f"{number} " + ("embeddings" if layer == 0 else f"layer {layer - 1}")] = state[0]
        case(name, "text", states, **more)
        return place

    small = dict(hidden_size=36, num_hidden_layers=2, num_attention_heads=3, intermediate_size=50)
    bert = dict(vocab_size=1500, max_position_embeddings=64, **small)
    number = 0
    for act in ("gelu", "gelu_new", "gelu_fast", "gelu_python", "gelu_pytorch_tanh", "gelu_accurate", "gelu_python_tanh", "relu", "silu",
                "swish", "quick_gelu", "tanh", "mish", "gelu_10", "relu2", "leaky_relu", "linear"):
        text_case(f"bert-{act}", lambda c: T.BertModel(c), T.BertConfig(hidden_act=act, layer_norm_eps=[1e-12, 1e-5, 1e-3][number % 3],
                  type_vocab_size=1 + number % 3, **bert), WAYS[number % len(WAYS)], tokenizers)
        number += 1
    for build in (T.BertForMaskedLM, T.BertForPreTraining, T.BertForSequenceClassification, T.BertForTokenClassification,
                  T.BertForQuestionAnswering, T.BertLMHeadModel):
        text_case(f"bert-{build.__name__}", build, T.BertConfig(num_labels=5, is_decoder=build is T.BertLMHeadModel, **bert),
                  WAYS[number % len(WAYS)], tokenizers)
        number += 1
    text_case("bert-tall", lambda c: T.BertModel(c), T.BertConfig(**{**bert, "hidden_size": 24, "num_attention_heads": 8, "num_hidden_layers": 4}),
              "pretrained", tokenizers)
    text_case("bert-chunked", lambda c: T.BertModel(c), T.BertConfig(chunk_size_feed_forward=0, **bert), "pretrained", tokenizers,
              dict(chunk_size_feed_forward=1, something_new=3))
    for pad in (0, 1, 3):
        text_case(f"roberta-pad{pad}", lambda c: T.RobertaModel(c), T.RobertaConfig(pad_token_id=pad, **{**bert, "vocab_size": 1210}, type_vocab_size=1,
                  layer_norm_eps=1e-5), WAYS[pad], byte_file)
    text_case("roberta-lm", lambda c: T.RobertaForMaskedLM(c), T.RobertaConfig(**{**bert, "vocab_size": 1210}), "state:module.", byte_file)
    for number, act in enumerate(("gelu", "relu", "silu")):
        text_case(f"distilbert-{act}", [T.DistilBertModel, T.DistilBertForMaskedLM, T.DistilBertForSequenceClassification][number],
                  T.DistilBertConfig(vocab_size=1500, dim=36, n_layers=3, n_heads=3, hidden_dim=50, max_position_embeddings=64, activation=act,
                                     sinusoidal_pos_embds=number == 2), WAYS[number + 2], tokenizers)

    # Vision transformers of transformers.
    def vision_case(name, model, batch, how, **more):
        randomize(model)
        save(model, name, how)
        base = getattr(model, model.base_model_prefix, model)
        with torch.no_grad():
            hidden = base(pixel_values=batch, output_hidden_states=True).hidden_states
            states = {"images": batch, "embeddings": hidden[0], "norm": base.layernorm(hidden[-1])}
            states |= {f"block {block}": state for block, state in enumerate(hidden[1:])}
        case(name, "image", states, **more)

    for number, (act, bias, size) in enumerate((("gelu", True, 24), ("gelu_new", False, 24), ("relu", True, [16, 40]), ("quick_gelu", True, [40, 16]), ("silu", False, 32),
                                                ("tanh", True, 24))):
        config = T.ViTConfig(hidden_act=act, qkv_bias=bias, image_size=size, patch_size=8, layer_norm_eps=[1e-12, 1e-3][number % 2], **small)
        side = size if isinstance(size, list) else [size, size]
        for how in ("pretrained", "state:", "state:module.", "float16"):
            build = T.ViTForImageClassification if how == "state:module." else T.ViTModel
            vision_case(f"vit-{number}-{how.replace(':', '-')}", build(config), images(*side), how)
    for number, (swiglu, registers, size) in enumerate(((False, None, 40), (True, None, 40), (False, 0, 40), (False, 3, 32), (True, 4, 32), (False, 2, 24))):
        shared = dict(hidden_size=36, num_hidden_layers=2, num_attention_heads=3, mlp_ratio=2, patch_size=8, image_size=size, use_swiglu_ffn=swiglu,
                      qkv_bias=number != 5, layer_norm_eps=[1e-6, 1e-3][number % 2])
        for how in ("pretrained", "state:", "bfloat16"):
            if registers is None:
                model = (T.Dinov2ForImageClassification if how == "state:" else T.Dinov2Model)(T.Dinov2Config(**shared))
            else:
                model = T.Dinov2WithRegistersModel(T.Dinov2WithRegistersConfig(num_register_tokens=registers, **shared))
            vision_case(f"dinov2-{number}-{how.replace(':', '-')}", model, images(size, size), how)

    # CLIP of transformers.
    text = dict(vocab_size=1302, max_position_embeddings=30, bos_token_id=1300, eos_token_id=1301, hidden_size=32, num_hidden_layers=2,
                num_attention_heads=2, intermediate_size=44)
    vision = dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=44, image_size=24, patch_size=8)
    tokens = T.CLIPTokenizer.from_pretrained(str(clip_files))
    for number, (act, eps, end) in enumerate((("quick_gelu", 1e-5, 1301), ("gelu", 1e-3, 2), ("gelu_new", 1e-6, 1301))):
        for build in (T.CLIPModel, T.CLIPTextModel, T.CLIPTextModelWithProjection, T.CLIPVisionModel, T.CLIPVisionModelWithProjection):
            for how in ("pretrained", ["state:", "state:module.", "float16"][number]):
                name = f"clip-{number}-{build.__name__}-{how.replace(':', '-')}"
                t = T.CLIPTextConfig(**{**text, "eos_token_id": end}, hidden_act=act, layer_norm_eps=eps, projection_dim=20)
                v = T.CLIPVisionConfig(**vision, hidden_act=act, layer_norm_eps=eps, projection_dim=20)
                whole = T.CLIPConfig(text_config=t.to_dict(), vision_config=v.to_dict(), projection_dim=20)
                model = randomize(build(whole if build is T.CLIPModel else t if "Text" in build.__name__ else v))
                place = save(model, name, how, [clip_files / "vocab.json", clip_files / "merges.txt"])
                states = {}
                with torch.no_grad():
                    if "Vision" not in build.__name__:
                        for n, sentence in enumerate(TEXTS):
                            ids = torch.tensor([tokens(sentence)["input_ids"]])[:, :30]
                            part = getattr(model, "text_model", model)
                            output = part(input_ids=ids, output_hidden_states=True)
                            for layer, state in enumerate(output.hidden_states):
                                states[f"{n} " + ("embeddings" if layer == 0 else f"layer {layer - 1}")] = state[0]
                            states[f"{n} final norm"] = part.final_layer_norm(output.hidden_states[-1])[0]
                            if hasattr(model, "text_projection"):
                                states[f"{n} projection"] = model.text_projection(output.pooler_output)
                        case(name, "text", states)
                    if "Text" not in build.__name__:
                        part = getattr(model, "vision_model", model)
                        batch = images(24, 24)
                        output = part(pixel_values=batch, output_hidden_states=True)
                        states = {"images": batch, "embeddings": output.hidden_states[0], "norm": output.pooler_output}
                        states |= {f"block {block}": state for block, state in enumerate(output.hidden_states[1:])}
                        if hasattr(model, "visual_projection"):
                            states["projection"] = model.visual_projection(output.pooler_output)
                        shutil.copytree(folder / name / "model", folder / (name + "-image") / "model", dirs_exist_ok=True)
                        case(name + "-image", "image", states)

    # open_clip.
    def open_clip_case(name, vision_more=None, text_more=None, how="file", **model_more):
        v = dict(image_size=24, layers=2, width=64, head_width=32, patch_size=8, mlp_ratio=1.5) | (vision_more or {})
        t = dict(context_length=20, vocab_size=1302, width=32, heads=2, layers=2, mlp_ratio=1.5) | (text_more or {})
        config = dict(embed_dim=20, vision_cfg=v, text_cfg=t, **model_more)
        kind = open_clip.CustomTextCLIP if model_more.pop("custom_text", False) else open_clip.CLIP
        try:
            model = randomize(kind(20, v, t, **{k: x for k, x in model_more.items() if k in ("quick_gelu", "init_logit_bias")}))
        except Exception as error:
            return print(f"open_clip makes no {name}: {error}")
        place = place_of(name)
        (place / "open_clip_config.json").write_text(json.dumps(dict(model_cfg=config, preprocess_cfg={})))
        state = {key: value for key, value in model.state_dict().items()}
        if how == "file":
            save_file({k: x.contiguous() for k, x in state.items()}, place / "open_clip_model.safetensors")
        else:
            torch.save({"state_dict": {how + k: x for k, x in state.items()}, "epoch": 3}, place / "open_clip_pytorch_model.bin")
        for file in ("vocab.json", "merges.txt"):
            shutil.copy(clip_files / file, place)
        size = model.visual.image_size
        batch = images(*(size if isinstance(size, (tuple, list)) else (size, size)))
        blocks = {f"block {b}": f"visual.transformer.resblocks.{b}" for b in range(2)}
        found, projection = hooked(model, blocks | {"embeddings": "visual.ln_pre"}, lambda: model.encode_image(batch))
        if isinstance(model.visual.ln_pre, torch.nn.Identity):
            del found["embeddings"]
        case(name, "image", found | {"images": batch, "projection": projection})
        other = name + "-text"
        shutil.copytree(place, folder / other / "model", dirs_exist_ok=True)
        text_part = getattr(model, "text", model)
        states = {}
        for n, sentence in enumerate(TEXTS):
            ids = tokens(sentence)["input_ids"][:20]
            padded = torch.tensor([ids + [0] * (20 - len(ids))])
            prefix = "text." if hasattr(model, "text") else ""
            found, projection = hooked(model, {f"layer {b}": f"{prefix}transformer.resblocks.{b}" for b in range(2)},
                                       lambda: model.encode_text(padded))
            states |= {f"{n} {key}": (value[0] if value.shape[0] == 1 else value[:, 0])[:len(ids)] for key, value in found.items()}
            states[f"{n} projection"] = projection
        case(other, "text", states)

    open_clip_case("open-clip")
    open_clip_case("open-clip-quick", quick_gelu=True, how="module.")
    open_clip_case("open-clip-custom", custom_text=True, how="module.")
    open_clip_case("open-clip-custom-file", custom_text=True, how="_orig_mod.")
    open_clip_case("open-clip-eps", dict(norm_kwargs=dict(eps=1e-2)), dict(norm_kwargs=dict(eps=1e-3)))
    open_clip_case("open-clip-tanh", dict(act_kwargs=dict(approximate="tanh")), dict(act_kwargs=dict(approximate="tanh")))
    open_clip_case("open-clip-scales", dict(ls_init_value=0.1))
    open_clip_case("open-clip-text-scales", None, dict(ls_init_value=0.1))
    open_clip_case("open-clip-dropout", dict(patch_dropout=0.5))
    open_clip_case("open-clip-sincos", dict(pos_embed_type="sin_cos_2d"))
    open_clip_case("open-clip-no-ln-pre", dict(no_ln_pre=True))
    open_clip_case("open-clip-wide", {"image_size": [16, 40]})
    for key, value in dict(final_ln_after_pool=True, pool_type="avg", qk_norm=True, scale_heads=True, scale_attn=True,
                           scale_fc=True, scale_attn_inner=True, output_tokens=False).items():
        open_clip_case(f"open-clip-vision-{key}", {key: value})
    open_clip_case("open-clip-vision-attentional", dict(attentional_pool=True, attn_pooler_heads=4, attn_pooler_queries=3))
    for key, value in dict(embed_cls=True, no_causal_mask=True, pool_type="first", proj_bias=True, proj_type="none", pad_id=3,
                           final_ln_after_pool=True, qk_norm=True).items():
        open_clip_case(f"open-clip-text-{key}", None, {key: value}, custom_text=True)
    open_clip_case("open-clip-bias", init_logit_bias=-10)

    # timm.
    def timm_layers(model, batch):
        names = {"embeddings": "norm_pre"} | {f"block {b}": f"blocks.{b}" for b in range(len(model.blocks))}
        for short, name in (("norm", "norm"), ("norm", "fc_norm"), ("head", "head")):
            if not isinstance(getattr(model, name), torch.nn.Identity):
                names[short] = name
        return hooked(model, names, lambda: model(batch))[0]

    def timm_case(name, architecture, saved="hub", prefix="", file="model.pth", argument=False, config=None, **options):
        options = {**dict(embed_dim=64, depth=2, num_heads=1, img_size=32, patch_size=8), **options}
        options = {k: v for k, v in options.items() if v is not None}
        try:
            model = randomize(timm.create_model(architecture, **options))
        except Exception as error:
            return print(f"timm makes no {name}: {error}")
        place = place_of(name)
        size = model.patch_embed.img_size if hasattr(model, "patch_embed") else (options["img_size"],) * 2
        load = "model"
        if saved == "hub":
            pretrained = dict(model.pretrained_cfg)
            pretrained["input_size"] = [3, *size]
            args = {k: v for k, v in options.items() if not callable(v)}
            timm.models.save_for_hf(model, place, model_args=args)
            content = json.loads((place / "config.json").read_text())
            content["pretrained_cfg"]["input_size"] = [3, *size]
            content |= config or {}
            (place / "config.json").write_text(json.dumps(content))
        else:
            state = {prefix + key: value for key, value in model.state_dict().items()}
            torch.save({"state_dict": state, "epoch": 1} if saved == "training" else state, place / file)
            load = f"model/{file}"
        batch = images(*size)
        case(name, "image", timm_layers(model, batch) | {"images": batch}, load,
             architecture=architecture if argument else None)

    timm_case("timm-plain", "vit_base_patch16_224")
    timm_case("timm-file", "vit_base_patch16_224", saved="file")
    timm_case("timm-tar", "vit_base_patch16_224", saved="training", file="checkpoint.pth.tar", prefix="module.")
    timm_case("timm-ckpt", "vit_base_patch16_224", saved="training", file="last.ckpt", prefix="model.")
    timm_case("timm-wide", "vit_base_patch16_224", img_size=(16, 48))
    timm_case("timm-wide-square", "vit_base_patch16_224", img_size=(16, 64))
    timm_case("timm-heads", "vit_base_patch16_224", num_heads=8)
    for act in ("gelu_tanh", "quick_gelu", "relu", "silu", "tanh", "mish"):
        timm_case(f"timm-{act}", "vit_base_patch16_224", act_layer=act)
    timm_case("timm-layernorm", "vit_base_patch16_clip_224", norm_layer="layernorm")
    timm_case("timm-rmsnorm", "vit_base_patch16_224", norm_layer="rmsnorm")
    for pool in ("avg", "max", "map", "avgmax", ""):
        timm_case(f"timm-pool-{pool}", "vit_base_patch16_224", global_pool=pool, num_classes=7)
        timm_case(f"timm-pool-{pool}-plain", "vit_base_patch16_224", global_pool=pool, num_classes=0)
    timm_case("timm-avg-no-fc-norm", "vit_base_patch16_224", global_pool="avg", fc_norm=False)
    timm_case("timm-token-fc-norm", "vit_base_patch16_224", fc_norm=True)
    timm_case("timm-prefix", "vit_base_patch16_224", global_pool="avg", pool_include_prefix=True)
    timm_case("timm-no-final-norm", "vit_base_patch16_224", final_norm=False)
    for key, value in dict(qkv_bias=False, proj_bias=False, qk_norm=True, init_values=0.1, class_token=False, no_embed_class=True, reg_tokens=3,
                           pre_norm=True, scale_attn_norm=True, scale_mlp_norm=True, dynamic_img_size=True, pos_embed="none").items():
        timm_case(f"timm-{key}", "vit_base_patch16_224", **{key: value})
        timm_case(f"timm-{key}-file", "vit_base_patch16_224", saved="file", **{key: value})
    timm_case("timm-clip", "vit_base_patch16_clip_224")
    timm_case("timm-clip-quick", "vit_base_patch16_clip_quickgelu_224")
    timm_case("timm-clip-file", "vit_base_patch16_clip_quickgelu_224", saved="file")
    timm_case("timm-clip-named", "vit_base_patch16_clip_quickgelu_224", saved="file", argument=True)
    timm_case("timm-beit3", "beit3_base_patch16_224")
    timm_case("timm-dinov2", "vit_base_patch14_dinov2", patch_size=14, img_size=56)
    timm_case("timm-dinov2-reg", "vit_base_patch14_reg4_dinov2", patch_size=14, img_size=56)
    timm_case("timm-giant", "vit_giant_patch14_dinov2", patch_size=14, img_size=56, mlp_ratio=2.0)
    timm_case("timm-eva-clip", "eva_large_patch14_196", patch_size=14, img_size=56)
    timm_case("timm-deit3", "deit3_base_patch16_224")
    timm_case("timm-distilled", "deit_base_distilled_patch16_224")
    timm_case("timm-siglip", "vit_base_patch16_siglip_224")
    timm_case("timm-gap", "vit_base_patch16_siglip_gap_224")
    timm_case("timm-parallel", "vit_base_patch16_18x2_224")
    timm_case("timm-xp", "vit_base_patch16_xp_224")
    timm_case("timm-rpn", "vit_base_patch16_rpn_224")
    timm_case("timm-test", "test_vit", num_heads=None, embed_dim=None, depth=None, patch_size=None, img_size=160)
    timm_case("timm-radio", "vit_base_patch16_radio_v3")

    def plain_file(name, model, file="weights.pth", **more):
        """Weights of other architectures, in a file alone; they must not be taken for another's."""
        place = place_of(name)
        torch.save(model.state_dict(), place / file)
        case(name, "image", {"images": images(32, 32), "nothing": torch.zeros(1)}, f"model/{file}", **more)

    for name, options in dict(beit_base_patch16_224=dict(embed_dim=64, depth=2, num_heads=2, img_size=32), eva02_tiny_patch14_224=dict(img_size=28),
                              vit_small_patch16_dinov3=dict(embed_dim=64, depth=2, num_heads=2, img_size=32), swin_tiny_patch4_window7_224={}, convnext_atto={},
                              mobilenetv3_small_050={}, xcit_nano_12_p16_224={}, cait_xxs24_224={}, levit_128s={}, mixer_s32_224={}, efficientnet_es={},
                              densenet121={}, regnetx_002={}, vgg11={}, inception_v3={}).items():
        try:
            model = timm.create_model(name, **options)
        except Exception as error:
            print(f"timm makes no {name}: {error}")
            continue
        plain_file("other-" + name, model)

    # Convolutional networks.
    def conv_case(name, model, names, size, config=None, file="model.pth", prefix="", **more):
        randomize(model)
        place = place_of(name)
        batch = images(*size)
        found, _ = hooked(model, names, lambda: model(batch))
        load = f"model/{file}"
        torch.save({prefix + key: value for key, value in model.state_dict().items()}, place / file)
        if config is not None:
            (place / "config.json").write_text(json.dumps({**config, "pretrained_cfg": dict(input_size=[3, *size])}))
            load = "model"
        case(name, "image", found | {"images": batch}, load, **more)

    def resnet(layers, block=timm.models.resnet.BasicBlock, **more):
        return timm.models.resnet.ResNet(block, layers, num_classes=5, **more)

    stages = {f"layer{s}": f"layer{s}" for s in range(1, 5)} | {"fc": "fc"}
    Bottleneck = timm.models.resnet.Bottleneck
    for name, model, options in (
        ("resnet", resnet([2, 1, 1, 2]), {}), ("resnet-bottleneck", resnet([1, 2, 1, 1], Bottleneck), {}),
        ("resnet-stride", resnet([1, 1, 1, 1], output_stride=16), dict(model_args=dict(output_stride=16))),
        ("resnet-blur", resnet([1, 1, 1, 1], aa_layer=timm.layers.BlurPool2d), dict(architecture="resnetblur18")),
        ("resnet-aa", resnet([1, 1, 1, 1], Bottleneck, aa_layer=torch.nn.AvgPool2d), dict(architecture="resnetaa50")),
        ("resnet-silu", resnet([1, 1, 1, 1], act_layer=torch.nn.SiLU), dict(model_args=dict(act_layer="silu"))),
        ("resnet-groups", resnet([1, 1, 1, 1], Bottleneck, cardinality=4, base_width=16), {}),
        ("resnet-wide", resnet([1, 1, 1, 1], Bottleneck, base_width=128), {}),
        ("resnet-deep", resnet([1, 1, 1, 1], stem_type="deep"), {}), ("resnet-avgdown", resnet([1, 1, 1, 1], avg_down=True), {}),
        ("resnet-se", resnet([1, 1, 1, 1], block_args=dict(attn_layer="se")), {}), ("resnet-max", resnet([1, 1, 1, 1], global_pool="max"), dict(global_pool="max")),
    ):
        conv_case(name, model, stages, (64, 64), dict(architecture="resnet18") | options)
    conv_case("resnet-file", resnet([1, 1, 1, 1]), stages, (224, 224), prefix="module.")

    from timm.models.efficientnet import _gen_efficientnet, _gen_efficientnet_lite
    ends = {f"blocks.{s}": f"blocks.{s}" for s in range(7)} | {"head": "bn2", "classifier": "classifier"}
    tensorflow = dict(bn_eps=1e-3, pad_type="same")
    multipliers = dict(channel_multiplier=0.3, depth_multiplier=0.7)
    for name, options, config in (
        ("efficientnet", {}, dict(architecture="efficientnet_b0", model_args=multipliers)),
        ("efficientnet-tf", tensorflow, dict(architecture="tf_efficientnet_b0", model_args=multipliers)),
        ("efficientnet-arguments", tensorflow, dict(architecture="efficientnet_b0", model_args={**multipliers, **tensorflow})),
        ("efficientnet-bn-tf", dict(bn_eps=1e-3), dict(architecture="efficientnet_b0", model_args={**multipliers, "bn_tf": True})),
        ("efficientnet-relu", dict(act_layer=torch.nn.ReLU), dict(architecture="efficientnet_b0", model_args={**multipliers, "act_layer": "relu"})),
        ("efficientnet-unknown", {}, dict(architecture="my_model", model_args=multipliers)),
    ):
        conv_case(name, _gen_efficientnet("efficientnet_b0", num_classes=5, **multipliers, **options), ends, (64, 80), config)
    # Without a configuration the sizes are those of the paper.
    SIZES = {"efficientnet_b1": (240, 240), "efficientnet_b2": (260, 260)}
    for name in ("efficientnet_b0", "efficientnet_b1", "efficientnet_b2", "tf_efficientnet_b2", "tf_efficientnet_lite2", "tf_efficientnet_lite1",
                 "efficientnet_lite0", "tf_efficientnet_b3"):
        model = timm.create_model(name, num_classes=5)
        size = timm.data.resolve_model_data_config(model)["input_size"][1:]
        conv_case(f"{name}-file", model, ends, size, file="my_model.pth")
        conv_case(f"{name}-named", model, ends, SIZES.get(name, size), file="tf_efficientnet_b0.pth", architecture=name)
    import torchvision
    for name in ("resnet18", "resnet50", "alexnet", "wide_resnet50_2", "resnext50_32x4d"):
        model = getattr(torchvision.models, name)(num_classes=5)
        names = {"features.2": "features.2", "classifier.6": "classifier.6"} if name == "alexnet" else stages
        conv_case(f"torchvision-{name}", model, names, (224, 224))

    # sentence-transformers.
    from sentence_transformers.sentence_transformer.modules import Dense, Normalize, Pooling, Transformer
    source = place_of("st-source")
    T.BertModel(T.BertConfig(**bert)).save_pretrained(source)
    shutil.copy(tokenizers, source)
    (source / "tokenizer_config.json").write_text(json.dumps(dict(tokenizer_class="BertTokenizer", do_lower_case=True)))
    for mode in ("cls", "mean", "max", "lasttoken", "mean_sqrt_len_tokens", "weightedmean", ["cls", "mean"]):
        for behind in (False, True)[:1 if isinstance(mode, list) else 2]:
            name = f"st-{mode if isinstance(mode, str) else '+'.join(mode)}{'-dense' if behind else ''}"
            encoder = Transformer(str(source))
            randomize(encoder.model)
            encoder.max_seq_length = 8 if behind else 64
            model = sentence_transformers.SentenceTransformer(modules=[encoder, Pooling(36, mode)] + ([Dense(36, 9), Normalize()] if behind else []), device="cpu")
            model.save(str(place_of(name)))
            pooled = sentence_transformers.SentenceTransformer(modules=[encoder, model[1]], device="cpu")
            states = {"layer 1": torch.tensor(pooled.encode(TEXTS))}
            if behind and mode in ("cls", "mean", "max", "lasttoken"):
                states["embedding"] = torch.tensor(model.encode(TEXTS))
            case(name, "pooled", states)

    # Image processors.
    from PIL import Image
    random = numpy.random.default_rng(seed)
    photo = Image.fromarray(numpy.kron(random.integers(0, 256, (9, 13, 3)), numpy.ones((5, 5, 1))).astype(numpy.uint8))
    photo.save(folder / "photo.png")
    vit = T.ViTConfig(image_size=24, patch_size=8, **small)
    clip = T.CLIPVisionConfig(**vision)
    dino = T.Dinov2Config(hidden_size=36, num_hidden_layers=1, num_attention_heads=3, patch_size=8, image_size=24)

    def pixels(name, kind, config, **options):
        processor = kind(**{**dict(size=24), **({} if kind is T.ViTImageProcessor else dict(crop_size=24)), **options})
        place = place_of(name)
        model = {T.ViTImageProcessor: T.ViTModel, T.CLIPImageProcessor: T.CLIPVisionModel, T.BitImageProcessor: T.Dinov2Model}[kind](config)
        model.save_pretrained(place)
        processor.save_pretrained(place)
        try:
            made = T.AutoImageProcessor.from_pretrained(place)(photo, return_tensors="pt")["pixel_values"][0]
        except Exception as error:
            return print(f"transformers makes no {name}: {error}")
        case(name, "pixels", {"pixels": made})

    for kind, config in ((T.ViTImageProcessor, vit), (T.CLIPImageProcessor, clip), (T.BitImageProcessor, dino)):
        for key, options in dict(
            plain={}, unnormalized=dict(do_normalize=False), unscaled=dict(do_rescale=False), raw=dict(do_rescale=False, do_normalize=False),
            factor=dict(rescale_factor=1 / 127.5), bilinear=dict(resample=2), bicubic=dict(resample=3), nearest=dict(resample=0), lanczos=dict(resample=1),
            unresized=dict(do_resize=False), uncropped=dict(do_center_crop=False), means=dict(image_mean=[0.1, 0.2, 0.3], image_std=[0.9, 0.8, 0.7]),
            cropped=dict(do_center_crop=True, crop_size=dict(height=24, width=16)), large=dict(size=dict(shortest_edge=30)), exact=dict(size=dict(height=24, width=24)),
            small=dict(size=dict(shortest_edge=20)), unresized_cropped=dict(do_resize=False, do_center_crop=True, crop_size=24),
            longest=dict(size=dict(shortest_edge=24, longest_edge=30)), padded=dict(do_pad=True),
        ).items():
            try:
                pixels(f"pixels-{kind.__name__}-{key}", kind, config, **options)
            except Exception as error:
                print(f"transformers makes no {kind.__name__} {key}: {error}")

    def timm_pixels(name, size, **options):
        model = timm.create_model("vit_base_patch16_224", embed_dim=64, depth=1, num_heads=1, img_size=size, patch_size=8, num_classes=0)
        place = place_of(name)
        timm.models.save_for_hf(model, place)
        content = json.loads((place / "config.json").read_text())
        content["pretrained_cfg"] = dict(input_size=[3, *size], **options)
        (place / "config.json").write_text(json.dumps(content))
        data = timm.data.resolve_data_config(pretrained_cfg=content["pretrained_cfg"])
        case(name, "pixels", {"pixels": timm.data.create_transform(**data)(photo)})

    for key, options in dict(plain={}, bilinear=dict(interpolation="bilinear"), nearest=dict(interpolation="nearest"), pct=dict(crop_pct=0.8), whole=dict(crop_pct=1.0),
                             squash=dict(crop_mode="squash", crop_pct=1.0), squash_crop=dict(crop_mode="squash", crop_pct=0.9), border=dict(crop_mode="border"),
                             means=dict(mean=[0.5] * 3, std=[0.5] * 3)).items():
        for size in ((24, 24), (16, 40), (40, 16)):
            timm_pixels(f"pixels-timm-{key}-{size[0]}", size, **options)

    def open_clip_pixels(name, size, **options):
        place = place_of(name)
        v = dict(image_size=list(size), layers=1, width=64, head_width=32, patch_size=8)
        model = open_clip.CLIP(20, v, dict(context_length=20, vocab_size=1302, width=32, heads=2, layers=1))
        save_file({k: x.contiguous() for k, x in model.state_dict().items()}, place / "open_clip_model.safetensors")
        (place / "open_clip_config.json").write_text(json.dumps(dict(model_cfg=dict(embed_dim=20, vision_cfg=v, text_cfg=dict(
            context_length=20, vocab_size=1302, width=32, heads=2, layers=1)), preprocess_cfg=options)))
        transform = open_clip.transform.image_transform_v2(open_clip.transform.PreprocessCfg(**{"size": size, **options}), is_train=False)
        case(name, "pixels", {"pixels": transform(photo)})

    for key, options in dict(plain={}, squash=dict(resize_mode="squash"), longest=dict(resize_mode="longest"), bilinear=dict(interpolation="bilinear"),
                             means=dict(mean=[0.5] * 3, std=[0.25] * 3)).items():
        for size in ((24, 24), (16, 40)):
            open_clip_pixels(f"pixels-open-clip-{key}-{size[0]}", size, **options)
    (folder / "cases.json").write_text(json.dumps(cases, indent=0))
    print(len(cases), "cases")


SWIFT = r"""
func worst(_ found: [Float], _ expected: [Float]) -> Float {
    guard found.count == expected.count else { return .infinity }
    let scale = expected.map { abs($0) }.max() ?? 0
    return zip(found, expected).map { $0.isFinite ? abs($0 - $1) / max(scale, 1e-30) : .infinity }.max() ?? .infinity
}
func check(_ folder: String, _ kind: String, _ load: String, _ architecture: String?, _ texts: [String], _ photo: String) throws -> String {
    let reference = try Safetensors.open(URL(fileURLWithPath: folder + "/reference.safetensors"))
    func expected(_ name: String) throws -> Tensor<Float> { try reference.tensor(name) }
    let model = try FoundationModel.load(folder + "/" + load, architecture: architecture)
    var result = (error: Float(0), layer: "", count: 0)
    func note(_ error: Float, _ layer: String) {
        result.count += 1
        if !(error <= result.error) { (result.error, result.layer) = (error, layer) }
    }
    switch kind {
    case "pixels":
        let tower = try model.image
        let image = try RGBImage.open(URL(fileURLWithPath: photo))
        let planes = tower.transform.planes(of: try tower.transform.apply(image, size: tower.imageSize))
        // torchvision resizes in another arithmetic than Pillow: a pixel may come out one or two of 256 steps away.
        let error = worst(planes.elements, try expected("pixels").elements)
        note(error < 0.016 ? error / 1000 : error, "pixels")
    case "image":
        let images = try expected("images")
        var tower = try model.image
        if tower.imageSize != ImageSize(height: images.shape[2], width: images.shape[3]) { return "disagrees: takes \(tower.imageSize)" }
        for name in reference.names where name != "images" {
            let states = try tower.features(of: images, layers: [name], pooling: .flattened, showsProgress: false)
            note(worst(states[0].matrix.elements, try expected(name).elements), name)
        }
        _ = tower.layers
        tower.transform.fit = nil
    case "text":
        let tower = try model.text
        for name in reference.names {
            let parts = name.split(separator: " ", maxSplits: 1).map(String.init)
            let states = try tower.tokenFeatures(of: texts[Int(parts[0])!], layers: [parts[1]])
            note(worst(states[0].matrix.elements, try expected(name).elements), name)
        }
    default:
        let features = try model.features(of: texts, layers: .named(reference.names), showsProgress: false)
        for name in reference.names { note(worst(try features[name].elements, try expected(name).elements), name) }
    }
    let notes = model.notes.isEmpty ? "" : "  [" + model.notes.joined(separator: "; ") + "]"
    return (result.error < 1e-4 ? "agrees" : "DISAGREES") + " \(result.error) in \(result.layer) of \(result.count)" + notes
}
"""


def compare(folder):
    os.environ.setdefault("JUPYTER_PATH", str(ROOT / ".venv/share/jupyter"))
    sys.path.insert(0, str(ROOT / "Tests/Conformance"))
    from session import Session
    kernel = Session()
    kernel.ok(SWIFT)
    wrong = []
    counts = {}
    for case in json.loads((folder / "cases.json").read_text()):
        texts = json.dumps(TEXTS, ensure_ascii=False)
        architecture = json.dumps(case["architecture"]) if case.get("architecture") else "nil"
        call = (f'do {{ print(try check("{folder / case["name"]}", "{case["kind"]}", "{case["load"]}", {architecture}, {texts}, '
                f'"{folder / "photo.png"}")) }} catch {{ print("refused: \\(error)") }}')
        outcome = kernel.run(call, timeout=120)
        if outcome.reply["status"] != "ok":
            wrong.append(case["name"])
            print(f"{case['name']}: TRAPS\n{outcome.traceback}", flush=True)
            kernel.run(SWIFT)
            continue
        line = outcome.text().strip()
        print(f"{case['name']}: {line}", flush=True)
        counts[line.split()[0]] = counts.get(line.split()[0], 0) + 1
        if line.lower().startswith("disagrees"):
            wrong.append(case["name"])
    kernel.close()
    print(counts, "wrong:", wrong)
    sys.exit(bool(wrong))


if __name__ == "__main__":
    place = pathlib.Path(sys.argv[2]).resolve()
    if sys.argv[1] == "make":
        make(place, int(sys.argv[3]) if len(sys.argv) > 3 else 0)
    else:
        compare(place)
