"""Maps of the cortex: what a cell shows, and what the saved view does in a browser, with no kernel and no network.

The parts in a browser need a Chromium (apt-get install chromium); those on fsaverage5 need its files beside the
repository. With GYRUS_SCREENSHOTS=FOLDER the pages are kept as pictures.
"""

import json
import os
from pathlib import Path

import nbformat
import pytest

websocket = pytest.importorskip("websocket", reason="websocket-client, which comes with JupyterLab, is missing")
from browser import SOFTWARE_GRAPHICS, Browser, Lab, chromium, wait_for  # noqa: E402

EXECUTABLE = chromium()
REAL = Path(__file__).resolve().parents[3] / "shared/data/real-files/nilearn"
in_browser = pytest.mark.skipif(EXECUTABLE is None, reason="no Chromium (apt-get install chromium)")
on_fsaverage = pytest.mark.skipif(not REAL.exists(), reason=f"{REAL} is missing")

SPHERES = r"""
import Foundation
func sphere(_ rings: Int) throws -> SurfaceMesh {
    let around = rings * 2
    var vertices: [SIMD3<Float>] = [[0, 0, 50]]
    for ring in 1..<rings {
        for step in 0..<around {
            let (polar, turn) = (Double(ring) / Double(rings) * .pi, Double(step) / Double(around) * 2 * .pi)
            vertices.append(SIMD3(Float(sin(polar) * cos(turn)), Float(sin(polar) * sin(turn)), Float(cos(polar))) * 50)
        }
    }
    vertices.append([0, 0, -50])
    func vertex(_ ring: Int, _ step: Int) -> UInt32 {
        ring == 0 ? 0 : ring == rings ? UInt32(vertices.count - 1) : UInt32(1 + (ring - 1) * around + step % around)
    }
    var faces: [SIMD3<UInt32>] = []
    for ring in 0..<rings {
        for step in 0..<around {
            let (a, b, c, d) = (vertex(ring, step), vertex(ring, step + 1), vertex(ring + 1, step), vertex(ring + 1, step + 1))
            if ring > 0 { faces.append([a, c, b]) }
            if ring < rings - 1 { faces.append([b, c, d]) }
        }
    }
    return try SurfaceMesh(vertices: vertices, faces: faces)
}
let (leftMesh, rightMesh) = try (sphere(12), sphere(10))
let spheres = try CorticalSurface(name: "spheres", left: leftMesh, right: rightMesh)
let leftValues = leftMesh.vertices.map { Double($0.z) / 50 }
let rightValues = rightMesh.vertices.indices.map { $0 == 3 ? .nan : Double($0) / 100 - 0.5 }
let hostile = "<img src=x onerror=window.hacked=1></script><script>window.hacked=2</script>"
let parcels = SurfaceRegions(
    left: leftMesh.vertices.map { $0.y < 0 ? hostile : "" }, right: rightMesh.vertices.map { $0.z > 0 ? "top" : "bottom" })
let layered = try SurfaceMap(
    layers: (0..<4).map { layer in .init("layer \(layer)", left: leftValues.map { $0 * Double(layer) }, right: rightValues) },
    on: spheres, title: hostile, valueTitle: "Pearson r", threshold: 0.3, style: .diverging
).outlining(parcels).telling("q", ["top": 0.012])
    .telling("measured", courses: ["top": [0, 1, .nan, -1], "bottom": [2, 2, 2, 2]])
    .telling("predicted", courses: ["top": [0.5, 0.5, 0.25, -0.5]])
"""


@pytest.fixture(scope="module")
def shown(kernel):
    kernel.ok(SPHERES, timeout=180)
    outcome = kernel.ok("layered", timeout=180)
    return outcome.of("execute_result")[0]


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    browser = Browser(EXECUTABLE, tmp_path_factory.mktemp("chromium"), flags=SOFTWARE_GRAPHICS)
    yield browser
    browser.close()


STATES = "[...document.querySelectorAll('.gyrus-surface')].map(view => view.dataset.state)"


def open_views(page, folder, *views, name="page.html"):
    """A page of live views, once the first has found out whether it can live; those far below wait."""
    body = "\n<hr>\n".join(views)
    (folder / name).write_text(f'<!DOCTYPE html><meta charset="utf-8"><body style="width:900px">{body}</body>')
    page.open_file(folder / name)
    return wait_for("the views", lambda: (states := page.run(STATES)) and states[0] != "waiting" and states)


