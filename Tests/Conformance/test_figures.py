"""Figures leave the notebook: saved from a cell, found by completion, refused with words."""

import struct
import xml.etree.ElementTree as ElementTree

CHART = 'let figure = BarChart([.init("V1", 0.3, error: 0.05), .init("IT", -0.1)], title: "Scores", valueTitle: "Pearson r")'


def test_save_is_found_by_completion(kernel):
    kernel.ok(CHART)
    reply = kernel.reply(kernel.client.complete("figure.sa", len("figure.sa")), 20)
    assert any(match.startswith("save") for match in reply["matches"]), reply["matches"]


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
        let good = Matrix<Double>((0..<8).map { [0.3 + 0.01 * Double($0 % 3), 0.2 + 0.02 * Double($0 % 2)] })
        let poor = Matrix<Double>((0..<8).map { [0.1 + 0.02 * Double($0 % 4), 0.2 + 0.02 * Double($0 % 3)] })
        """)
    outcome = kernel.ok('try RegionComparison([("good", good), ("poor", poor)], regions: ["V1", "IT"], test: .wilcoxon)')
    data = outcome.of("execute_result")[0]["data"]
    assert "good better" in data["text/plain"] and "no difference shown" in data["text/plain"]
    assert "V1, good and poor: *" in data["application/vnd.vegalite.v5+json"]["description"]
    assert "image/png" in data
