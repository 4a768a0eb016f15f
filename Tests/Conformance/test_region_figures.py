"""Regions and pictures of voxels from a cell: their numbers, their files, their refusals."""

import csv
import io
import json

import pytest

MAP = """
let shape = [30, 36, 30]
let voxels = (0..<shape[0] * shape[1] * shape[2]).filter { index in
    let place = [index / 1080 - 15, index / 30 % 36 - 18, index % 30 - 15].map { Double($0 * $0) }
    return place[0] / 170 + place[1] / 250 + place[2] / 170 < 1
}
let space = try VoxelSpace(
    shape: shape, indices: voxels, affine: [[5, 0, 0, -72], [0, 5, 0, -105], [0, 0, 5, -70]])
let values = voxels.map { index in sin(Double(index / 1080) / 3) * 0.4 }
let scores = try VoxelScores(r2: values.map { $0 * abs($0) }, r: values)
let names = voxels.map { $0 / 1080 < 15 ? "Calcarine_L" : "Calcarine_R" }
let study = try Study(
    name: "sub-01", responses: Matrix<Float>(rows: 2, columns: voxels.count, repeating: 1), space: space,
    regions: Regions(names: names))
"""


@pytest.fixture(scope="module")
def mapped(kernel):
    kernel.ok("import Foundation")
    kernel.ok(MAP)
    return kernel


def shown(outcome):
    return outcome.of("execute_result")[0]["data"]


@pytest.mark.parametrize("word", ["onGlassBrain(study, threshold: 0.2)", "mosaic(study, threshold: 0.2, fades: true)"])
def test_one_word_gives_a_picture_and_its_numbers(mapped, word):
    data = shown(mapped.ok(f"let picture = try scores.{word}\npicture"))
    assert {"image/png", "application/vnd.vegalite.v5+json", "text/plain"} <= set(data)
    assert "Peaks" in data["text/plain"] and "Calcarine" in data["text/plain"]
    rows = list(csv.DictReader(io.StringIO(mapped.ok("print(picture.data.csv)").text())))
    count = int(mapped.value("voxels.count"))
    assert len(rows) == count and set(rows[0]) == {"voxel", "x", "y", "z", "region", "Pearson r"}
    again = json.loads(mapped.ok("print(picture.data.json)").text())
    assert len(again) == count and again[7]["Pearson r"] == float(rows[7]["Pearson r"])
    assert "image/png" in shown(mapped.ok(f"try scores.{word}"))


def test_regions_of_selected_voxels(mapped):
    table = list(csv.DictReader(io.StringIO(mapped.ok(
        "print(try scores.byRegion(study, .r2, select: .pos90).summary().csv)").text())))
    assert [row["region"] for row in table] == ["Calcarine_L", "Calcarine_R"]
    assert all(float(row["share above 0"]) == 1 for row in table)
    data = shown(mapped.ok("try scores.byRegion(study, .r2, select: .pos)"))
    assert "image/png" in data


def test_bars_have_ceilings_and_subjects(mapped):
    mapped.ok("""
        let group = try RegionScores(Matrix([[0.1, 0.2], [0.2, 0.3], [0.15, 0.1]]), regions: ["V1", "IT"], scoreName: "r")
        let bars = group.chart().under(["V1": 0.4])
        """)
    specification = json.loads(mapped.ok("print(bars.vegaLite)").text())
    text = json.dumps(specification)
    assert '"ceiling": 0.4' in text and "noise ceiling" in text and '"points": [0.1, 0.2, 0.15]' in text
    assert "noise ceiling" in mapped.ok("print(bars.data.csv)").text()


@pytest.mark.parametrize("code, words", [
    ("try scores.mosaic(study, cuts: [.axial: [400]])", "a cut at z is 400 mm"),
    ("try scores.onGlassBrain(study, fades: true)", "without a threshold"),
    ("try space.glassBrain([1, 2])", "the values number 2"),
    ('try FlatMapper.open("/no/such/mappers.hdf")', "mappers.hdf"),
    ("try MoranSurrogates(coordinates: Matrix<Double>(rows: 2, columns: 3))", "3 to 5,000"),
])
def test_refusals_say_what_is_wrong(mapped, code, words):
    assert words in mapped.fails(code).error["evalue"]
