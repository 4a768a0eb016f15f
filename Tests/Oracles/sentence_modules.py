"""Sentence embeddings of sentence-transformers, for Tests/Library/FoundationModels/SentenceHeadTests.swift.

Needs: torch 2.15.0, transformers 5.24.0, sentence-transformers 6.2.0. The encoder is that of Fixtures/encoders/bert; two
linear layers, with tanh and without bias, and a normalization follow its pooled states; all computes in float32, though the
encoder's file has 16 bits.
"""

import json
import pathlib
import shutil
import tempfile

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Dense, Normalize, Pooling, Transformer

FIXTURES = pathlib.Path(__file__).parents[1] / "Library/FoundationModels/Fixtures"
TEXTS = ["the water", "a photo of people in the snow", "it"]
torch.manual_seed(7)

out = FIXTURES / "sentence-modules"
shutil.rmtree(out, ignore_errors=True)
out.mkdir()
encoder = Transformer(str(FIXTURES / "encoders/bert"))
modules = [
    encoder, Pooling(36, "mean"), Dense(36, 9), Dense(9, 5, bias=False, activation_function=torch.nn.Identity()), Normalize(),
]
model = SentenceTransformer(modules=modules, device="cpu").float()
with tempfile.TemporaryDirectory() as folder:
    model.save(folder)
    for entry in pathlib.Path(folder).iterdir():
        if entry.name == "modules.json":
            shutil.copy(entry, out)
        elif entry.is_dir():
            shutil.copytree(entry, out / entry.name)
values = {"dense 0": SentenceTransformer(modules=modules[:3], device="cpu").float().encode(TEXTS), "embedding": model.encode(TEXTS)}
(out / "embeddings.json").write_text(json.dumps({"texts": TEXTS, **{name: value.tolist() for name, value in values.items()}}))
