"""What transformers' image processors, timm's and open_clip's transforms make of one image under many configurations.

Run: python image_processors.py
Needs: torch 2.15.0, torchvision 0.29.2, timm 1.0.31, transformers 5.24.0, open_clip_torch 3.3.0, safetensors 0.8.0, Pillow.
Writes Fixtures/configurations/pixels.safetensors ("photo", rows x columns x 3; "NAME", 3 x rows x columns) and pixels.json (of each name
the fixture whose model it belongs to, and the configuration). Also dinov2.pth, a DINOv2 with the names of its authors' files, and
dinov2.safetensors: images of other sizes and the states before the first block, with the positions that the authors' code makes.
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

FIXTURES = pathlib.Path(__file__).parent.parent / "Library/FoundationModels/Fixtures/configurations"
random = numpy.random.default_rng(8)
PHOTO = Image.fromarray(numpy.kron(random.integers(0, 256, (9, 13, 3)), numpy.ones((5, 5, 1))).astype(numpy.uint8))
pixels = {"photo": numpy.array(PHOTO).astype(numpy.float32)}
cases = []


def case(name, model, file, config, made):
    pixels[name] = numpy.ascontiguousarray(numpy.asarray(made), numpy.float32)
    cases.append(dict(name=name, model=model, file=file, config=config))


PROCESSORS = {"hf-vit": transformers.ViTImageProcessor, "clip": transformers.CLIPImageProcessor, "hf-dinov2": transformers.BitImageProcessor}
OPTIONS = {
    "plain": {}, "unnormalized": dict(do_normalize=False), "unscaled": dict(do_rescale=False), "raw": dict(do_rescale=False, do_normalize=False),
    "factor": dict(rescale_factor=1 / 127.5), "bilinear": dict(resample=2), "bicubic": dict(resample=3), "unresized": dict(do_resize=False, do_center_crop=True, crop_size=24),
    "means": dict(image_mean=[0.1, 0.2, 0.3], image_std=[0.9, 0.8, 0.7]), "exact": dict(size=dict(height=24, width=24)),
    "odd": dict(size=dict(shortest_edge=27), do_center_crop=True, crop_size=dict(height=24, width=24)),
    "edge": dict(size=dict(shortest_edge=30), do_center_crop=True, crop_size=dict(height=24, width=24)),
    "small": dict(size=dict(shortest_edge=20), do_center_crop=True, crop_size=dict(height=24, width=24)),
}
for model, kind in PROCESSORS.items():
    for name, options in OPTIONS.items():
        config = {"image_processor_type": kind.__name__, "size": 24, **({} if model == "hf-vit" else {"crop_size": 24}), **options}
        processor = kind(**{key: value for key, value in config.items() if key != "image_processor_type"})
        case(f"{model} {name}", model, "preprocessor_config.json", config, processor(PHOTO, return_tensors="np")["pixel_values"][0])
for name, options in {"plain": {}, "odd": dict(size=dict(height=31, width=37))}.items():
    config = {"image_processor_type": "DeiTImageProcessor", "size": dict(height=30, width=30), "crop_size": 24, **options}
    processor = transformers.DeiTImageProcessor(**{key: value for key, value in config.items() if key != "image_processor_type"})
    case(f"deit {name}", "hf-vit", "preprocessor_config.json", config, processor(PHOTO, return_tensors="np")["pixel_values"][0])
for name, options in {"plain": {}, "bilinear": dict(interpolation="bilinear"), "pct": dict(crop_pct=0.8), "squash": dict(crop_mode="squash", crop_pct=1.0), "squash crop": dict(crop_mode="squash", crop_pct=0.7),
                      "means": dict(mean=[0.5] * 3, std=[0.25] * 3), "wide": dict(input_size=[3, 16, 40], crop_pct=0.9)}.items():
    pretrained = {"input_size": [3, 24, 24], **options}
    transform = timm.data.create_transform(**timm.data.resolve_data_config(pretrained_cfg=pretrained))
    case(f"timm {name}", "timm", "config.json", dict(architecture="vit_tiny", model_args=dict(num_heads=3), pretrained_cfg=pretrained), transform(PHOTO))
shared = json.loads((FIXTURES.parent / "vision/open-clip/open_clip_config.json").read_text())["model_cfg"]
for name, options in {"plain": {}, "squash": dict(resize_mode="squash"), "bilinear": dict(interpolation="bilinear"),
                      "means": dict(mean=[0.5] * 3, std=[0.25] * 3), "wide": dict(size=[16, 40])}.items():
    transform = open_clip.transform.image_transform_v2(open_clip.transform.PreprocessCfg(**{"size": 24, **options}), is_train=False)
    case(f"open-clip {name}", "open-clip", "open_clip_config.json", dict(model_cfg=shared, preprocess_cfg=options), transform(PHOTO))


def dinov2():
    """`interpolate_pos_encoding` of facebookresearch/dinov2, dinov2/models/vision_transformer.py, with its offset of 0.1."""
    generator = torch.Generator().manual_seed(4)
    model = timm.create_model("vit_base_patch14_dinov2", embed_dim=64, depth=1, num_heads=1, mlp_ratio=1, img_size=56, num_classes=0).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_((0.5 * torch.randn(parameter.shape, generator=generator) / math.sqrt(parameter[0].numel() if parameter.ndim > 1 else 4)).half().float())
    state = {name: value.half() for name, value in model.state_dict().items()} | {"mask_token": torch.zeros(1, 64).half()}
    torch.save(state, FIXTURES / "dinov2.pth")
    result = {}
    for height, width in ((70, 70), (42, 84), (28, 28)):
        images = torch.randn(1, 3, height, width, generator=generator)
        rows, columns, side = height // 14, width // 14, 4
        positions = torch.nn.functional.interpolate(
            model.pos_embed[:, 1:].reshape(1, side, side, 64).permute(0, 3, 1, 2), mode="bicubic", antialias=False,
            scale_factor=((rows + 0.1) / side, (columns + 0.1) / side))
        assert positions.shape[-2:] == (rows, columns)
        with torch.no_grad():
            patches = model.patch_embed.proj(images).flatten(2).transpose(1, 2)
            tokens = torch.cat([model.cls_token, patches], 1)
            tokens = tokens + torch.cat([model.pos_embed[:, :1], positions.flatten(2).transpose(1, 2)], 1)
        result |= {f"{height} {width} images": images.numpy(), f"{height} {width} embeddings": tokens.detach().numpy()}
    save_file(result, FIXTURES / "dinov2.safetensors")


dinov2()
save_file(pixels, FIXTURES / "pixels.safetensors")
(FIXTURES / "pixels.json").write_text(json.dumps(cases, indent=0))