def keep(page, name):
    if folder := os.environ.get("GYRUS_SCREENSHOTS"):
        page.screenshot(Path(folder) / f"{name}.png")


def test_a_map_shows_itself_live_still_and_as_text(shown):
    data = shown["data"]
    assert {"text/html", "image/png", "text/plain"} == set(data)
    assert "region" in data["text/plain"] and "q" in data["text/plain"]
    assert "Cortical surface map" in shown["metadata"]["image/png"]["alt"]
    html = data["text/html"]
    assert "http" not in html and " id=" not in html
    assert "window.hacked=2</script>" not in html and "<img src=x" not in html


def test_pictures_need_no_display(kernel, shown, tmp_path):
    """Neither an X server nor OpenGL is loaded by drawing."""
    kernel.ok(f"""
        unsetenv("DISPLAY")
        try layered.save("{tmp_path}/map.png", width: 17)
        try layered.save("{tmp_path}/map.pdf", width: 17)
        try layered.save("{tmp_path}/map.svg", width: 17)
        """)
    assert all((tmp_path / f"map.{suffix}").stat().st_size > 10_000 for suffix in ("png", "pdf", "svg"))
    process = int(kernel.ok("print(getpid())").text())
    maps = Path(f"/proc/{process}/maps").read_text()
    assert "libcairo" in maps
    assert "libGLX" not in maps and "libOSMesa" not in maps and "libEGL" not in maps


def test_every_number_can_be_had(kernel, shown):
    rows = kernel.ok("""
        let table = layered.data
        print(table.rowCount == spheres.vertexCount, table.columnNames)
        print(layered.dataByRegion.columnNames, layered.dataByRegion.rowCount)
        """).text()
    assert "true" in rows and "hemisphere" in rows and "layer 3" in rows and "region" in rows
    assert '"q"' in rows and "3" in rows
    times = kernel.ok("let byTime = layered.dataByTime\nprint(byTime.rowCount, byTime.columnNames)").text()
    assert times.strip() == '8 ["region", "time", "measured", "predicted"]'
    kernel.fails('try layered.telling("x", courses: ["top": [1, 2]])')
    assert "nowhere" in kernel.fails('try layered.telling("x", courses: ["nowhere": [1, 2, 3, 4]])').error["evalue"]


def test_scores_by_vertex_go_onto_the_surface(kernel, shown):
    kernel.ok("""
        let all = leftValues + rightValues.map { $0.isNaN ? 0 : $0 }
        let onCortex = try VoxelScores(r2: all.map { $0 * $0 }, r: all).onSurface(spheres, threshold: 0.1)
        """)
    assert "image/png" in kernel.ok("onCortex").of("execute_result")[0]["data"]
    assert "vertices of spheres" in kernel.fails(
        "try VoxelScores(r2: [0], r: [0]).onSurface(spheres)").error["evalue"]


def test_what_is_missing_is_told_with_the_remedy(kernel):
    outcome = kernel.run('print(try CorticalSurface.fsaverage5())')
    if outcome.error:
        assert "pip install --no-deps nilearn" in outcome.error["evalue"]
    else:
        assert "10,242 vertices" in outcome.text()


def test_scores_of_any_space_go_onto_the_surface(kernel, shown):
    """Vertices without the medial wall go where they are; a grid is read along the normals."""
    kernel.ok("""
        let noWall = try VoxelSpace(surfaces: [
            SurfaceVertices(.left, leftMesh, leavingOut: [0, 5]), SurfaceVertices(.right, rightMesh)])
        let first = try noWall.layer((0..<noWall.count).map(Double.init), on: spheres)
        print(first.left[0].isNaN, first.left[1], first.left[5].isNaN, first.left[6], first.right[0] == Double(leftMesh.vertices.count - 2))
        let cube = try VoxelSpace(shape: [61, 61, 61], indices: Array(0..<61 * 61 * 61),
            affine: [[2, 0, 0, -60], [0, 2, 0, -60], [0, 0, 2, -60]])
        let heights = (0..<cube.count).map { Double($0 % 61) * 2 - 60 }
        let second = try cube.layer(heights, on: spheres)
        print(zip(second.left, leftMesh.vertices).map { abs($0 - Double($1.z)) }.max()! < 3)
        """)
    assert kernel.ok("print(first.left[1])").text().strip() == "0.0"
    told = kernel.ok("print(first.left[0].isNaN, first.left[5].isNaN, first.left[6], zip(second.left, leftMesh.vertices).map { abs($0 - Double($1.z)) }.max()! < 3)").text()
    assert told.split() == ["true", "true", "4.0", "true"]
    kernel.ok("let wide = try VoxelScores(r2: (0..<noWall.count).map { _ in 0.1 }, r: (0..<noWall.count).map { _ in 0.3 })")
    assert "image/png" in kernel.ok("try wide.onSurface(spheres, space: noWall)").of("execute_result")[0]["data"]
    assert "list of places" in kernel.fails(
        "try VoxelSpace(coordinates: [[0, 0, 0]]).layer([1], on: spheres)").error["evalue"]


