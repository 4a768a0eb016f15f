"""Token ids of Hugging Face's tokenizers for byte-pair encodings, and the classes of characters that they split by.

Run: python bpe.py [COUNT [FOLDER]]   (default: 900 strings into the fixtures; strings.json is that of foundation_models_tokenizers.py)
COUNT may be the word "scalars": then every Unicode scalar between a letter and two accents (give a FOLDER; the tests read it from
the environment variable GYRUS_TOKENIZER_FIXTURES).
Needs: tokenizers 0.23.3, transformers 5.24.0, open_clip_torch 3.3.0 (its merges are read, not copied).
Writes small vocabularies trained on those strings and the ids of every string: "byte-bpe" (RoBERTa's, tokenizer.json),
"gpt2" (vocab.json, merges.txt, with a space put before every text), "clip" (vocab.json, merges.txt), "clip-json" (tokenizer.json
with one special token that is found in the cleaned text); "openai-clip" (only ids, from open_clip's file); and classes.json.
"""
import gzip
import importlib.util
import json
import pathlib
import sys

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import CLIPTokenizer

from foundation_models_strings import strings

FIXTURES = pathlib.Path(__file__).parent.parent / "Library" / "FoundationModels" / "Fixtures" / "tokenizers"
START, END = "<|startoftext|>", "<|endoftext|>"


def write(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")), encoding="utf-8", newline="")


def write_ids(folder, tokenizer, texts):
    write(folder / "ids.json", [encoding.ids for encoding in tokenizer.encode_batch(texts)])


def write_files(folder, tokenizer):
    """vocab.json and merges.txt."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.model.save(str(folder))


def byte_level(training, special):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.train_from_iterator(training, trainers.BpeTrainer(
        vocab_size=1200, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), special_tokens=special, show_progress=False))
    return tokenizer


def roberta(training):
    tokenizer = byte_level(training, ["<s>", "<pad>", "</s>", "<unk>", AddedToken("<mask>", lstrip=True, special=True)])
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), True, False)
    return tokenizer


def clip_files(training):
    """The vocabulary and the merges of a CLIP tokenizer."""
    tokenizer = Tokenizer(models.BPE(end_of_word_suffix="</w>"))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"), "removed", invert=True),
        pre_tokenizers.ByteLevel(add_prefix_space=False)])
    tokenizer.train_from_iterator(training, trainers.BpeTrainer(
        vocab_size=1300, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), end_of_word_suffix="</w>", show_progress=False))
    model = json.loads(tokenizer.to_str())["model"]
    vocabulary = dict(model["vocab"])
    for token in (START, END):
        vocabulary[token] = len(vocabulary)
    return vocabulary, [tuple(pair) for pair in model["merges"]]


def openai_clip():
    """The vocabulary of OpenAI's CLIP, as its own code builds it from the file of merges."""
    folder = pathlib.Path(importlib.util.find_spec("open_clip").submodule_search_locations[0])
    lines = gzip.open(folder / "bpe_simple_vocab_16e6.txt.gz").read().decode("utf-8").split("\n")[1:49152 - 256 - 2 + 1]
    merges = [tuple(line.split()) for line in lines]
    # The order of the bytes is that of the alphabet: printable ones first.
    printable = list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256))
    letters = [chr(byte) for byte in printable] + [chr(256 + number) for number in range(256 - len(printable))]
    tokens = letters + [letter + "</w>" for letter in letters] + ["".join(pair) for pair in merges] + [START, END]
    return {token: number for number, token in enumerate(tokens)}, merges


def clip(vocabulary, merges):
    return CLIPTokenizer(vocab=vocabulary, merges=merges).backend_tokenizer


def ranges(pattern):
    """The first and last code point of every run of characters that a class of the regular expressions has."""
    split = pre_tokenizers.Split(Regex(pattern), "removed", invert=True)
    scalars = "".join(chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000)
    found = [ord(character) for start in range(0, len(scalars), 4096)
             for word, _ in split.pre_tokenize_str(scalars[start:start + 4096]) for character in word]
    runs = []
    for code in found:
        if runs and runs[-1][1] == code - 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    return runs


def main():
    count = sys.argv[1] if len(sys.argv) > 1 else "900"
    if count == "scalars":
        texts = [f"a{chr(code)}\u0323\u0301b" for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    else:
        texts = strings(int(count))
    folder = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else FIXTURES
    training = strings(900)
    write(folder / "strings.json", texts)
    write(folder / "classes.json", {"letter": ranges(r"\p{L}+"), "number": ranges(r"\p{N}+"), "space": ranges(r"\s+")})

    tokenizer = roberta(training)
    write_ids(folder / "byte-bpe", tokenizer, texts)
    tokenizer.save(str(folder / "byte-bpe" / "tokenizer.json"), pretty=False)

    tokenizer = byte_level(training, [END])
    write_files(folder / "gpt2", tokenizer)
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    write_ids(folder / "gpt2", tokenizer, texts)
    write(folder / "gpt2" / "tokenizer_config.json", {"tokenizer_class": "GPT2Tokenizer", "add_prefix_space": True})

    tokenizer = clip(*clip_files(training))
    write_files(folder / "clip", tokenizer)
    write_ids(folder / "clip", tokenizer, texts)

    content = json.loads(tokenizer.to_str())
    content["added_tokens"][0]["normalized"] = True
    content["pre_tokenizer"]["pretokenizers"][0]["pattern"]["Regex"] = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
    tokenizer = Tokenizer.from_str(json.dumps(content))
    write_ids(folder / "clip-json", tokenizer, texts)
    tokenizer.save(str(folder / "clip-json" / "tokenizer.json"), pretty=False)

    write_ids(folder / "openai-clip", clip(*openai_clip()), texts)


main()
