"""States of every layer of vision transformers from timm, transformers and open_clip, with seeded random weights.

Run: python vision.py
Needs: torch 2.13.0 (CPU), torchvision 0.28.0, timm 1.0.31, transformers 5.24.0, open_clip_torch 3.3.0, safetensors 0.8.0.
Writes for each model a folder Fixtures/vision/NAME that `FoundationModel.load` reads, with images.safetensors ("images", n x 3 x
height x width) and layers.safetensors (the state of every layer under its name). Weights and images are exact in float16.
"""
import json
import math
import pathlib

import numpy
import open_clip
import timm
import torch
import transformers
from PIL import Image
from safetensors.numpy import save_file

FIXTURES = pathlib.Path(__file__).parent.parent / "Library" / "FoundationModels" / "Fixtures" / "vision"


def randomize(model, seed):
    """Weights large enough that every part shows in the result."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            is_scale = parameter.ndim == 1 and name.endswith("weight")
            size = 0.2 if parameter.ndim < 2 else 0.8 / math.sqrt(parameter[0].numel())
            if "pos" in name or "token" in name or "class_emb" in name:
                size = 0.5
            parameter.copy_(((1 if is_scale else 0) + size * noise).half().float())
    return model.eval()


def images(count, size, seed=0):
    return torch.randn(count, 3, *size, generator=torch.Generator().manual_seed(seed)).half().float()


def save(name, tensors, batch, layers, file="model.safetensors", **configs):
    folder = FIXTURES / name
    folder.mkdir(parents=True, exist_ok=True)
    array = lambda value, kind: numpy.ascontiguousarray(value.detach().numpy().astype(kind))
    if file.endswith(".pth"):
        torch.save({"model": {key: value.half() for key, value in tensors.items()}}, folder / file)
    elif file.endswith(".npz"):
        numpy.savez(folder / file, **tensors)
    elif file.endswith(".pt"):
        torch.save(tensors, folder / file)
    else:
        save_file({key: array(value, numpy.float16) for key, value in tensors.items()}, folder / file)
    save_file({"images": array(batch, numpy.float16)}, folder / "images.safetensors")
    save_file({key: array(value, numpy.float32) for key, value in layers.items()}, folder / "layers.safetensors")
    for key, value in configs.items():
        (folder / f"{key}.json").write_text(json.dumps(value, indent=1))


def outputs(model, names, run):
    """What modules return, by name."""
    found, hooks = {}, []
    for name in names:
        def keep(module, inputs, output, name=name):
            found[name] = output[0] if isinstance(output, tuple) else output
        hooks.append(model.get_submodule(name).register_forward_hook(keep))
    with torch.no_grad():
        result = run()
    for hook in hooks:
        hook.remove()
    return found, result


def timm_layers(model, batch):
    scaled = hasattr(model.blocks[0].ls1, "gamma")
    parts = ("ls1", "ls2") if scaled else ("attn", "mlp")
    names = ["norm_pre"] + [f"blocks.{block}{part}" for block in range(len(model.blocks)) for part in ["." + parts[0], "." + parts[1], ""]]
    found, _ = outputs(model, names + ["norm", "fc_norm", "head"], lambda: model(batch))
    for name in ("norm", "fc_norm", "head"):
        if isinstance(getattr(model, name), torch.nn.Identity):
            del found[name]
    return found


def timm_models():
    small = dict(embed_dim=36, depth=2, num_heads=3, mlp_ratio=1.5)
    def config(size, **more):
        return dict(config=dict(architecture="vit_tiny", model_args=dict(num_heads=3), pretrained_cfg=dict(
            input_size=[3, size, size], mean=[0.4, 0.5, 0.6], std=[0.2, 0.3, 0.4], interpolation="bilinear", crop_pct=0.8, **more)))
    for name, kind, options, size in (
        ("timm", "vit_base_patch16_224", dict(img_size=24, patch_size=8, num_classes=5, **small), 24),
        ("timm-mean", "vit_base_patch16_224", dict(img_size=20, patch_size=10, num_classes=4, global_pool="avg", **small), 20),
        ("timm-pre-norm", "vit_base_patch32_clip_224", dict(img_size=64, num_classes=0, **small), 64),
        ("timm-registers", "vit_base_patch14_reg4_dinov2", dict(img_size=56, **small), 56),
        ("timm-gated", "vit_giant_patch14_dinov2", dict(img_size=28, **{**small, "mlp_ratio": 100 / 36}), 28),
    ):
        model = randomize(timm.create_model(kind, **options), len(name))
        batch = images(2, (size, size))
        save(name, model.state_dict(), batch, timm_layers(model, batch), **config(size))
    # Weights alone in a file of PyTorch, in other sizes of image too; the heads are told by the width.
    def make():
        return randomize(timm.create_model("vit_base_patch16_224", embed_dim=64, depth=1, num_heads=1, mlp_ratio=1, img_size=32,
                                           patch_size=8, num_classes=0), 3)
    layers = timm_layers(make(), batch := images(1, (32, 32)))
    for height, width in ((48, 32), (16, 24), (32, 40)):
        model = make()
        model.set_input_size(img_size=(height, width))
        other = images(1, (height, width), seed=height)
        layers |= {f"{height} {width} images": other, f"{height} {width} norm": timm_layers(model, other)["norm"]}
    save("timm-file", make().state_dict(), batch, layers, file="vit.pth")


def augreg():
    """Google's layout, which timm reads."""
    random = numpy.random.default_rng(5)
    width, inner, heads = 64, 80, 1
    shapes = {"cls": (1, 1, width), "embedding/kernel": (8, 8, 3, width), "embedding/bias": (width,),
              "Transformer/posembed_input/pos_embedding": (1, 10, width), "head/kernel": (width, 3), "head/bias": (3,)}
    for block in range(2):
        root = f"Transformer/encoderblock_{block}/"
        for norm in ("LayerNorm_0", "LayerNorm_2"):
            shapes |= {f"{root}{norm}/scale": (width,), f"{root}{norm}/bias": (width,)}
        attention = root + "MultiHeadDotProductAttention_1/"
        for part in ("query", "key", "value"):
            shapes |= {f"{attention}{part}/kernel": (width, heads, width), f"{attention}{part}/bias": (heads, width)}
        shapes |= {attention + "out/kernel": (heads, width, width), attention + "out/bias": (width,),
                   root + "MlpBlock_3/Dense_0/kernel": (width, inner), root + "MlpBlock_3/Dense_0/bias": (inner,),
                   root + "MlpBlock_3/Dense_1/kernel": (inner, width), root + "MlpBlock_3/Dense_1/bias": (width,)}
    shapes |= {"Transformer/encoder_norm/scale": (width,), "Transformer/encoder_norm/bias": (width,)}
    arrays = {}
    for name, shape in shapes.items():
        noise = random.normal(0, 0.1, shape)
        arrays[name] = (noise + (1 if name.endswith("scale") else 0)).astype(numpy.float16)
    folder = FIXTURES / "augreg"
    folder.mkdir(parents=True, exist_ok=True)
    numpy.savez(folder / "ViT.npz", **{name: value.astype(numpy.float32) for name, value in arrays.items()})
    model = timm.create_model("vit_base_patch16_224", embed_dim=width, depth=2, num_heads=heads, mlp_ratio=inner / width, img_size=24,
                              patch_size=8, num_classes=3).eval()
    model.load_pretrained(str(folder / "ViT.npz"))
    batch = images(2, (24, 24))
    save("augreg", arrays, batch, timm_layers(model, batch), file="ViT.npz")