@in_browser
def test_the_saved_view_holds_what_the_map_held(kernel, shown, page, tmp_path):
    """Positions within half a step, values within half a step, regions exactly, for meshes of any kind."""
    kernel.ok(f"""
        func numbers(_ mesh: SurfaceMesh) -> [[Double]] {{ mesh.vertices.map {{ [Double($0.x), Double($0.y), Double($0.z)] }} }}
        let told: [String: Any] = ["places": [numbers(leftMesh), numbers(rightMesh)],
            "faces": [leftMesh.faces, rightMesh.faces].map {{ $0.map {{ [$0.x, $0.y, $0.z] }} }},
            "values": [leftValues.map {{ $0 * 2 }}, rightValues.map {{ $0.isNaN ? -9 : $0 }}],
            "labels": [parcels.left, parcels.right]]
        try JSONSerialization.data(withJSONObject: told).write(to: URL(fileURLWithPath: "{tmp_path}/told.json"))
        """)
    assert open_views(page, tmp_path, shown["data"]["text/html"]) == ["live"]
    told = json.loads((tmp_path / "told.json").read_text())
    found = page.run("""(() => {
        const {mesh, view} = document.querySelector('.gyrus-surface').gyrusView;
        const clean = list => [...list].map(value => Number.isNaN(value) ? -9 : value);
        return {sides: mesh.sides.map((side, s) => ({
            places: [...side.shapes[0].places], faces: [...side.shapes[0].faces], labels: [...view.labels[s]],
            values: clean(view.layers[2].sides[s])}))};
    })()""")
    for side in range(2):
        places = [number for place in told["places"][side] for number in place]
        assert max(abs(a - b) for a, b in zip(found["sides"][side]["places"], places)) <= 0.5001 * 100 / 2047
        assert found["sides"][side]["faces"] == [corner for face in told["faces"][side] for corner in face]
        # The values of all layers lie between -3 and 3.
        assert max(abs(a - b) for a, b in zip(found["sides"][side]["values"], told["values"][side])) <= 0.5001 * 6 / 1023 + 1e-6
    names = page.run("JSON.parse(document.querySelector('.gyrus-surface-data').textContent).map.regions.names")
    for side in range(2):
        assert [names[label] if label >= 0 else "" for label in found["sides"][side]["labels"]] == told["labels"][side]


@in_browser
def test_an_outlier_leaves_the_other_values_true(kernel, shown, page, tmp_path):
    """Among values below 0.5 one of 100, another of three million and one without a value: each is told as it is."""
    html = kernel.ok("""
        var wild = leftValues.map { ($0 + 1) / 4 }
        wild[7] = 100
        wild[8] = -3_456_789
        try SurfaceMap(layers: [.init("one", left: wild, right: rightValues), .init("two", left: leftValues, right: rightValues)], on: spheres)
        """, timeout=180).of("execute_result")[0]["data"]["text/html"]
    wild = [float(value) for value in kernel.ok('print(wild.map { String($0) }.joined(separator: " "))').text().split()]
    assert open_views(page, tmp_path, html) == ["live"]
    told = page.run("""(root => [...root.view.layers[0].sides[0]].map((_, vertex) => root.told({s: 0, vertex})[0][1]))(
        document.querySelector('.gyrus-surface').gyrusView)""")
    assert told[7:9] == ["100.0", "-3.46e+6"]
    # A value halfway between two numbers may be told as either.
    assert all(abs(float(text) - value) <= 0.000501 for text, value in zip(told[9:], wild[9:]))
    assert told[0] == "0.500" and told[-1] == "0.000"
    second = page.run("[...document.querySelector('.gyrus-surface').gyrusView.view.layers[1].sides[0]]")
    assert max(abs(a - (4 * b - 1)) for a, b in zip(second[9:], wild[9:])) <= 0.000501


