"""An interrupt ends a fit, a training, a study, a figure or the reading of a large file soon, and all can be done after it.

Each cell does its work again and again, so that the interrupt comes at any place of it.
"""

import random
import struct
import time
import zlib

import pytest

SETUP = {
    "a comparison of models": """
        var draws = NumpyRandom(seed: 1)
        func scores(_ count: Int) -> [Double] { (0..<count).map { _ in draws.gaussian() } }
        let pairs = (0..<12).map { _ in (multimodal: scores(60_000), unimodal: scores(60_000)) }
        let places = Regions(names: (0..<60_000).map { "region \\($0 % 90)" })
        """,
    "a training": """
        let world = SmallWorld(seed: 7)
        let block = TransformerConfiguration(
            width: 64, depth: 2, heads: 4, feedForwardWidth: 256, activation: .geluTanh, epsilon: 1e-6, normOrder: .before)
        let trainer = try ContrastiveTrainer(
            TwoTowerConfiguration(
                image: ImageTowerConfiguration(
                    imageSize: Scene.side,
                    stem: [
                        .init(size: 5, stride: 4, padding: 2, channels: 24), .init(size: 3, stride: 2, padding: 1, channels: 48),
                        .init(size: 3, stride: 2, padding: 1, channels: 64),
                    ], transformer: block),
                text: TextTowerConfiguration(
                    vocabulary: SmallWorld.vocabulary.count, positions: SmallWorld.longestCaption, transformer: block),
                embeddingWidth: 64),
            options: TrainingOptions(schedule: TrainingSchedule(peak: 2e-3, warmUp: 4, steps: 100_000), seed: 1))
        let scenes = (0..<48).map { world.scene($0) }
        let images = try ImageBatch(scenes.map { try $0.image() })
        let tokens = try TokenBatch(scenes.map { SmallWorld.tokenIDs(of: $0.caption(wording: 1).text) })
        """,
    "a simulator": """
        let experiment = try SceneStudy()
        let person = try experiment.subject(1)
        let model = try FoundationModel.load("brivl-mini")
        func simulate() throws -> BrainSimulator {
            try BrainSimulator(
                of: person.films, model: model, layers: "block 2", images: experiment.stimuli(.films).images,
                ceilings: person.ceilings[.films], options: .init(repetitionTime: SceneStudy.repetitionTime))
        }
        """,
    "features": """
        let mini = try FoundationModel.load("brivl-mini")
        let pictures = try (0..<64).map { try SmallWorld(seed: 3).scene($0).image() }
        func features() throws -> FeatureSet {
            try mini.image.features(of: ImagesInMemory(pictures), layers: ["block *"], showsProgress: false)
        }
        """,
    "a surface": """
        let cortex = try CorticalSurface.smallWorld()
        let map = try SurfaceMap(
            layers: [.init("", (0..<cortex.vertexCount).map { Double($0 % 97) }, on: cortex)], on: cortex)
        """,
    "a singular value decomposition": "let square = Matrix<Double>.normal(2000, 2000, seed: 1)",
    "HDF5": """
        let big = Matrix<Float>(rows: 1000, columns: 6000, elements: (0..<6_000_000).map { Float($0 % 1013) })
        try HDF5File.create(folder + "/big.h5") { try $0.write(big, to: "x") }
        """,
}
# What is done again and again, and then once as a check, with what it gives.
WORK = {
    "a comparison of models": (
        'try ModalityComparison(subjects: pairs, regions: places, scoreName: "r")', ".rows.count", "90"),
    "sign flips": ("try ModalityComparison(subjects: pairs, regions: places, test: .signFlip)", None, None),
    "a training": ("try trainer.step(images: images, texts: tokens)", ".isFinite", "true"),
    "a simulator": ("try simulate()", ".provenance.layers.count", "1"),
    "features": ('try features()["block 1"]', ".rows", "64"),
    "a surface": ("try map.mimeBundle", "", None),
    "a singular value decomposition": ("try square.svd()", None, None),
    "a QR factorization": ("try square.qr()", None, None),
    "an inverse": ("try square.inverse()", None, None),
    "an eigendecomposition": ("try (square + square.T).eigh()", None, None),
    "a long product": ("square.matmul(square).matmul(square)", None, None),
    "CSV": ('try DataTable.open(folder + "/big.csv")', ".rowCount", "200000"),
    "HDF5": ('try HDF5File.open(folder + "/big.h5").dataset("x").matrix(as: Float.self)', "[999, 5999]", None),
    "MATLAB": ('try MATFile.open(folder + "/plain.mat")["x"].matrix()', ".rows", "1000"),
    "MATLAB, compressed": ('try MATFile.open(folder + "/packed.mat")["x"].matrix()', ".rows", "1000"),
}


