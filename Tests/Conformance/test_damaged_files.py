"""Thousands of damaged files are read through the kernel: each is read or refused with a sentence, and nothing dies.

`GYRUS_SOAK=1` takes five times as many; `GYRUS_SEED` makes them others.
"""

import fcntl
import json
import os
import shutil
from collections import Counter
from pathlib import Path

import pytest
from mutations import mutations

ROOT = Path(__file__).resolve().parents[2]
FORMATS = ROOT / "Tests/Library/Formats/Fixtures"
MODELS = ROOT / "Tests/Library/FoundationModels/Fixtures"
MANY = 5 if os.environ.get("GYRUS_SOAK") else 1
SEED = os.environ.get("GYRUS_SEED", "")

# What reads a file of each kind to its last number, and says what it found.
READERS = r"""
import Foundation
// What damaged files ask for must not be had: 2 GB more than the process has now.
let pages = (try! String(contentsOfFile: "/proc/self/statm", encoding: .utf8)).split(separator: " ")[0]
var addressSpace = rlimit(rlim_cur: UInt(Int(pages)! * 4096 + 2 << 30), rlim_max: .max)
setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &addressSpace)

func sum<T: Scalar>(_ tensor: Tensor<T>) -> String {
    "\(tensor.shape) \(tensor.elements.reduce(0.0) { $1.isFinite ? $0 + Double($1) : $0 })"
}
func readAll(_ url: URL) throws -> [String] {
    switch url.pathExtension {
    case "npy":
        let array = try NumPyArray.open(url)
        _ = try? array.integers()
        return [sum(try array.tensor(as: Double.self))]
    case "npz":
        let archive = try NumPyArchive.open(url)
        return try archive.names.map { "\($0) \(sum(try archive.array($0).tensor(as: Double.self)))" }
    case "safetensors":
        let file = try Safetensors.open(url)
        return try file.names.map { "\($0) \(sum(try file.tensor($0, as: Double.self)))" }
    case "pt":
        let file = try PyTorchFile.open(url)
        return try file.names.map { "\($0) \(sum(try file.tensor($0, as: Double.self)))" }
    case "nii", "gz":
        let image = try NIfTI.open(url)
        _ = try? image.maskIndices()
        _ = try image.voxelsByTime(at: Array(0..<image.voxelCount))
        return [sum(try image.tensor(as: Double.self))]
    case "png", "jpg": return ["\(try RGBImage.open(url).pixels.reduce(0) { $0 &+ Int($1) })"]
    case "study": return [sum(Tensor(try Study.open(url.path).responses))]
    case "ridge":
        let file = try RidgeFile.open(url.path)
        return [sum(Tensor(try file.coefficients(of: 0..<file.voxels, as: Double.self))), "\(try file.scores().count)"]
    case "features":
        let file = try FeatureFile.open(url.path)
        return try file.layers.map { sum(Tensor(try file[$0])) }
    case "model":
        let model = try FoundationModel.load(url)
        var names: [String] = []
        if let text = try? model.text {
            names += try text.features(of: ["a cat", "two dogs"], showsProgress: false).map { "\($0.name)" }
        }
        if let image = try? model.image {
            let photo = try RGBImage(width: 40, height: 30, pixels: (0..<3600).map { UInt8($0 * 7 % 256) })
            names += try image.features(of: [photo], showsProgress: false).map { "\($0.name)" }
        }
        return names
    case "mat":
        let file = try MATFile.open(url)
        return try file.names.map { "\($0) \(try file[$0])" }
    default:
        let file = try HDF5File.open(url)
        _ = try file.attributes()
        return try file.datasets().map { dataset in
            guard dataset.problem == nil else { return dataset.path }
            _ = try? dataset.attributes()
            if dataset.kind.hasPrefix("records") { return "\(dataset.path) \(try dataset.records())" }
            if dataset.kind.hasPrefix("references") { return "\(dataset.path) \(try dataset.references().count)" }
            if dataset.kind.hasPrefix("sequences") {
                let words = try? dataset.textLists().count
                return "\(dataset.path) \(try words ?? dataset.lists().count)"
            }
            guard dataset.isText || dataset.type != nil else { return dataset.path }
            if dataset.isText { return "\(dataset.path) \(try dataset.strings().joined().utf8.count)" }
            return "\(dataset.path) \(sum(try dataset.tensor(as: Double.self)))"
        }
    }
}
/// Reads every file of a folder; a line for each goes to `log`, before it is read and after.
func readFolder(_ folder: String, log path: String) throws {
    let log = fopen(path, "w")!
    setvbuf(log, nil, _IOLBF, 0)
    for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() {
        fputs("\(name)\t", log)
        let start = Date()
        do {
            let found = try readAll(URL(fileURLWithPath: folder + "/" + name))
            put("read", found.joined(separator: "; "))
        } catch { put("\(type(of: error))", "\(error)") }
        // A damaged name may hold any character, and the log has a line for each file.
        func put(_ kind: String, _ words: String) {
            let line = String(words.map { $0.isNewline || $0 == "\t" || $0 == "\0" ? " " : $0 }.prefix(2000))
            fputs("\(kind)\t\(-start.timeIntervalSinceNow)\t\(line)\n", log)
        }
    }
    fclose(log)
}
"""