@in_browser
def test_long_titles_and_large_meshes_are_shown_whole(kernel, shown, page, tmp_path):
    """Every word of the value's title stands above the scale; spheres of 600 mm have their nearest points."""
    title = "noise-ceiling-normalized held-out correlation of predicted and measured responses, meanoverallsubjectsandruns"
    html = kernel.ok(f"""
        func enlarged(_ mesh: SurfaceMesh) throws -> SurfaceMesh {{
            try SurfaceMesh(vertices: mesh.vertices.map {{ $0 * 12 }}, faces: mesh.faces)
        }}
        let large = try CorticalSurface(name: "large", left: enlarged(leftMesh), right: enlarged(rightMesh))
        try SurfaceMap(left: leftValues, right: rightValues, on: large, valueTitle: "{title}")
        """, timeout=180).of("execute_result")[0]["data"]["text/html"]
    assert open_views(page, tmp_path, html) == ["live"]
    legend = page.run("""(legend => ({text: [...legend.querySelectorAll('text')].map(line => line.textContent).join(''),
        top: Number(legend.querySelector('image').getAttribute('y')), height: Number(legend.getAttribute('height')),
        bottom: Math.max(...[...legend.querySelectorAll('text')].filter(line => line.getAttribute('x') === '0')
            .map(line => Number(line.getAttribute('y'))))}))(document.querySelector('.gyrus-live svg'))""")
    assert legend["text"].replace(" ", "").startswith(title.replace(" ", ""))
    assert legend["bottom"] <= legend["top"] < legend["height"] - 176
    seen = page.run("""(canvas => canvas.getContext('2d').getImageData(Math.round(canvas.width / 4), Math.round(canvas.height / 2),
        1, 1).data[3])(document.querySelector('.gyrus-live canvas'))""")
    assert seen == 255


@in_browser
def test_titles_of_courses_stand_below_one_another_where_they_are_long(kernel, shown, page, tmp_path):
    html = kernel.ok("""
        try layered.telling("the response that was measured, detrended and standardized", courses: ["top": [0, 1, 2, 3]])
            .telling("the response that the model of the images predicts", courses: ["top": [1, 1, 2, 2]])
        """, timeout=180).of("execute_result")[0]["data"]["text/html"]
    assert open_views(page, tmp_path, html) == ["live"]
    page.run("""(view => view.select(JSON.parse(document.querySelector('.gyrus-surface-data').textContent)
        .map.regions.names.indexOf('top'), null, true))(document.querySelector('.gyrus-surface').gyrusView)""")
    charts = page.run("""[...document.querySelectorAll('.gyrus-profile svg')].filter(chart => chart.textContent.includes('detrended'))
        .map(chart => [...chart.querySelectorAll('text')].map(line => [line.textContent, line.getBBox().x + line.getBBox().width,
            line.getBBox().y + line.getBBox().height, Number(chart.getAttribute('height'))]))""")
    assert len(charts) == 1
    assert all(right <= 461 and lower <= height + 1 for _, right, lower, height in charts[0])
    assert len({lower for text, _, lower, _ in charts[0] if "response" in text}) == 2


@in_browser
def test_the_mouse_finds_region_value_and_place(shown, page, tmp_path):
    open_views(page, tmp_path, shown["data"]["text/html"])
    box = page.run("(r => [r.x, r.y, r.width, r.height])(document.querySelector('.gyrus-live canvas').getBoundingClientRect())")
    # The upper half of the right hemisphere.
    x, y = box[0] + box[2] * 0.75, box[1] + box[3] * 0.3
    page.mouse("mouseMoved", x, y)
    tip = wait_for("the tip", lambda: page.run("document.querySelector('.gyrus-tip').innerText"))
    assert "top" in tip and "Pearson r, layer 0:" in tip and "q: 0.012" in tip and "vertex: right" in tip and "mm" in tip
    page.click(x, y)
    profile = wait_for("the profile", lambda: page.run("document.querySelector('.gyrus-profile').innerText"))
    assert "top" in profile and "layer 3" in profile
    assert page.run("document.querySelectorAll('.gyrus-profile circle').length") == 4
    assert "measured" in profile and "predicted" in profile and "time point" in profile
    page.mouse("mouseMoved", box[0] + 2, box[1] + 2)
    assert page.run("document.querySelector('.gyrus-tip').style.display") == "none"
    # The left hemisphere's region has a hostile name: shown as text, run by nobody.
    page.click(box[0] + box[2] * 0.3, box[1] + box[3] * 0.5)
    page.run("document.querySelector('.gyrus-surface').gyrusView.select(0, null, true)")
    assert "onerror" in page.run("document.querySelector('.gyrus-profile').innerText")
    assert page.run("window.hacked ?? null") is None