def hugging_face():
    shared = dict(hidden_size=36, num_hidden_layers=2, num_attention_heads=3, patch_size=8)
    for name, config, kind in (
        ("hf-vit", transformers.ViTConfig(intermediate_size=50, image_size=24, layer_norm_eps=1e-5, hidden_act="gelu_new", **shared),
         transformers.ViTForImageClassification),
        ("hf-dinov2", transformers.Dinov2Config(mlp_ratio=2, image_size=40, **shared), transformers.Dinov2Model),
        ("hf-dinov2-registers", transformers.Dinov2WithRegistersConfig(mlp_ratio=2, image_size=40, use_swiglu_ffn=True,
                                                                       **{**shared, "num_register_tokens": 3}),
         transformers.Dinov2WithRegistersModel),
    ):
        model = randomize(kind(config), 7)
        # DINOv2 is used on fewer patches than it has positions, which it interpolates.
        size = 24
        batch = images(2, (size, size + 8 if name == "hf-dinov2" else size))
        with torch.no_grad():
            result = model(pixel_values=batch, output_hidden_states=True)
        hidden = result.hidden_states
        base = getattr(model, "vit", model)
        layers = {"embeddings": hidden[0]} | {f"encoder.layer.{block}": hidden[block + 1] for block in range(2)}
        layers["layernorm"] = base.layernorm(hidden[-1])
        if name == "hf-vit":
            found, _ = outputs(model, ["vit.layers.0.attention", "vit.layers.1.attention"], lambda: model(pixel_values=batch))
            layers |= {f"encoder.layer.{block}.attention": found[f"vit.layers.{block}.attention"] for block in range(2)}
        else:
            found, _ = outputs(model, [f"encoder.layer.{block}.layer_scale{part}" for block in range(2) for part in (1, 2)],
                               lambda: model(pixel_values=batch))
            layers |= found
        folder = FIXTURES / name
        model.half().save_pretrained(folder)
        (folder / "config.json").write_text(json.dumps(config.to_dict(), indent=1))
        array = lambda value, kind: numpy.ascontiguousarray(value.detach().numpy().astype(kind))
        save_file({"images": array(batch, numpy.float16)}, folder / "images.safetensors")
        save_file({key: array(value, numpy.float32) for key, value in layers.items()}, folder / "layers.safetensors")
        processor = dict(image_mean=[0.1, 0.2, 0.3], image_std=[0.9, 0.8, 0.7], resample=2)
        if name == "hf-dinov2":
            processor |= dict(do_center_crop=True, size=dict(shortest_edge=30), crop_size=dict(height=24, width=32))
        else:
            processor |= dict(size=dict(height=24, width=24))
        (folder / "preprocessor_config.json").write_text(json.dumps(processor))