FILES = {
    # name of a fixture: how many damaged copies, and whether a checksum covers all numbers
    "plain.npy": (60, False),
    "version2.npy": (40, False),
    "stored.npz": (120, True),
    "deflated.npz": (80, True),
    "types.safetensors": (100, False),
    "zip.pt": (100, True),
    "legacy.pt": (80, False),
    "uint8.nii": (60, False),
    "scaled.nii.gz": (100, True),
    "images/rgb.png": (80, True),
    "images/interlaced.png": (30, True),
    "images/rgb.jpg": (60, False),
    "images/422-progressive.jpg": (30, False),
    "types.h5": (300, False),
    "structures/structures.h5": (60, False),
    "matlab/seven.mat": (60, False),
}
ERRORS = {"FormatError", "BrainError", "EncodingError", "FoundationModelError", "CancellationError"}


@pytest.fixture(scope="module")
def reader(kernel):
    kernel.ok(READERS, timeout=300)
    return kernel


def damaged(original, folder, count, seed, suffix=None):
    """Writes the damaged copies of a file; returns the kind of damage by name."""
    data = Path(original).read_bytes()
    suffix = suffix or "".join(Path(original).suffixes)
    kinds = {}
    for number, (kind, changed) in enumerate(mutations(data, count, SEED + seed)):
        name = f"{number:05}-{kind}{suffix}"
        (folder / name).write_bytes(changed)
        kinds[name] = kind
    return kinds


def read(session, folder, tmp_path):
    """Has the kernel read all files of a folder; returns a line for each."""
    log = tmp_path / "log.txt"
    outcome = session.run(f'try readFolder("{folder}", log: "{log}")', timeout=600)
    lines = [line.split("\t") for line in log.read_bytes().decode(errors="replace").split("\n") if line]
    assert outcome.reply["status"] == "ok", f"{lines[-1]}: {outcome.traceback}"
    return {line[0]: (line[1], float(line[2]), line[3]) for line in lines}


def check(answers, kinds):
    assert answers.keys() == kinds.keys()
    for name, (kind, seconds, words) in answers.items():
        assert kind == "read" or kind in ERRORS, f"{name}: {kind} {words}"
        if kind == "FormatError":
            assert name in words and len(words) > len(name) + 10, f"{name}: {words}"
            assert "gives no reason" not in words, f"{name}: {words}"
        assert seconds < 15, f"{name} took {seconds} s"