@in_browser
def test_a_chart_by_region_and_the_brain_share_one_selection(shown, page, tmp_path):
    """Two figures of one page: a bar of the first is clicked, and both brains and both charts have it."""
    html = shown["data"]["text/html"]
    open_views(page, tmp_path, html, html)
    page.run("document.querySelectorAll('.gyrus-surface')[1].scrollIntoView()")
    wait_for("both views", lambda: page.run(STATES) == ["live", "live"])
    bars = page.run("""[...document.querySelectorAll('.gyrus-surface')[0].querySelectorAll('.gyrus-bars button')].map(
        bar => [bar.title, bar.lastChild.textContent])""")
    assert {name for name, _ in bars} >= {"top", "bottom"}
    assert [float(value) for _, value in bars] == sorted((float(value) for _, value in bars), reverse=True)
    page.run("[...document.querySelectorAll('.gyrus-bars button')].find(bar => bar.title === 'top').click()")
    picked = page.run("""[...document.querySelectorAll('.gyrus-surface')].map(root => [root.gyrusView.state.selected,
        [...root.querySelectorAll('.gyrus-bars [aria-pressed=true]')].map(bar => bar.title).join()])""")
    assert picked[0] == picked[1] and picked[0][0] >= 0 and picked[0][1] == "top"
    courses = page.run("document.querySelector('.gyrus-surface').gyrusView.view.courses.map(c => c.regions.map(r => r && r.map(v => Number.isNaN(v) ? 'none' : v)))")
    top = picked[0][0]
    assert courses[0][top][2] == "none" and all(abs(a - b) < 0.005 for a, b in zip(courses[1][top], [0.5, 0.5, 0.25, -0.5]))
    assert [abs(courses[0][top][i] - value) < 0.01 for i, value in ((0, 0), (1, 1), (3, -1))] == [True] * 3
    assert [course for course in courses[1] if course] == [courses[1][top]]


@in_browser
def test_sliders_change_what_is_drawn(shown, page, tmp_path):
    open_views(page, tmp_path, shown["data"]["text/html"])
    picture = "document.querySelector('.gyrus-live canvas').toDataURL()"
    seen = [page.run(picture)]
    for name, value in (("layer", 3), ("threshold", 0.9), ("opacity", 0.2)):
        page.run(f"""(slider => {{ slider.value = {value}; slider.dispatchEvent(new Event('input')); }})(
            document.querySelector('input[data-name={name}]'))""")
        wait_for(name, lambda: page.run(picture) not in seen)
        seen.append(page.run(picture))
    page.run("[...document.querySelectorAll('.gyrus-live button')].find(b => b.textContent === 'dorsal').click()")
    wait_for("the view from above", lambda: page.run(picture) not in seen)


@in_browser
def test_numbers_of_any_size_are_drawn_alike(kernel, shown, page, tmp_path):
    """Values near 1, a millionth of a millionth of them, and beyond what 32 bits hold: one picture, with its threshold."""
    htmls = [kernel.ok(f"""
        try SurfaceMap(left: leftValues.map {{ $0 * {factor} }}, right: rightValues.map {{ $0 * {factor} }}, on: spheres,
            threshold: 0.5 * {factor})
        """, timeout=180).of("execute_result")[0]["data"]["text/html"] for factor in ("1.0", "1e-12", "1e40")]
    open_views(page, tmp_path, *htmls)
    for index in range(3):
        page.run(f"document.querySelectorAll('.gyrus-surface')[{index}].scrollIntoView()")
        wait_for(f"view {index}", lambda: page.run(f"({STATES})[{index}]") == "live")
    apart = page.run("""(([one, ...others]) => others.map(other => one.reduce((sum, value, i) => sum + Math.abs(value - other[i]), 0) / one.length))(
        [...document.querySelectorAll('.gyrus-live canvas')].map(canvas => [...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data]))""")
    assert max(apart) < 1
    assert page.run("document.querySelectorAll('.gyrus-surface')[2].gyrusView.told({s: 0, vertex: 0})[0][1]") == "1.00e+40"
    assert page.run("document.querySelectorAll('.gyrus-surface')[1].gyrusView.told({s: 0, vertex: 0})[0][1]") == "1.00e-12"