def normalized(vector):
    return vector / vector.norm(dim=-1, keepdim=True)


def clip():
    vision = dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=44, image_size=24, patch_size=8,
                  projection_dim=20)
    model = randomize(transformers.CLIPVisionModelWithProjection(transformers.CLIPVisionConfig(**vision)), 9)
    batch = images(2, (24, 24))
    names = ["vision_model.pre_layrnorm"] + [f"vision_model.encoder.layers.{block}{part}" for block in range(2)
                                             for part in (".self_attn", ".mlp", "")]
    layers, result = outputs(model, names + ["vision_model.post_layernorm", "visual_projection"], lambda: model(pixel_values=batch))
    layers["image_embeds"] = normalized(layers["visual_projection"])
    save("clip", model.state_dict(), batch, layers, config={"model_type": "clip_vision_model", **vision})


def open_clip_model():
    vision = dict(image_size=24, layers=2, width=64, head_width=32, patch_size=8, mlp_ratio=1.5)
    model = randomize(open_clip.CLIP(embed_dim=20, vision_cfg=vision, text_cfg=dict(context_length=5, vocab_size=9, width=8, heads=1, layers=1),
                                     quick_gelu=True), 11)
    batch = images(2, (24, 24))
    names = ["visual.ln_pre"] + [f"visual.transformer.resblocks.{block}{part}" for block in range(2) for part in (".attn", ".mlp", "")]
    layers, projection = outputs(model, names + ["visual.ln_post"], lambda: model.encode_image(batch))
    layers["visual.ln_post"] = layers["visual.ln_post"][:, 0] if layers["visual.ln_post"].ndim == 3 else layers["visual.ln_post"]
    layers |= {"visual.proj": projection, "image_embeds": normalized(projection)}
    tensors = {name: value for name, value in model.state_dict().items() if name.startswith("visual.")}
    save("open-clip", tensors, batch, layers, file="open_clip_model.safetensors", open_clip_config={
        "model_cfg": {"embed_dim": 20, "quick_gelu": True, "vision_cfg": vision, "text_cfg": {}}, "preprocess_cfg": {
            "mean": [0.1, 0.2, 0.3], "std": [0.9, 0.8, 0.7], "interpolation": "bilinear", "resize_mode": "squash"}})


