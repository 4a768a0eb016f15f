"""The controls of a map of the cortex, by the mouse: in the page of a saved notebook, and in JupyterLab while a kernel runs.

Needs a Chromium (apt-get install chromium). With GYRUS_SCREENSHOTS=FOLDER the pages are kept as pictures.
"""

import os
from pathlib import Path

import nbformat
import pytest

websocket = pytest.importorskip("websocket", reason="websocket-client, which comes with JupyterLab, is missing")
from browser import SOFTWARE_GRAPHICS, Browser, Lab, chromium, wait_for  # noqa: E402
from test_surfaces import SPHERES  # noqa: E402

EXECUTABLE = chromium()
pytestmark = pytest.mark.skipif(EXECUTABLE is None, reason="no Chromium (apt-get install chromium)")

TWO_SHAPES = r"""
func twoShapes(_ mesh: SurfaceMesh) throws -> CorticalSurface.HemisphereMeshes {
    let wide = try SurfaceMesh(vertices: mesh.vertices.map { $0 * SIMD3(1, 1.4, 0.7) }, faces: mesh.faces)
    return try .init(shapes: [.pial: mesh, .inflated: wide])
}
let cortex = try CorticalSurface(name: "eggs", left: twoShapes(leftMesh), right: twoShapes(rightMesh))
let names = SurfaceRegions(left: leftMesh.vertices.map { $0.y < 0 ? "back" : "front" }, right: rightMesh.vertices.map { $0.z > 0 ? "top" : "bottom" })
let eggs = try SurfaceMap(
    layers: (0..<4).map { layer in .init("layer \(layer)", left: leftValues.map { $0 * Double(layer) }, right: rightValues) },
    on: cortex, title: "Eggs", valueTitle: "Pearson r", threshold: 0.3, style: .diverging
).outlining(names).telling("measured", courses: ["top": [0, 1, 2, -1]]).telling("predicted", courses: ["top": [0.5, 0.5, 0.25, -0.5]])
"""
ASKING = TWO_SHAPES + r"""
let count = leftMesh.vertices.count + rightMesh.vertices.count
let measured = Matrix<Float>((0..<6).map { time in (0..<count).map { Float($0 * (time + 1)) } })
let predicted = Matrix<Float>((0..<6).map { time in (0..<count).map { Float($0 - time) } })
let told = try eggs.telling("measured", responses: measured).telling("predicted", responses: predicted)
"""
VIEW = "document.querySelector('.gyrus-surface').gyrusView"
STATE = "document.querySelector('.gyrus-surface')?.dataset.state"
PICTURE = "document.querySelector('.gyrus-live canvas').toDataURL()"
TEXT = "document.querySelector('.gyrus-profile').innerText"


def keep(page, name):
    if folder := os.environ.get("GYRUS_SCREENSHOTS"):
        page.screenshot(Path(folder) / f"{name}.png")


def box(page, selector):
    """Where an element lies in the window: left, top, width, height."""
    return page.run(f"""(part => {{ part.scrollIntoView({{block: 'center'}}); const r = part.getBoundingClientRect();
        return [r.x, r.y, r.width, r.height]; }})(document.querySelector({selector!r}))""")


def slide(page, name, start, end):
    """Drags a slider's thumb from one part of its length to another."""
    left, top, width, height = box(page, f"input[data-name={name}]")
    # The middle of the thumb, which is 16 pixels wide, stays within the track.
    place = lambda part: (left + 8 + (width - 16) * part, top + height / 2)  # noqa: E731
    page.drag(place(start), place(end))


@pytest.fixture(scope="module")
def saved(kernel, tmp_path_factory):
    """The page that nbconvert makes of a saved notebook."""
    exporters = pytest.importorskip("nbconvert.exporters")
    kernel.ok(SPHERES + TWO_SHAPES, timeout=180)
    result = kernel.ok("eggs", timeout=180).of("execute_result")[0]
    notebook = nbformat.v4.new_notebook()
    output = nbformat.v4.new_output("execute_result", data=result["data"], metadata=result["metadata"], execution_count=1)
    notebook.cells = [nbformat.v4.new_code_cell("eggs", outputs=[output], execution_count=1)]
    body, _ = exporters.HTMLExporter(template_name="basic").from_notebook_node(notebook)
    path = tmp_path_factory.mktemp("saved") / "eggs.html"
    path.write_text(f'<!DOCTYPE html><meta charset="utf-8"><body style="width:900px">{body}</body>')
    browser = Browser(EXECUTABLE, tmp_path_factory.mktemp("chromium"), flags=SOFTWARE_GRAPHICS)
    try:
        browser.open_file(path)
        wait_for("the view", lambda: browser.run(STATE) == "live")
        yield browser
    finally:
        browser.close()


def test_every_slider_follows_the_mouse(saved):
    state = lambda name: saved.run(f"{VIEW}.state.{name}")  # noqa: E731
    told = lambda name: saved.run(f"document.querySelector('input[data-name={name}]').nextElementSibling.textContent")  # noqa: E731
    seen = [saved.run(PICTURE)]
    most = float(saved.run("document.querySelector('input[data-name=threshold]').max"))
    begin = float(saved.run("document.querySelector('input[data-name=threshold]').value")) / most
    for name, start, end in (("layer", 0, 1), ("threshold", begin, 0.8), ("opacity", 1, 0.3), ("shape", 1, 0.5)):
        before = state(name)
        slide(saved, name, start, end)
        wait_for(f"the {name}", lambda: state(name) != before)
        wait_for(f"another picture by {name}", lambda: saved.run(PICTURE) not in seen)
        seen.append(saved.run(PICTURE))
    assert state("layer") == 3 and told("layer") == "layer 3"
    assert abs(state("threshold") - 0.8 * most) < 0.05 * most and abs(float(told("threshold")) - state("threshold")) < 0.01
    assert abs(state("opacity") - 0.3) < 0.05
    assert 0.3 < state("shape") < 0.7 and told("shape") == "pial to inflated"
    keep(saved, "controls")