@in_browser
def test_only_the_first_button_turns_the_brain(shown, page, tmp_path):
    """A menu may swallow the release of another button, and a gesture that of a finger: the brain does not go on turning."""
    open_views(page, tmp_path, shown["data"]["text/html"])
    turned = page.run("""(root => {
        const canvas = root.querySelector('.gyrus-live canvas'), state = root.gyrusView.state, before = state.azimuth, found = [];
        canvas.setPointerCapture = () => {};
        const send = (kind, x, button) => canvas.dispatchEvent(new PointerEvent(kind, {clientX: x, clientY: 100, button, pointerId: 1}));
        send('pointerdown', 100, 2); send('pointermove', 160, -1); found.push(state.azimuth !== before);
        send('pointerdown', 100, 0); send('pointercancel', 100, 0); send('pointermove', 160, -1); found.push(state.azimuth !== before);
        send('pointerdown', 100, 0); send('pointermove', 160, -1); send('pointerup', 160, 0); found.push(state.azimuth !== before);
        return found;
    })(document.querySelector('.gyrus-surface'))""")
    assert turned == [False, False, True]


@in_browser
def test_a_second_finger_does_not_turn_the_brain(shown, page, tmp_path):
    """The brain follows the finger that came first, until that is lifted."""
    open_views(page, tmp_path, shown["data"]["text/html"])
    apart = page.run("""(root => {
        const canvas = root.querySelector('.gyrus-live canvas'), state = root.gyrusView.state, before = state.azimuth, found = [];
        canvas.setPointerCapture = () => {};
        const send = (kind, x, pointerId) => canvas.dispatchEvent(new PointerEvent(kind, {
            clientX: x, clientY: 100, button: kind === 'pointermove' ? -1 : 0, pointerId, pointerType: 'touch', isPrimary: pointerId === 1}));
        const tell = () => found.push(Math.round(Math.abs(state.azimuth - before) * 100) / 100);
        send('pointerdown', 100, 1); send('pointermove', 120, 1); tell();
        send('pointerdown', 300, 2); send('pointermove', 320, 2); tell();
        send('pointerup', 320, 2); send('pointermove', 140, 1); tell();
        send('pointerup', 140, 1); send('pointermove', 200, 1); tell();
        return found;
    })(document.querySelector('.gyrus-surface'))""")
    assert apart == [9, 9, 18, 18]


@in_browser
def test_courses_and_means_of_any_size_are_told_as_they_are(kernel, shown, page, tmp_path):
    """A course of picoampere meters is no flat line, and the mean of a region has all the digits that are shown."""
    html = kernel.ok("""
        try SurfaceMap(left: leftValues.map { _ in 12_345.6 }, right: rightValues.map { _ in 12_345.6 }, on: spheres).outlining(parcels)
            .telling("source", courses: ["top": [0, 4e-13, 2e-13, -4e-13]])
        """, timeout=180).of("execute_result")[0]["data"]["text/html"]
    assert open_views(page, tmp_path, html) == ["live"]
    course = page.run("document.querySelector('.gyrus-surface').gyrusView.view.courses[0].regions.find(values => values)")
    assert all(abs(a - b) < 4e-15 for a, b in zip(course, [0, 4e-13, 2e-13, -4e-13]))
    assert set(page.run("[...document.querySelectorAll('.gyrus-bars button')].map(bar => bar.lastChild.textContent)")) == {"12346"}


@in_browser
@pytest.mark.parametrize("value, told", [("-1.234e-9", "-1.23e-9"), ("-0.00123", "-0.00123"), ("-123_456", "-123456")])
def test_means_of_any_size_have_room_beside_their_bars(kernel, shown, page, tmp_path, value, told):
    """What is cut off of 0.00000000123 leaves zero."""
    html = kernel.ok(f"""
        try SurfaceMap(left: leftValues.map {{ _ in {value} }}, right: rightValues.map {{ _ in {value} }}, on: spheres).outlining(parcels)
        """, timeout=180).of("execute_result")[0]["data"]["text/html"]
    assert open_views(page, tmp_path, html) == ["live"]
    bars = "[...document.querySelectorAll('.gyrus-bars button')]"
    assert set(page.run(f"{bars}.map(bar => bar.lastChild.textContent)")) == {told}
    assert page.run(f"{bars}.every(bar => bar.lastChild.getBoundingClientRect().right <= bar.getBoundingClientRect().right)")


