"""Gradients, and the losses of 20 steps, of every objective of the module Training, by PyTorch's autograd and AdamW.

Run: python training.py
Needs: torch 2.15.0 (CPU), numpy 2.4.6, safetensors 0.8.0.
Writes Tests/Library/Training/Fixtures/CASE.safetensors: "weights/NAME" at the start, "gradients/NAME" of the first batch,
"losses" and the "norms" of the gradients of 20 steps, and the batches: "pixels" (batches x images x rows x columns x 3),
"ids" and "lengths" (a row of texts for each batch, padded with -1), and what else the objective takes.

Texts are padded here and masked in attention, and convolutions are torch's, as neither is in the code that is tested.
"""
import math
import pathlib

import numpy
import torch
import torch.nn.functional as F
from safetensors.numpy import save_file

FIXTURES = pathlib.Path(__file__).parent.parent / "Library" / "Training" / "Fixtures"
STEPS, BATCHES = 20, 4
IMAGE, TEXT = "imgencoder.backbone_vit.", "textencoder.backbone.bert."
ACTIVATIONS = {
    "gelu": F.gelu, "geluTanh": lambda x: F.gelu(x, approximate="tanh"), "relu": F.relu, "silu": F.silu,
    "quickGELU": lambda x: x * torch.sigmoid(1.702 * x),
}