def test_the_cortex_is_turned_told_and_chosen(saved):
    left, top, width, height = box(saved, ".gyrus-live canvas")
    saved.run(f"{VIEW}.select(-1, null, false)")
    right = (left + width * 0.75, top + height * 0.3)
    saved.mouse("mouseMoved", *right)
    tip = wait_for("the tip", lambda: saved.run("document.querySelector('.gyrus-tip').innerText"))
    assert "top" in tip and "vertex: right" in tip
    saved.click(*right)
    profile = wait_for("the profile", lambda: saved.run(TEXT))
    assert "top" in profile and "layer 3" in profile and "measured" in profile and "predicted" in profile
    assert saved.run("document.querySelectorAll('.gyrus-profile svg').length") == 2
    # The bar of the region is chosen along with it.
    assert saved.run("document.querySelector('.gyrus-bars [aria-pressed=true]').title") == "top"
    before = saved.run(f"[{VIEW}.state.azimuth, {VIEW}.state.elevation, {VIEW}.state.selected]")
    left, top, width, height = box(saved, ".gyrus-live canvas")
    saved.drag((left + width * 0.25, top + height * 0.5), (left + width * 0.25 + 60, top + height * 0.5 + 30))
    wait_for("another side", lambda: saved.run(f"{VIEW}.state.azimuth") != before[0])
    after = saved.run(f"[{VIEW}.state.azimuth, {VIEW}.state.elevation, {VIEW}.state.selected]")
    assert after[1] > before[1] and after[2] == before[2], "a drag turns and chooses nothing"
    bar = box(saved, ".gyrus-bars button[title=back]")
    saved.click(bar[0] + 5, bar[1] + bar[3] / 2)
    wait_for("the bar's region", lambda: saved.run(TEXT).startswith("back"))


def test_a_saved_page_says_that_courses_of_vertices_need_the_kernel(kernel, saved, tmp_path_factory):
    kernel.ok(ASKING.replace(TWO_SHAPES, ""), timeout=180)
    html = kernel.ok("told", timeout=180).of("execute_result")[0]["data"]["text/html"]
    path = tmp_path_factory.mktemp("told") / "told.html"
    path.write_text(f'<!DOCTYPE html><meta charset="utf-8"><body style="width:900px">{html}</body>')
    saved.open_file(path)
    wait_for("the view", lambda: saved.run(STATE) == "live")
    left, top, width, height = box(saved, ".gyrus-live canvas")
    saved.click(left + width * 0.75, top + height * 0.3)
    assert "while its kernel runs" in wait_for("the note", lambda: saved.run("document.querySelector('.gyrus-vertex')?.innerText"))


def test_a_vertex_tells_its_course_while_the_kernel_runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab")
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": {
        "name": "gyrus", "display_name": "Swift (Gyrus)", "language": "swift"}})
    notebook.cells = [nbformat.v4.new_code_cell((SPHERES + ASKING).strip()), nbformat.v4.new_code_cell("told")]
    nbformat.write(notebook, folder / "asking.ipynb")
    lab = Lab(folder)
    try:
        browser = Browser(EXECUTABLE, tmp_path_factory.mktemp("chromium"), flags=SOFTWARE_GRAPHICS)
        try:
            browser.open(lab.address + "/doc/tree/asking.ipynb")
            panel = "[...jupyterapp.shell.widgets('main')][0]"
            wait_for("the kernel", lambda: browser.run(
                f"{panel}?.sessionContext?.session?.kernel?.connectionStatus") == "connected")
            browser.run(f"jupyterapp.shell.activateById({panel}.id)")
            browser.run("jupyterapp.commands.execute('notebook:run-all-cells').then(() => true)")
            wait_for("the view", lambda: browser.run(STATE) == "live", 180)
            left, top, width, height = box(browser, ".gyrus-live canvas")
            browser.click(left + width * 0.75, top + height * 0.3)
            text = "document.querySelector('.gyrus-vertex')?.innerText"
            wait_for("the course", lambda: browser.run("!!document.querySelector('.gyrus-vertex svg')"))
            assert "measured" in browser.run(text) and "predicted" in browser.run(text)
            keep(browser, "vertex-course")
            # The numbers are those of the vertex.
            place = browser.run(f"(p => [p.s, p.vertex])({VIEW}.state.vertex)")
            assert place[0] == 1
            first = browser.run(f"{VIEW}.mesh.sides[0].count")
            labels = browser.run(f"(async () => (await {VIEW}.courses('right', {place[1]})).map(c => c.values))()")
            column = first + place[1]
            assert labels == [[column * (time + 1) for time in range(6)], [column - time for time in range(6)]]
            # A kernel that forgot the figure says so.
            browser.run(f"{panel}.sessionContext.session.kernel.restart().then(() => true)")
            wait_for("the restart", lambda: browser.run(f"{panel}.sessionContext.session.kernel.status") == "idle")
            left, top, width, height = box(browser, ".gyrus-live canvas")
            browser.click(left + width * 0.8, top + height * 0.4)
            wait_for("the note", lambda: "run its cell again" in (browser.run(text) or ""))
        finally:
            browser.close()
    finally:
        lab.close()