@in_browser
def test_more_regions_than_two_bytes_tell_apart_keep_their_names(kernel, shown, page, tmp_path):
    html = kernel.ok("""
        let fine = try sphere(190)
        try SurfaceMap(left: fine.vertices.map { Double($0.z) }, on: CorticalSurface(name: "fine", left: fine, right: nil))
            .outlining(SurfaceRegions(left: fine.vertices.indices.map { "vertex \\($0)" }))
        """, timeout=300).of("execute_result")[0]["data"]["text/html"]
    assert open_views(page, tmp_path, html) == ["live"]
    names = page.run("""(root => [0, 3, 65532, 65533, 65540, 71821].map(vertex => root.gyrusView.told({s: 0, vertex})[0][1]))(
        document.querySelector('.gyrus-surface'))""")
    assert names == [f"vertex {vertex}" for vertex in (0, 3, 65532, 65533, 65540, 71821)]


@in_browser
def test_a_mesh_is_known_by_its_hemisphere_and_place(kernel, shown, page, tmp_path):
    """The same mesh as the left hemisphere, as the right one and moved: each view has its own."""
    htmls = [kernel.ok(f"""
        try SurfaceMap({values}, on: CorticalSurface(name: "one", {meshes}))
        """, timeout=180).of("execute_result")[0]["data"]["text/html"] for values, meshes in (
            ("left: leftValues", "left: leftMesh, right: nil"),
            ("right: leftValues", "left: nil, right: leftMesh"),
            ("left: leftValues", "left: SurfaceMesh(vertices: leftMesh.vertices.map { $0 + SIMD3(500, 0, 0) }, faces: leftMesh.faces), right: nil"))]
    open_views(page, tmp_path, *htmls)
    for index in range(3):
        page.run(f"document.querySelectorAll('.gyrus-surface')[{index}].scrollIntoView()")
        wait_for(f"view {index}", lambda: page.run(f"({STATES})[{index}]") == "live")
    found = page.run("""[...document.querySelectorAll('.gyrus-surface')].map(root =>
        [root.gyrusView.mesh.sides[0].name, root.gyrusView.mesh.sides[0].shapes[0].places[0]])""")
    assert [name for name, _ in found] == ["left", "right", "left"]
    assert abs(found[2][1] - found[0][1] - 500) < 1


@in_browser
def test_many_views_live_on_one_page(shown, page, tmp_path):
    """More than a browser has WebGL contexts for; one mesh, and one selection for all."""
    html = shown["data"]["text/html"]
    count = 18
    open_views(page, tmp_path, *[html] * count)
    for index in range(count):
        page.run(f"document.querySelectorAll('.gyrus-surface')[{index}].scrollIntoView()")
        wait_for(f"view {index}", lambda: page.run(f"({STATES})[{index}]") == "live")
    assert page.run("window.gyrusSurfaces2.meshes.size") == 1
    page.run("document.querySelectorAll('.gyrus-surface')[0].gyrusView.select(1, null, true)")
    assert page.run("document.querySelectorAll('.gyrus-surface')[5].gyrusView.state.selected") == 1
    # One that is cleared takes nothing from the others.
    page.run("document.querySelectorAll('.gyrus-surface')[0].remove()")
    page.run("document.querySelectorAll('.gyrus-surface')[3].gyrusView.draw()")
    assert set(page.run(STATES)) == {"live"}


@in_browser
def test_without_webgl_the_still_stands(shown, tmp_path, tmp_path_factory):
    browser = Browser(EXECUTABLE, tmp_path_factory.mktemp("chromium"), flags=("--disable-gpu", "--disable-3d-apis"))
    try:
        assert open_views(browser, tmp_path, shown["data"]["text/html"]) == ["still"]
        assert browser.run("document.querySelector('.gyrus-still').getBoundingClientRect().width") > 300
        assert "WebGL" in browser.run("document.querySelector('.gyrus-surface').dataset.reason")
    finally:
        browser.close()