class Weights(dict):
    """Parameters by name, drawn when they are first named."""

    def __init__(self, seed):
        super().__init__()
        self.generator = torch.Generator().manual_seed(seed)
        self.frozen, self.decaying = set(), set()

    def add(self, name, *shape, scale=None, one=False, decays=False, frozen=False):
        scale = scale or (0.8 / math.sqrt(math.prod(shape[1:])) if len(shape) > 1 else 0.2)
        value = torch.randn(*shape, generator=self.generator) * scale + (1 if one else 0)
        self[name] = value.requires_grad_(not frozen)
        if frozen:
            self.frozen.add(name)
        if decays:
            self.decaying.add(name)

    def linear(self, name, inputs, outputs, bias=True, frozen=False):
        self.add(name + ".weight", outputs, inputs, decays=True, frozen=frozen)
        if bias:
            self.add(name + ".bias", outputs, frozen=frozen)

    def norm(self, name, width, frozen=False):
        self.add(name + ".weight", width, one=True, frozen=frozen)
        self.add(name + ".bias", width, frozen=frozen)

    def transformer(self, prefix, names, width, depth, inside, frozen):
        for block in range(depth):
            own = prefix.format(block)
            for norm in (names["norm1"], names["norm2"]):
                self.norm(own + norm, width, block < frozen)
            for name in names["input"]:
                self.linear(own + name, width, 3 * width // len(names["input"]), frozen=block < frozen)
            self.linear(own + names["output"], width, width, frozen=block < frozen)
            self.linear(own + names["expansion"], width, inside, frozen=block < frozen)
            self.linear(own + names["contraction"], inside, width, frozen=block < frozen)


VIT = {"norm1": "norm1", "input": ["attn.qkv"], "output": "attn.proj", "norm2": "norm2", "expansion": "mlp.fc1",
       "contraction": "mlp.fc2"}
BERT = {"norm1": "attention.output.LayerNorm", "input": ["attention.self." + x for x in ("query", "key", "value")],
        "output": "attention.output.dense", "norm2": "output.LayerNorm", "expansion": "intermediate.dense",
        "contraction": "output.dense"}


def linear(w, name, x):
    return F.linear(x, w[name + ".weight"], w.get(name + ".bias"))


def norm(w, name, x, epsilon):
    return F.layer_norm(x, x.shape[-1:], w[name + ".weight"], w[name + ".bias"], epsilon)


def transformer(w, prefix, names, x, mask, c):
    for block in range(c["depth"]):
        own = prefix.format(block)

        def attend(x):
            q, k, v = torch.cat([linear(w, own + name, x) for name in names["input"]], -1).chunk(3, -1)
            split = lambda y: y.unflatten(-1, (c["heads"], -1)).transpose(1, 2)
            y = F.scaled_dot_product_attention(split(q), split(k), split(v), attn_mask=mask)
            return linear(w, own + names["output"], y.transpose(1, 2).flatten(2))

        def feed(x):
            return linear(w, own + names["contraction"], ACTIVATIONS[c["activation"]](linear(w, own + names["expansion"], x)))

        first = lambda x: norm(w, own + names["norm1"], x, c["epsilon"])
        second = lambda x: norm(w, own + names["norm2"], x, c["epsilon"])
        if c["before"]:
            x = x + attend(first(x))
            x = x + feed(second(x))
        else:
            x = first(x + attend(x))
            x = second(x + feed(x))
    return x


def image_weights(w, c):
    channels, side, frozen = 3, 16, c["frozen"] > 0
    for number, (size, stride, padding, outputs) in enumerate(c["stem"]):
        name = IMAGE + "patch_embed." + ("proj" if number == len(c["stem"]) - 1 else f"stem.{number}")
        w.add(name + ".weight", outputs, channels, size, size, decays=True, frozen=frozen)
        w.add(name + ".bias", outputs, frozen=frozen)
        channels, side = outputs, (side + 2 * padding - size) // stride + 1
    if c["class"]:
        w.add(IMAGE + "cls_token", 1, 1, c["width"], scale=0.5, frozen=frozen)
    w.add(IMAGE + "pos_embed", 1, side * side + c["class"], c["width"], scale=0.5, frozen=frozen)
    w.transformer(IMAGE + "blocks.{}.", VIT, c["width"], c["depth"], c["inside"], c["frozen"])
    w.norm(IMAGE + "norm", c["width"])


def image_vectors(w, c, pixels):
    mean, deviation = torch.tensor(c["mean"]), torch.tensor(c["deviation"])
    x = ((pixels.float() - mean) / deviation).permute(0, 3, 1, 2)
    for number, (size, stride, padding, outputs) in enumerate(c["stem"]):
        is_last = number == len(c["stem"]) - 1
        name = IMAGE + "patch_embed." + ("proj" if is_last else f"stem.{number}")
        x = F.conv2d(x, w[name + ".weight"], w[name + ".bias"], stride=stride, padding=padding)
        if not is_last:
            x = F.gelu(x, approximate="tanh")
    x = x.flatten(2).transpose(1, 2)
    if c["class"]:
        x = torch.cat([w[IMAGE + "cls_token"].expand(len(x), -1, -1), x], 1)
    x = transformer(w, IMAGE + "blocks.{}.", VIT, x + w[IMAGE + "pos_embed"], None, c)
    x = norm(w, IMAGE + "norm", x, c["epsilon"])
    return x[:, 0] if c["pool"] == "cls" else x[:, c["class"]:].mean(1)


def text_weights(w, c):
    frozen = c["frozen"] > 0
    w.add(TEXT + "embeddings.word_embeddings.weight", c["vocabulary"], c["width"], scale=0.5, decays=True, frozen=frozen)
    w.add(TEXT + "embeddings.position_embeddings.weight", c["positions"], c["width"], scale=0.5, decays=True, frozen=frozen)
    if not c["before"]:
        w.norm(TEXT + "embeddings.LayerNorm", c["width"], frozen)
    w.transformer(TEXT + "encoder.layer.{}.", BERT, c["width"], c["depth"], c["inside"], c["frozen"])
    if c["before"]:
        w.norm(TEXT + "final_norm", c["width"])


def text_states(w, c, ids):
    real = ids >= 0
    x = w[TEXT + "embeddings.word_embeddings.weight"][ids.clamp(min=0)]
    x = x + w[TEXT + "embeddings.position_embeddings.weight"][: ids.shape[1]]
    if not c["before"]:
        x = norm(w, TEXT + "embeddings.LayerNorm", x, c["epsilon"])
    x = transformer(w, TEXT + "encoder.layer.{}.", BERT, x, real[:, None, None, :], c)
    return norm(w, TEXT + "final_norm", x, c["epsilon"]) if c["before"] else x


def text_vectors(w, c, ids):
    states = text_states(w, c, ids)
    if c["pool"] == "cls":
        return states[:, 0]
    real = (ids >= 0).float()[..., None]
    return (states * real).sum(1) / real.sum(1)


IMAGE_HEAD, TEXT_HEAD = "imgencoder.learnable.imgFC_vit_0.fc", "textencoder.learnable.textFC.fc"
EMBEDDING = 8


def embeddings(w, image, text, batch):
    unit = lambda head, x: F.normalize(linear(w, head, x), dim=-1)
    return unit(IMAGE_HEAD, image_vectors(w, image, batch["pixels"])), unit(TEXT_HEAD, text_vectors(w, text, batch["ids"]))


def in_batch(w, image, text, batch, state):
    a, b = embeddings(w, image, text, batch)
    logits = w["logit_scale"].exp() * a @ b.T
    target = torch.arange(len(a))
    return (F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target)) / 2


