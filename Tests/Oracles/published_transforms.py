"""What the published scripts made of images: BriVL's tensors without antialiasing, and the boxes of the paper's random crops.

Run: python published_transforms.py   (after vision.py, whose photograph is taken)
Needs: torch 2.13.0 (CPU), torchvision 0.28.0, safetensors 0.8.0.
Writes vision/published.safetensors: the photograph under "HEIGHT WIDTH" by `ToTensor`, `Resize` with `antialias=False` (the default
of torchvision 0.9.1, which BriVL names) and `Normalize`; and "boxes WIDTH HEIGHT", the means of the left, top, width and height
of 20,000 boxes of `RandomResizedCrop(384, scale=(0.2, 1))`, and their deviations.
"""
import pathlib

import numpy
import torch
from safetensors.numpy import load_file, save_file
from torchvision.transforms import Compose, Normalize, RandomResizedCrop, Resize

FOLDER = pathlib.Path(__file__).parent.parent / "Library" / "FoundationModels" / "Fixtures" / "vision"

torch.manual_seed(0)
photo = load_file(FOLDER / "transforms.safetensors")["photo"]
tensor = torch.from_numpy(photo).permute(2, 0, 1) / 255
result = {}
for height, width in ((24, 24), (17, 31), (52, 66), (45, 65), (1, 2)):
    steps = Compose([Resize((height, width), antialias=False), Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])])
    result[f"{height} {width}"] = steps(tensor).numpy()
    # Once more by PyTorch alone, which is what torchvision 0.9.1 called.
    plain = torch.nn.functional.interpolate(tensor[None], (height, width), mode="bilinear", align_corners=False)[0]
    assert torch.equal(Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])(plain), torch.from_numpy(result[f"{height} {width}"]))
for width, height in ((512, 512), (100, 40)):
    image = torch.zeros(3, height, width)
    boxes = numpy.array([RandomResizedCrop.get_params(image, (0.2, 1.0), (3 / 4, 4 / 3)) for _ in range(20000)])[:, [1, 0, 3, 2]]
    result[f"boxes {width} {height}"] = numpy.stack([boxes.mean(0), boxes.std(0)]).astype(numpy.float32)
save_file({key: numpy.ascontiguousarray(value) for key, value in result.items()}, FOLDER / "published.safetensors")