@in_browser
@on_fsaverage
def test_fsaverage5_is_small_and_exact(kernel, page, tmp_path):
    """The faces are made and not stored, and both shapes come back within half a step."""
    outcome = kernel.ok(f"""
        let real = "{REAL}/"
        let fsaverage = try CorticalSurface.open(
            left: [.pial: real + "pial.left.gii.gz", .inflated: real + "pial_inflated.left.gii.gz", .flat: real + "flat_left.gii.gz"],
            right: [.pial: real + "pial.right.gii.gz", .inflated: real + "pial_inflated.right.gii.gz", .flat: real + "flat_right.gii.gz"],
            sulci: (real + "sulc_left.gii.gz", real + "curv_right.gii.gz"), name: "fsaverage5")
        func wave(_ side: Hemisphere) throws -> [Double] {{
            try fsaverage.mesh(side, .pial).vertices.map {{ sin(Double($0.y) / 18) * cos(Double($0.z) / 22) }}
        }}
        for (shape, name) in [(SurfaceShape.pial, "pial"), (.inflated, "inflated"), (.flat, "flat")] {{
            let places = try fsaverage.mesh(.right, shape).vertices.flatMap {{ [$0.x, $0.y, $0.z] }}
            try places.withUnsafeBytes {{ Data($0) }}.write(to: URL(fileURLWithPath: "{tmp_path}/\\(name)"))
        }}
        try SurfaceMap(left: wave(.left), right: wave(.right), on: fsaverage, title: "Wave", threshold: 0.4, style: .diverging)
        """)
    html = outcome.of("execute_result")[0]["data"]["text/html"]
    assert len(html) <= 260_000
    assert open_views(page, tmp_path, html) == ["live"]
    keep(page, "fsaverage5")
    import array
    for index, name in enumerate(("pial", "inflated", "flat")):
        expected = array.array("f", (tmp_path / name).read_bytes())
        shape = page.run(f"""(shape => ({{places: [...shape.places], faces: shape.faces.length / 3, corners: [...new Set(shape.faces)]}}))(
            document.querySelector('.gyrus-surface').gyrusView.mesh.sides[1].shapes[{index}])""")
        assert shape["faces"] == (18790 if name == "flat" else 20480)
        used = shape["corners"]
        reach = [max(expected[3 * v + axis] for v in used) - min(expected[3 * v + axis] for v in used) for axis in range(3)]
        step = max(reach) / 2047
        worst = max(abs(shape["places"][3 * v + axis] - expected[3 * v + axis]) for v in used for axis in range(3))
        assert worst <= 0.5001 * step + 2e-5, name


@in_browser
def test_in_jupyterlab_in_both_themes(shown, tmp_path_factory):
    """A saved notebook, trusted, without a kernel."""
    folder = tmp_path_factory.mktemp("lab")
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": {
        "name": "gyrus", "display_name": "Swift (Gyrus)", "language": "swift"}})
    output = nbformat.v4.new_output("execute_result", data=shown["data"], metadata=shown["metadata"], execution_count=1)
    notebook.cells = [nbformat.v4.new_code_cell("layered", outputs=[output], execution_count=1)]
    from nbformat.sign import NotebookNotary
    lab = Lab(folder)
    try:
        notary = NotebookNotary(data_dir=str(folder / "jupyter/data"))
        notary.sign(notebook)
        nbformat.write(notebook, folder / "map.ipynb")
        browser = Browser(EXECUTABLE, tmp_path_factory.mktemp("chromium"), flags=SOFTWARE_GRAPHICS)
        try:
            browser.open(lab.address + "/doc/tree/map.ipynb")
            wait_for("the view", lambda: browser.run(STATES) == ["live"])
            colors = []
            for theme in ("JupyterLab Light", "JupyterLab Dark"):
                browser.run(f"jupyterapp.commands.execute('apputils:change-theme', {{theme: '{theme}'}}).then(() => true)")
                wait_for(theme, lambda: browser.run("document.body.dataset.jpThemeName") == theme)
                colors.append(wait_for("the text's color", lambda: (color := browser.run(
                    "getComputedStyle(document.querySelector('.gyrus-live')).color")) not in colors and color))
                keep(browser, "surface-" + theme.split()[1].lower())
            assert len(set(colors)) == 2
        finally:
            browser.close()
    finally:
        lab.close()
