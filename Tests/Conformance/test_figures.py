"""Figures leave the notebook: saved from a cell, found by completion, refused with words."""

import struct
import time
import xml.etree.ElementTree as ElementTree

CHART = 'let figure = BarChart([.init("V1", 0.3, error: 0.05), .init("IT", -0.1)], title: "Scores", valueTitle: "Pearson r")'


def test_save_is_found_by_completion(kernel):
    kernel.ok(CHART)
    # The first answers may be empty: completion does not make a front end wait while the library is still being read.
    deadline = time.monotonic() + 60
    matches = []
    while not matches and time.monotonic() < deadline:
        matches = kernel.reply(kernel.client.complete("figure.sa", len("figure.sa")), 20)["matches"]
    assert any(match.startswith("save") for match in matches), matches


def test_a_cell_saves_a_figure_for_paper(kernel, tmp_path):
    kernel.ok(CHART)
    for suffix in ("pdf", "svg", "png"):
        kernel.ok(f'try figure.save("{tmp_path}/figure.{suffix}", width: 8.5, dpi: 300, font: "Liberation Sans")')
    assert (tmp_path / "figure.pdf").read_bytes().startswith(b"%PDF")
    width = struct.unpack(">I", (tmp_path / "figure.png").read_bytes()[16:20])[0]
    assert width == round(8.5 / 2.54 * 300)
    svg = ElementTree.parse(tmp_path / "figure.svg").getroot()
    assert svg.get("width") == "8.5cm"
    texts = [element.text for element in svg.iter("{http://www.w3.org/2000/svg}text")]
    assert {"Scores", "V1", "IT", "Pearson r", "-0.1"} <= set(texts)


def test_what_cannot_be_saved_is_told(kernel, tmp_path):
    kernel.ok(CHART)
    for arguments, words in [
        (f'"{tmp_path}/a.tiff"', ".pdf, .svg, .png"), (f'"{tmp_path}/none/a.pdf"', "none does not exist"),
        (f'"{tmp_path}/a.pdf", font: "No Such Font"', '"No Such Font" is not installed'),
        (f'"{tmp_path}/a.pdf", width: 85', "in centimeters"),
    ]:
        assert words in kernel.fails(f"try figure.save({arguments})").error["evalue"]
    assert not list(tmp_path.iterdir())


def test_a_comparison_says_which_differences_are_real(kernel):
    kernel.ok("""
        let better: [[Double]] = [
            [0.30, 0.20], [0.31, 0.22], [0.32, 0.20], [0.30, 0.22], [0.31, 0.20], [0.32, 0.22], [0.30, 0.20], [0.31, 0.22],
        ]
        let worse: [[Double]] = [
            [0.10, 0.20], [0.12, 0.22], [0.14, 0.24], [0.16, 0.20], [0.10, 0.22], [0.12, 0.24], [0.14, 0.20], [0.16, 0.22],
        ]
        let (good, poor) = (Matrix<Double>(better), Matrix<Double>(worse))
        """)
    outcome = kernel.ok('try RegionComparison([("good", good), ("poor", poor)], regions: ["V1", "IT"], test: .wilcoxon)')
    data = outcome.of("execute_result")[0]["data"]
    assert "good better" in data["text/plain"] and "no difference shown" in data["text/plain"]
    assert "V1, good and poor: *" in data["application/vnd.vegalite.v5+json"]["description"]
    assert "image/png" in data