def paper():
    """The image half of DeepSpeed's file: timm's ViT, heads of which one is used, and the momentum twin."""
    module, layers = {}, {}
    batch = images(2, (32, 32))
    for seed, encoder in enumerate(("imgencoder", "imgencoder_mom")):
        vit = randomize(timm.create_model("vit_base_patch16_384", embed_dim=64, depth=2, num_heads=1, mlp_ratio=1, img_size=32,
                                          patch_size=8, num_classes=0), 20 + seed)
        heads = {name: randomize(torch.nn.Linear(64, 24), 30 + seed) for name in ("imgFC_vit_0", "imgFC_vit", "final_mlp")}
        root = f"learnable.{encoder}."
        module |= {f"{root}backbone_vit.{key}": value.half() for key, value in vit.state_dict().items()}
        module[f"{root}backbone_vit.mask_token"] = torch.zeros(1, 1, 64).half()
        for name, head in heads.items():
            module |= {f"{root}learnable.{name}.fc.{key}": value.half() for key, value in head.state_dict().items()}
        module[f"{root}learnable.imgAtt.layer.weight"] = torch.zeros(2, 2).half()
        found = timm_layers(vit, batch)
        with torch.no_grad():
            found["learnable.imgFC_vit_0.fc"] = heads["imgFC_vit_0"](found["norm"][:, 0])
        found["embedding"] = normalized(found["learnable.imgFC_vit_0.fc"])
        wanted = [name for name in found if "." in name and name.count(".") == 1] if seed else found
        layers |= {("momentum " if seed else "") + key: found[key] for key in wanted}
    save("paper", {"module": module, "global_steps": 7}, batch, layers, file="mp_rank_00_model_states.pt")


def transforms():
    """What torchvision's transforms make of a photograph, for each way of fitting."""
    from torchvision.transforms import CenterCrop, Compose, InterpolationMode, Normalize, Resize, ToTensor
    random = numpy.random.default_rng(8)
    photo = Image.fromarray(numpy.kron(random.integers(0, 256, (9, 13, 3)), numpy.ones((5, 5, 1))).astype(numpy.uint8))
    result = {"photo": numpy.array(photo).astype(numpy.float32)}
    for name, steps in {
        "shorterSide 30 bicubic clip": [Resize(30, InterpolationMode.BICUBIC), CenterCrop(24), ToTensor(),
                                        Normalize([0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711])],
        "stretched bilinear timm": [Resize((24, 24), InterpolationMode.BILINEAR), ToTensor(), Normalize([0.5] * 3, [0.5] * 3)],
    }.items():
        result[name] = Compose(steps)(photo).numpy()
    save_file({key: numpy.ascontiguousarray(value) for key, value in result.items()}, FIXTURES / "transforms.safetensors")


timm_models()
augreg()
hugging_face()
clip()
open_clip_model()
paper()
transforms()