def matlab(compressed):
    """A MATLAB 5 file with a matrix `x` of 1000 by 3000 doubles."""
    values = struct.pack("<1000d", *range(1000)) * 3000
    element = lambda kind, data: struct.pack("<II", kind, len(data)) + data + b"\0" * (-len(data) % 8)  # noqa: E731
    matrix = element(14, element(6, struct.pack("<II", 6, 0)) + element(5, struct.pack("<ii", 1000, 3000)) + element(1, b"x")
                     + element(9, values))
    body = struct.pack("<II", 15, len(packed := zlib.compress(matrix, 1))) + packed if compressed else matrix
    return b"MATLAB 5.0 MAT-file".ljust(124) + struct.pack("<H", 0x0100) + b"IM" + body


@pytest.fixture(scope="module")
def folder(kernel, tmp_path_factory):
    folder = tmp_path_factory.mktemp("large")
    numbers = random.Random(1)
    rows = "".join(f"{numbers.random():.6f},{number},word{number % 50}\n" for number in range(1000)) * 200
    (folder / "big.csv").write_text("value,number,name\n" + rows)
    (folder / "plain.mat").write_bytes(matlab(compressed=False))
    (folder / "packed.mat").write_bytes(matlab(compressed=True))
    kernel.ok(f'import Foundation\nlet folder = "{folder}"\nvar kept = [1]')
    return folder


@pytest.mark.parametrize("kind", WORK)
def test_an_interrupt_of_an_analysis(kernel, folder, kind):
    work, look, wanted = WORK[kind]
    kernel.ok(SETUP.get(kind, "1"), timeout=120)
    kernel.ok("kept.append(1); let before = kept.count")
    cell = kernel.client.execute(f'print("works")\nfflush(stdout)\nwhile true {{ _ = {work} }}')
    kernel.wait_for_output(cell)
    time.sleep(0.7)
    start = time.monotonic()
    kernel.interrupt()
    outcome = kernel.finish(cell, timeout=30)
    seconds = time.monotonic() - start
    print(f"{kind}: {seconds:.2f} s")
    assert outcome.reply["status"] == "error" and outcome.error["ename"] == "KeyboardInterrupt"
    assert seconds < 3, "a second, and two for a busy machine"
    assert kernel.value("kept.count == before") == "true"
    if look is None:
        return
    # What it used is whole, and no lock is held.
    got = kernel.value(f"({work}){look}", timeout=60)
    assert wanted is None or got == wanted


def test_an_interrupted_study_is_completed(kernel, folder, root):
    data = root / "Tests/Library/Brain/Fixtures/small-studies"
    kernel.ok(f"""
        let clips = try Shortclips.open("{data}/shortclips")
        let seer = try FoundationModel.load("brivl-mini")
        func study() throws -> Cohort {{
            try LuEtAl2022.filmStudy(
                clips, models: [("multimodal", seer), ("again", seer)], folder: folder + "/film", layers: .everyBlock,
                components: .count(20), showsProgress: false)
        }}""", timeout=60)
    cell = kernel.client.execute('print("works")\nfflush(stdout)\nlet whole = try study()')
    kernel.wait_for_output(cell)
    time.sleep(0.7)
    start = time.monotonic()
    kernel.interrupt()
    outcome = kernel.finish(cell, timeout=30)
    if outcome.reply["status"] == "error":
        assert outcome.error["ename"] == "KeyboardInterrupt" and time.monotonic() - start < 3
    assert kernel.value("try study().missing.isEmpty", timeout=120) == "true"


def test_a_library_that_cannot_be_interrupted_is_waited_for(kernel):
    """Its cell computes on, and the user is told; nothing is lost when it returns."""
    kernel.ok('let survivor = [1, 2]\nlet crypto = dlopen("libcrypto.so.3", RTLD_NOW)\nlet derive = unsafeBitCast(dlsym(crypto, "PKCS5_PBKDF2_HMAC_SHA1"), to: '
              "(@convention(c) (UnsafePointer<CChar>, Int32, UnsafePointer<UInt8>, Int32, Int32, Int32, UnsafeMutablePointer<UInt8>) -> Int32).self)")
    call = 'var key = [UInt8](repeating: 0, count: 20)\nprint("works")\nfflush(stdout)\n_ = derive("x", 1, [1], 1, {}, 20, &key)'
    start = time.monotonic()
    kernel.ok(call.format(1_000_000), timeout=120)
    rounds = int(8 / max(time.monotonic() - start, 0.1) * 1_000_000)
    cell = kernel.client.execute(call.format(min(rounds, 2**31 - 1)))
    kernel.wait_for_output(cell)
    kernel.interrupt()
    outcome = kernel.finish(cell, timeout=120)
    assert outcome.error["ename"] == "KeyboardInterrupt"
    assert "cannot be interrupted" in outcome.text("stderr")
    assert kernel.value("survivor") == "[1, 2]"
    # Whoever does not want to wait interrupts again.
    cell = kernel.client.execute(call.format(2**31 - 1))
    kernel.wait_for_output(cell)
    kernel.interrupt()
    kernel.wait_for_output(cell)
    kernel.interrupt()
    outcome = kernel.finish(cell, timeout=30)
    assert outcome.error["ename"] == "RunnerDied" and "survivor" in outcome.error["evalue"]