def queues(w, image, text, batch, state):
    """MoCo in both directions, as BriVL has it; twins of momentum 0.9 follow before each step."""
    with torch.no_grad():
        for name, slow in state["twins"].items():
            slow.mul_(0.9).add_(w[name], alpha=0.1)
        image_keys, text_keys = embeddings(state["twins"], image, text, batch)
    a, b = embeddings(w, image, text, batch)
    loss = 0
    for query, key, queue in ((a, text_keys, state["text_queue"]), (b, image_keys, state["image_queue"])):
        logits = torch.cat([(query * key).sum(1, keepdim=True), query @ queue.T], 1) / 0.07
        loss = loss + F.cross_entropy(logits, torch.zeros(len(query), dtype=torch.long))
    for name, keys in (("image_queue", image_keys), ("text_queue", text_keys)):
        queue = state[name].clone()
        queue[state["position"]: state["position"] + len(keys)] = keys
        state[name] = queue
    state["position"] = (state["position"] + len(a)) % len(state["text_queue"])
    return loss


def masked(w, image, text, batch, state):
    head = "textencoder.backbone.cls.predictions."
    hidden = batch["targets"] >= 0
    x = text_states(w, text, batch["ids"])[hidden]
    x = norm(w, head + "transform.LayerNorm", F.gelu(linear(w, head + "transform.dense", x)), text["epsilon"])
    logits = x @ w[TEXT + "embeddings.word_embeddings.weight"].T + w[head + "bias"]
    return F.cross_entropy(logits, batch["targets"][hidden])


