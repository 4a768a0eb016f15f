"""Retrieval scores and zero-shot probabilities of seeded embeddings, by PyTorch.

Run: python similarity.py
Needs: torch 2.13.0 (CPU). The embeddings are made from formulas that the Swift test repeats, so only results are stored.
"""
import json
import pathlib

import torch

FIXTURES = pathlib.Path(__file__).parent.parent / "Library" / "FoundationModels" / "Fixtures"


def embeddings(rows, columns, seed):
    """Numbers of [-1, 1) from a linear congruential generator of 31 bits."""
    state, values = seed, []
    for _ in range(rows * columns):
        state = (state * 1103515245 + 12345) % 2**31
        values.append(state / 2**30 - 1)
    return torch.tensor(values, dtype=torch.float32).reshape(rows, columns)


def recall(similarity, targets, depths):
    order = similarity.argsort(dim=1, descending=True, stable=True)
    return {k: sum(bool(set(order[query, :k].tolist()) & set(wanted)) for query, wanted in enumerate(targets)) / len(targets)
            for k in depths}


images, noise = embeddings(40, 16, 1), embeddings(120, 16, 2)
owners = [(7 * text) % 40 for text in range(120)]
texts = images[owners] + 1.6 * noise
similarity = torch.nn.functional.normalize(images, dim=1) @ torch.nn.functional.normalize(texts, dim=1).T
depths = [1, 5, 10]
sentences = torch.nn.functional.normalize(embeddings(2 * 6, 16, 3), dim=1).reshape(2, 6, 16)
classes = torch.nn.functional.normalize(sentences.mean(0), dim=1)
probabilities = (20 * torch.nn.functional.normalize(images, dim=1) @ classes.T).softmax(1)
(FIXTURES / "similarity.json").write_text(json.dumps({
    "textsOfImages": recall(similarity, [[t for t, owner in enumerate(owners) if owner == image] for image in range(40)], depths),
    "imagesOfTexts": recall(similarity.T, [[owner] for owner in owners], depths),
    "similarity": similarity[3, :10].tolist(),
    "probabilities": probabilities[:5].flatten().tolist(),
}, indent=1))