def check_locks(folder):
    for file in folder.iterdir():
        with open(file, "r+b") as open_file:
            fcntl.flock(open_file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@pytest.mark.parametrize("name", FILES)
def test_damaged_files_are_read_or_refused(reader, tmp_path, name):
    count, is_covered = FILES[name]
    folder = tmp_path / "files"
    folder.mkdir()
    kinds = damaged(FORMATS / name, folder, count * MANY, seed=name)
    answers = read(reader, folder, tmp_path)
    check(answers, kinds)
    check_locks(folder)
    refused = sum(kind != "read" for kind, _, _ in answers.values())
    print(name, Counter(kind for kind, _, _ in answers.values()))
    assert refused > count / 4
    if is_covered:
        # What a checksum covers is either refused or what was written.
        whole = tmp_path / "whole"
        whole.mkdir()
        (whole / Path(name).name).write_bytes((FORMATS / name).read_bytes())
        [(kind, _, right)] = read(reader, whole, tmp_path).values()
        assert kind == "read"
        wrong = {n: words for n, (kind, _, words) in answers.items() if kind == "read" and words != right}
        assert not wrong


@pytest.fixture(scope="module")
def written(reader, tmp_path_factory):
    """A study, a ridge fit and a feature file of Gyrus's own."""
    folder = tmp_path_factory.mktemp("own")
    reader.ok(f"""
        do {{
            let x = Matrix<Float>(rows: 24, columns: 3, elements: (0..<72).map {{ Float($0 * 7 % 11) }})
            let y = Matrix<Float>(rows: 24, columns: 4, elements: (0..<96).map {{ Float($0 * 5 % 13) }})
            let study = try Study(
                name: "s", stimuli: (0..<24).map {{ "a \\($0)" }}, responses: y, runs: Runs(lengths: [12, 12]),
                space: VoxelSpace(shape: [2, 2, 1], indices: [0, 1, 2, 3]),
                regions: Regions(names: ["V1", "V1", "", "IT"], groups: ["V1": "early"]))
            try study.write(to: "{folder}/a.study")
            let responses = try HDF5File.open(URL(fileURLWithPath: "{folder}/a.study")).dataset("/responses")
            try Ridge(alphas: [1, 10], folds: .kFold(2)).fit(x, to: responses, file: "{folder}/a.ridge")
            let bert = URL(fileURLWithPath: "{MODELS}/encoders/bert")
            _ = try FoundationModel.load(bert).featureFile(at: "{folder}/a.features", of: ["a cat", "two dogs"])
        }}
        """, timeout=120)
    return folder


@pytest.mark.parametrize("name", ["a.study", "a.ridge", "a.features"])
def test_damaged_files_of_our_own_are_read_or_refused(reader, written, tmp_path, name):
    folder = tmp_path / "files"
    folder.mkdir()
    kinds = damaged(written / name, folder, 80 * MANY, seed=name)
    answers = read(reader, folder, tmp_path)
    check(answers, kinds)
    check_locks(folder)


MODEL_FOLDERS = ["encoders/bert", "towers/clip", "towers/roberta", "towers/clip-legacy"]


@pytest.mark.parametrize("model", MODEL_FOLDERS)
def test_models_with_a_damaged_file_are_loaded_or_refused(reader, tmp_path, model):
    """Configurations, vocabularies, merges and weights."""
    folder = tmp_path / "models"
    folder.mkdir()
    whole = [file for file in (MODELS / model).iterdir() if file.is_file() and file.name != "states.safetensors"]
    kinds = {}
    for file in whole:
        for number, (kind, changed) in enumerate(mutations(file.read_bytes(), 12 * MANY, SEED + model + file.name)):
            name = f"{file.stem}-{number:05}-{kind}.model"
            (folder / name).mkdir()
            for other in whole:
                if other != file:
                    shutil.copy(other, folder / name)
            (folder / name / file.name).write_bytes(changed)
            kinds[name] = kind
    answers = read(reader, folder, tmp_path)
    check(answers, kinds)
    assert any(kind == "read" for kind, _, _ in answers.values())
    assert any(kind != "read" for kind, _, _ in answers.values())


CONFIGURED = [
    "encoders/bert", "encoders/distilbert", "towers/clip", "towers/roberta", "towers/open-clip", "two-towers/clip",
    "vision/clip", "vision/open-clip", "vision/hf-vit", "vision/hf-dinov2-registers", "vision/timm",
]
NUMBERS = [0, -1, 3, 2**31, 2**40, 2**62, 2**63 - 1, 2**70, 1e-30, 0.3, 1e30]


def renumbered(value):
    """The JSON values in which one number of `value` is another."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        yield from NUMBERS
        return
    if isinstance(value, dict):
        parts = list(value.items())
    elif isinstance(value, list):
        parts = list(enumerate(value))
    else:
        return
    for key, part in parts:
        for changed in renumbered(part):
            copy = type(value)(value)
            copy[key] = changed
            yield copy


@pytest.mark.parametrize("model", CONFIGURED)
def test_no_number_of_a_configuration_asks_for_memory(reader, tmp_path, model):
    """Any size may be claimed: what the tensors do not have is refused before anything of that size is made."""
    folder = tmp_path / "models"
    folder.mkdir()
    whole = [file for file in (MODELS / model).iterdir() if file.is_file() and file.name != "states.safetensors"]
    kinds = {}
    for file in whole:
        if not file.name.endswith("config.json"):
            continue
        for number, changed in enumerate(renumbered(json.loads(file.read_text()))):
            name = f"{file.stem}-{number:05}.model"
            (folder / name).mkdir()
            for other in whole:
                (folder / name / other.name).symlink_to(other)
            (folder / name / file.name).unlink()
            (folder / name / file.name).write_text(json.dumps(changed))
            kinds[name] = "number"
    answers = read(reader, folder, tmp_path)
    check(answers, kinds)
    assert any(kind != "read" for kind, _, _ in answers.values())


def test_an_empty_file_and_a_folder_are_refused_by_every_reader(reader, tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    names = ["x.npy", "x.npz", "x.safetensors", "x.pt", "x.nii", "x.nii.gz", "x.png", "x.jpg", "x.h5", "x.study", "x.ridge"]
    for name in names:
        (folder / f"empty-{name}").write_bytes(b"")
        (folder / f"folder-{name}").mkdir()
        (folder / f"text-{name}").write_bytes(b"<!DOCTYPE html><html>404</html>")
        os.mkfifo(folder / f"pipe-{name}")
    answers = read(reader, folder, tmp_path)
    assert len(answers) == 4 * len(names)
    for name, (kind, seconds, words) in answers.items():
        assert kind == "FormatError" and name in words and seconds < 5, f"{name}: {kind} {words}"
        if name.startswith("text"):
            assert "web page" in words, words