def views(w, image, text, batch, state):
    z = F.normalize(linear(w, "views_head", image_vectors(w, image, batch["pixels"])), dim=-1)
    logits = (z @ z.T / 0.15).masked_fill(torch.eye(len(z), dtype=torch.bool), float("-inf"))
    return F.cross_entropy(logits, torch.arange(len(z)).roll(-len(z) // 2))


def supervised(w, image, text, batch, state):
    logits = linear(w, "classifier", image_vectors(w, image, batch["pixels"]))
    return F.binary_cross_entropy_with_logits(logits, batch["labels"])


def rate(step, peak=3e-3, warm=3, steps=20, final=0.02):
    if step < warm:
        return peak * (step + 1) / warm
    share = final + (1 - final) * (1 + math.cos(math.pi * (step - warm) / (steps - warm))) / 2
    return peak * share


def run(case, seed, loss, image=None, text=None):
    w = Weights(seed)
    if image:
        image_weights(w, image)
    if text:
        text_weights(w, text)
    if loss in (in_batch, queues):
        w.linear(IMAGE_HEAD, image["width"], EMBEDDING, bias=False)
        w.linear(TEXT_HEAD, text["width"], EMBEDDING, bias=False)
    if loss is in_batch:
        w["logit_scale"] = torch.tensor(math.log(1 / 0.07)).requires_grad_()
    if loss is masked:
        head = "textencoder.backbone.cls.predictions."
        w.linear(head + "transform.dense", text["width"], text["width"])
        w.norm(head + "transform.LayerNorm", text["width"])
        w.add(head + "bias", text["vocabulary"])
    if loss is views:
        w.linear("views_head", image["width"], EMBEDDING, bias=False)
    if loss is supervised:
        w.linear("classifier", image["width"], 5)
    random = numpy.random.default_rng(seed)
    batches = []
    for _ in range(BATCHES):
        batch = {"pixels": torch.tensor(random.integers(0, 256, (6, 16, 16, 3)), dtype=torch.uint8)}
        if text:
            lengths = random.integers(3, text["positions"] + 1, 6)
            ids = numpy.full((6, text["positions"]), -1)
            for row, length in enumerate(lengths):
                ids[row, :length] = random.integers(0, text["vocabulary"], length)
            hidden = (random.random(ids.shape) < 0.3) & (ids >= 0)
            batch |= {"ids": torch.tensor(ids), "targets": torch.tensor(numpy.where(hidden, (ids + 3) % text["vocabulary"], -1))}
        batch["labels"] = torch.tensor(random.integers(0, 2, (6, 5)), dtype=torch.float32)
        batches.append(batch)
    queue = lambda: F.normalize(torch.tensor(random.standard_normal((12, EMBEDDING)), dtype=torch.float32), dim=-1)
    state = {"image_queue": queue(), "text_queue": queue(), "position": 0}
    state["twins"] = {name: value.detach().clone() for name, value in w.items()}
    file = {f"weights/{name}": value.detach().clone() for name, value in w.items()}
    file |= {"image_queue": state["image_queue"], "text_queue": state["text_queue"]}
    trained = [(name, value) for name, value in w.items() if name not in w.frozen]
    optimizer = torch.optim.AdamW(
        [{"params": [v for n, v in trained if n in w.decaying], "weight_decay": 0.05},
         {"params": [v for n, v in trained if n not in w.decaying], "weight_decay": 0.0}],
        lr=1e-3, betas=(0.9, 0.98), eps=1e-8)
    losses, norms = [], []
    for step in range(STEPS):
        for group in optimizer.param_groups:
            group["lr"] = rate(step)
        optimizer.zero_grad()
        value = loss(w, image, text, batches[step % BATCHES], state)
        value.backward()
        if step == 0:
            file |= {f"gradients/{name}": v.grad.clone() for name, v in trained}
        norms.append(torch.nn.utils.clip_grad_norm_([v for _, v in trained], 1.0).item())
        optimizer.step()
        if loss is in_batch:
            with torch.no_grad():
                w["logit_scale"].clamp_(max=math.log(100))
        losses.append(value.item())
    file |= {"losses": torch.tensor(losses), "norms": torch.tensor(norms)}
    for key in batches[0]:
        file[key] = torch.stack([batch[key] for batch in batches])
    array = lambda x: numpy.require(x.numpy().astype({torch.int64: numpy.int16}.get(x.dtype, x.numpy().dtype)), requirements="C")
    FIXTURES.mkdir(parents=True, exist_ok=True)
    save_file({name: array(value) for name, value in file.items()}, FIXTURES / f"{case}.safetensors")
    print(case, losses[0], losses[-1], norms[0])


STEM = [(3, 2, 1, 8), (3, 2, 1, 16)]
PATCH = [(8, 8, 0, 16)]
COMMON = {"width": 16, "depth": 2, "heads": 2, "inside": 24, "frozen": 0}
TOWER = COMMON | {"mean": [120.0, 110.0, 100.0], "deviation": [60.0, 65.0, 70.0], "before": True, "epsilon": 1e-6}
WORDS = COMMON | {"vocabulary": 20, "positions": 9}

if __name__ == "__main__":
    torch.set_num_threads(1)
    run("in-batch", 1, in_batch, TOWER | {"stem": STEM, "class": 0, "pool": "mean", "activation": "geluTanh"},
        WORDS | {"before": False, "epsilon": 1e-12, "activation": "gelu", "pool": "mean"})
    run("queues", 2, queues,
        TOWER | {"stem": PATCH, "class": 1, "pool": "cls", "activation": "gelu", "frozen": 1},
        WORDS | {"before": True, "epsilon": 1e-5, "activation": "quickGELU", "pool": "cls", "frozen": 1})
    run("masked", 3, masked, None, WORDS | {"before": False, "epsilon": 1e-12, "activation": "relu", "pool": "mean", "heads": 1})
    run("views", 4, views, TOWER | {"stem": PATCH, "class": 1, "pool": "mean", "activation": "silu"})
    run("supervised", 5, supervised, TOWER | {"stem": [(5, 4, 2, 8), (2, 2, 0, 16)], "class": 0, "pool": "mean", "activation": "gelu"})
