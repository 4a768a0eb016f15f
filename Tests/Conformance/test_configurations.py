"""What a model's files say is applied, refused by name or shown, as a user of a notebook meets it."""

import io
import json
import shutil
import zipfile

import numpy
import pytest


@pytest.fixture
def copy(root, tmp_path):
    """Makes a copy of a fixture whose JSON files are changed."""
    def make(fixture, **files):
        place = tmp_path / fixture.replace("/", "-")
        shutil.copytree(root / "Tests/Library/FoundationModels/Fixtures" / fixture, place)
        for name, changes in files.items():
            file = place / name.replace("__", "/")
            file = file.with_name(file.name + ".json")
            file.parent.mkdir(exist_ok=True)
            content = json.loads(file.read_text()) if file.exists() else None
            file.write_text(json.dumps({**content, **changes} if content else changes))
        return place
    return make


def test_the_card_names_fields_that_nobody_knows_and_texts_that_were_cut(kernel, copy):
    place = copy("encoders/bert", config={"rope_something": 3}, sentence_bert_config={"max_seq_length": 6, "do_lower_case": False},
                 modules=[{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
                          {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}])
    (place / "1_Pooling").mkdir()
    (place / "1_Pooling/config.json").write_text('{"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false}')
    card = kernel.value(f'let described = try FoundationModel.load("{place}")\ndescribed')
    assert '"rope_something" of config.json' in card and "at most 6 a text" in card
    shown = kernel.value('try described.features(of: ["the water", "the people of the water can see the boats"])')
    assert "1 of 2 texts was cut at 6 tokens" in shown and "pooling cls" in shown


def test_a_value_that_is_not_supported_is_refused_in_a_sentence(kernel, copy):
    place = copy("encoders/bert", config={"position_embedding_type": "relative_key"})
    outcome = kernel.fails(f'let refused = try FoundationModel.load("{place}")')
    assert '"position_embedding_type" is "relative_key", which is not supported; null or "absolute" is' in outcome.traceback


def test_embeddings_say_on_standard_error_that_a_text_was_cut(kernel, root):
    place = root / "Tests/Library/FoundationModels/Fixtures/two-towers/clip"
    outcome = kernel.ok(f'let both = try FoundationModel.load("{place}")\n'
                        'let vectors = try both.textEmbeddings(of: [String(repeating: "the water ", count: 200)])')
    assert "1 of 1 texts was cut at" in outcome.text("stderr")


def test_one_half_of_a_model_loads_without_the_other(kernel, copy):
    place = copy("two-towers/clip")
    (place / "vocab.json").unlink()
    card = kernel.value(f'let half = try FoundationModel.load("{place}")\nhalf')
    assert "not read: " in card and "a tokenizer is expected" in card
    assert kernel.value("try half.image.layers.count > 3") == "true"
    assert "cannot be read" in kernel.fails("try half.text").traceback


def test_an_archive_with_two_members_of_one_name_is_read(kernel, tmp_path):
    array = io.BytesIO()
    numpy.save(array, numpy.zeros((2, 2), "float32"))
    with zipfile.ZipFile(tmp_path / "twice.npz", "w") as archive:
        for name in ("weight", "weight.npy"):
            archive.writestr(name, array.getvalue())
    outcome = kernel.fails(f'let twice = try FoundationModel.load("{tmp_path}/twice.npz")')
    assert "twice.npz" in outcome.traceback
