"""Training steps of two towers in PyTorch on the CPU: the peer of `TrainingBenchmark`, which run.py starts.

Reads a line of JSON (case, batch, steps) and writes one (pairs a second by the clock and of processor time, peak memory). Threads: OMP_NUM_THREADS.
"""
import json
import math
import resource
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F


class Block(nn.Module):
    def __init__(self, width, heads, before, activation):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.fc1, self.fc2 = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.heads, self.before, self.activation = heads, before, activation

    def attend(self, x, mask):
        q, k, v = self.qkv(x).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        return self.proj(F.scaled_dot_product_attention(q, k, v, attn_mask=mask).transpose(1, 2).flatten(2))

    def feed(self, x):
        return self.fc2(F.gelu(self.fc1(x), approximate=self.activation))

    def forward(self, x, mask=None):
        if self.before:
            x = x + self.attend(self.norm1(x), mask)
            return x + self.feed(self.norm2(x))
        x = self.norm1(x + self.attend(x, mask))
        return self.norm2(x + self.feed(x))


class Image(nn.Module):
    def __init__(self, side, stem, width, depth, heads, activation):
        super().__init__()
        layers, channels = [], 3
        for size, stride, padding, outputs in stem:
            layers += [nn.Conv2d(channels, outputs, size, stride, padding), nn.GELU(approximate="tanh")]
            channels, side = outputs, (side + 2 * padding - size) // stride + 1
        self.stem = nn.Sequential(*layers[:-1])
        self.positions = nn.Parameter(0.02 * torch.randn(1, side * side, width))
        self.blocks = nn.ModuleList(Block(width, heads, True, activation) for _ in range(depth))
        self.norm = nn.LayerNorm(width)

    def forward(self, pixels):
        x = self.stem(pixels).flatten(2).transpose(1, 2) + self.positions
        for block in self.blocks:
            x = block(x)
        return self.norm(x).mean(1)


class Text(nn.Module):
    def __init__(self, vocabulary, positions, width, depth, heads, activation):
        super().__init__()
        self.words, self.positions = nn.Embedding(vocabulary, width), nn.Embedding(positions, width)
        self.norm = nn.LayerNorm(width)
        self.blocks = nn.ModuleList(Block(width, heads, False, activation) for _ in range(depth))

    def forward(self, ids, real):
        x = self.norm(self.words(ids) + self.positions.weight[: ids.shape[1]])
        for block in self.blocks:
            x = block(x, real[:, None, None, :])
        return (x * real[..., None]).sum(1) / real.sum(1, keepdim=True)


CASES = {
    "mini": dict(
        image=(64, [(5, 4, 2, 32), (3, 2, 1, 64), (3, 2, 1, 96)], 96, 3, 3, "tanh"), text=(123, 40, 96, 2, 3, "tanh"),
        lengths=(8, 24)),
    "ViT-S/16 + BERT-small": dict(
        image=(224, [(16, 16, 0, 384)], 384, 12, 6, "none"), text=(30522, 64, 512, 4, 8, "none"), lengths=(16, 48)),
}


def main():
    for line in sys.stdin:
        request = json.loads(line)
        case, batch, steps = CASES[request["case"]], request["batch"], request["steps"]
        torch.manual_seed(0)
        image, text = Image(*case["image"]), Text(*case["text"])
        heads = [nn.Linear(case["image"][2], 128, bias=False), nn.Linear(case["text"][2], 128, bias=False)]
        scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))
        parameters = [p for module in [image, text, *heads] for p in module.parameters()] + [scale]
        optimizer = torch.optim.AdamW(parameters, lr=1e-4, betas=(0.9, 0.98), weight_decay=0.05)
        side, (low, high) = case["image"][0], case["lengths"]
        pixels = torch.randint(0, 256, (batch, 3, side, side), dtype=torch.uint8)
        # The same lengths as there: low, low + 1, ... high, low, ...
        lengths = torch.tensor([low + number % (high - low + 1) for number in range(batch)])
        ids = torch.randint(0, case["text"][0], (batch, int(lengths.max())))
        real = torch.arange(ids.shape[1]) < lengths[:, None]

        def step():
            optimizer.zero_grad(set_to_none=True)
            a = F.normalize(heads[0](image((pixels.float() - 90) / 70)), dim=-1)
            b = F.normalize(heads[1](text(ids, real)), dim=-1)
            logits = scale.exp() * a @ b.T
            target = torch.arange(batch)
            loss = (F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target)) / 2
            loss.backward()
            torch.nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()
            return loss.item()

        for _ in range(2):
            step()
        wall, processor = [], []
        for _ in range(steps):
            start, used = time.perf_counter(), time.process_time()
            step()
            wall.append(time.perf_counter() - start)
            processor.append(time.process_time() - used)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"wall": batch / min(wall), "processor": batch / min(processor), "memory": peak}), flush=True)


main()
