"""Figures leave the notebook: saved from a cell, found by completion, refused with words."""

import json
import struct
import time
import xml.etree.ElementTree as ElementTree
import zlib

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


def pixels(path):
    """The rows of a PNG of 8-bit RGB or with a palette, each a list of colors."""
    data = path.read_bytes()
    width, height, depth, kind = struct.unpack(">IIBB", data[16:26])
    assert depth == 8 and kind in (2, 3)
    size = 3 if kind == 2 else 1
    packed, palette, place = b"", b"", 8
    while place < len(data):
        length, name = struct.unpack(">I4s", data[place:place + 8])
        packed += data[place + 8:place + 8 + length] if name == b"IDAT" else b""
        palette += data[place + 8:place + 8 + length] if name == b"PLTE" else b""
        place += length + 12
    raw, stride = zlib.decompress(packed), size * width
    above = bytearray(stride)
    for row in range(height):
        kind, *line = raw[row * (stride + 1):(row + 1) * (stride + 1)]
        for index in range(stride):
            left, up, corner = (line[index - size], above[index], above[index - size]) if index >= size else (0, above[index], 0)
            # Paeth's predictor: the neighbor nearest to left + up - corner.
            nearest = min((abs(up - corner), 0, left), (abs(left - corner), 1, up), (abs(left + up - 2 * corner), 2, corner))[2]
            line[index] = (line[index] + [0, left, up, (left + up) // 2, nearest][kind]) & 255
        above = line
        if palette:
            yield [tuple(palette[3 * index:3 * index + 3]) for index in line]
        else:
            yield [tuple(line[index:index + 3]) for index in range(0, stride, 3)]


def test_no_seams_show_between_cells(kernel, tmp_path):
    """Voxels of one color make one area, also where their edges lie between pixels."""
    kernel.ok(f"""
        let slice = try ScoreMap.Slice(width: 30, height: 20, values: Array(repeating: 1, count: 600),
            background: Array(repeating: 500, count: 600))
        try ScoreMap([slice], style: ChartStyle(domain: 0...2)).save("{tmp_path}/map.png", width: 7.3, dpi: 97)
        """)
    color = (0xCC, 0x47, 0x78)  # the middle of plasma
    rows = [[pixel == color for pixel in row] for row in pixels(tmp_path / "map.png")]
    # Where the slice lies; the color bar beside it has the color in one line at most.
    inside = [row[row.index(True):row.index(True) + 150] for row in rows if sum(row) > 100]
    assert len(inside) > 100 and all(all(row) for row in inside)


def test_an_error_bar_below_zero_is_told_in_vega_lite(kernel):
    text = kernel.ok("""
    print(BarChart([.init("V1", 0.3, error: -0.1)]).vegaLite)
    print(LineChart([.init("a", points: [.init(0, 1, error: 0.1), .init(1, 2, error: -0.2)])]).vegaLite)""").text()
    for line, told in zip(text.splitlines(), ["-0.1, but must be", "-0.2, but must be"], strict=True):
        chart = json.loads(line)
        assert told in " ".join(chart["title"]["subtitle"]) and chart["mark"]["type"] == "text"
        assert '"low"' not in line
