"""A user in JupyterLab: runs a cell, moves a slider, and sees the chart follow.

Needs a Chromium, which `make setup` does not install (it is large); `apt-get install chromium` does. With
GYRUS_SCREENSHOTS=FOLDER the pages are kept as pictures.
"""

import json
import os
from pathlib import Path

import nbformat
import pytest

pytest.importorskip("websocket", reason="websocket-client, which comes with JupyterLab, is missing")
from browser import Browser, Lab, chromium, wait_for  # noqa: E402

EXECUTABLE = chromium()
pytestmark = pytest.mark.skipif(
    EXECUTABLE is None, reason="no Chromium: widgets are not seen in a browser (apt-get install chromium)")

CELL = """
interact(Slider("layer", 0...11), SelectionSlider("alpha", [0.1, 1, 10, 100])) { layer, alpha in
    print("drawn for \\(layer)")
    if layer == 11 { fatalError("no such layer") }
    return LineChart(
        [.init("scores", (0..<12).map { exp(-pow(Double($0 - layer) / (1 + log10(alpha + 1)), 2)) })],
        positions: (0..<12).map(String.init), title: "layer \\(layer), alpha \\(alpha)",
        positionTitle: "layer", valueTitle: "score")
}
"""
# The notebook, whether or not the page has the focus.
PANEL = "[...jupyterapp.shell.widgets('main')][0]"
OUTPUTS = f"{PANEL}.content.widgets[0].model.outputs.toJSON()"
# The title of the chart, in the table that stands for it where there are no pictures: in the model, not the page.
CHART = f"({OUTPUTS}).filter(o => o.data && o.data['application/vnd.vegalite.v5+json'])"
TITLE = f"{CHART}.map(o => JSON.stringify(o.data['application/vnd.vegalite.v5+json'].title)).join()"
DRAWN = "document.querySelector('.vega-embed canvas')?.toDataURL() ?? document.querySelector('.vega-embed svg')?.outerHTML"


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab")
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": {
        "name": "gyrus", "display_name": "Swift (Gyrus)", "language": "swift"}})
    notebook.cells = [nbformat.v4.new_code_cell(CELL.strip())]
    nbformat.write(notebook, folder / "interact.ipynb")
    lab = Lab(folder)
    try:
        browser = Browser(EXECUTABLE, tmp_path_factory.mktemp("chromium"))
        try:
            browser.open(lab.address + "/doc/tree/interact.ipynb")
            wait_for(
                "the kernel", lambda: browser.run(
                    f"{PANEL}?.sessionContext?.session?.kernel?.connectionStatus") == "connected")
            browser.run(f"jupyterapp.shell.activateById({PANEL}.id)")
            yield browser
        finally:
            browser.close()
    finally:
        lab.close()


def keep(page, name):
    if folder := os.environ.get("GYRUS_SCREENSHOTS"):
        page.screenshot(Path(folder) / f"{name}.png")


def move(page, slider, key, code, times=1):
    """Moves a slider by its keys, as a user does."""
    page.run(f"document.querySelectorAll('.widget-slider .noUi-handle')[{slider}].focus()")
    page.press(key, code, times)


def click(page, selector):
    """Clicks into the middle of an element, once it is on the screen."""
    place = page.run(f"""(async () => {{
        const element = document.querySelector({json.dumps(selector)});
        element.scrollIntoView({{block: 'center'}});
        await new Promise(done => setTimeout(done, 300));
        const box = element.getBoundingClientRect();
        return [box.x + box.width / 2, box.y + box.height / 2] }})()""")
    page.click(*place)
    assert page.run(f"document.activeElement === document.querySelector({json.dumps(selector)})")


def test_a_slider_moves_the_chart(page):
    page.run("jupyterapp.commands.execute('notebook:run-all-cells').then(() => true)")
    wait_for("the sliders", lambda: page.run("document.querySelectorAll('.widget-slider').length") == 2)
    first = wait_for("the chart", lambda: page.run(DRAWN))
    assert "layer 0, alpha 0.1" in page.run(TITLE)
    keep(page, "first")

    move(page, 0, "ArrowRight", 39, times=4)
    wait_for("the chart of layer 4", lambda: "layer 4, alpha 0.1" in page.run(TITLE), 20)
    second = wait_for("the drawing", lambda: page.run(f"({DRAWN}) !== {first!r} && ({DRAWN})"), 20)
    move(page, 1, "ArrowRight", 39, times=2)
    wait_for("the chart of alpha 10", lambda: "layer 4, alpha 10" in page.run(TITLE), 20)
    wait_for("the drawing", lambda: page.run(f"({DRAWN}) !== {second!r}"), 20)
    assert page.run("document.querySelector('.widget-readout').innerText") == "4"
    assert page.run("document.querySelectorAll('.vega-embed').length") == 1, "one chart, drawn again in its place"
    keep(page, "moved")


def test_what_a_move_prints_and_its_trap_appear_by_the_sliders(page):
    wait_for("the text", lambda: "drawn for 4" in (page.run("document.body.innerText") or ""), 10)
    move(page, 0, "End", 35)
    wait_for("the trap", lambda: "no such layer" in page.run("document.body.innerText"), 20)
    keep(page, "trap")
    move(page, 0, "Home", 36)
    wait_for("the chart of layer 0", lambda: "layer 0, alpha 10" in page.run(TITLE), 20)
    wait_for("the text", lambda: "no such layer" not in page.run(
        "document.querySelector('.jp-OutputArea').innerText"), 10)
    keep(page, "after")


def test_a_slider_is_served_while_a_cell_runs(page):
    page.run("""(async () => {
        jupyterapp.commands.execute('notebook:insert-cell-below');
        const cell = PANEL.content.activeCell;
        cell.model.sharedModel.setSource('print("busy")\\nsleep(8)\\nprint("free")');
        jupyterapp.commands.execute('notebook:run-cell');
        return true })()""".replace("PANEL", PANEL))
    text = f"{PANEL}.content.widgets[1].model.outputs.toJSON().map(o => o.text).join('')"
    wait_for("the running cell", lambda: "busy" in page.run(text), 20)
    move(page, 0, "ArrowRight", 39, times=2)
    wait_for("the chart of layer 2", lambda: "layer 2, alpha 10" in page.run(TITLE), 6)
    assert "free" not in page.run(text), "the cell is still running"
    wait_for("the end of the cell", lambda: "free" in page.run(text), 20)


def test_a_table_is_sorted_by_its_headings(page):
    page.run("""(async () => {
        jupyterapp.commands.execute('notebook:insert-cell-below');
        PANEL.content.activeCell.model.sharedModel.setSource(SOURCE);
        jupyterapp.commands.execute('notebook:run-cell');
        return true })()""".replace("PANEL", PANEL).replace("SOURCE", json.dumps(
            'try DataTable(["name": ["ten", "none", "two", "$x$"], "n": [10, .nan, 2.25, 1e-9]])')))
    heading = "[...document.querySelectorAll('.jp-RenderedHTML th')].filter(head => /^n[^a-z]/.test(head.innerText))[0]"
    wait_for("the table", lambda: page.run(f"!!{heading}?.hasAttribute('aria-sort')"), 30)
    names = f"[...{heading}.closest('table').tBodies[0].rows].map(row => row.cells[0].innerText).join()"
    assert page.run(names) == "ten,none,two,$x$", "dollar signs are no formula"
    for order in ("$x$,two,ten,none", "ten,two,$x$,none", "ten,none,two,$x$"):
        page.run(f"{heading}.click()")
        assert page.run(names) == order
    page.run(f"{heading}.focus()")
    page.press("Enter", 13)
    assert page.run(names) == "$x$,two,ten,none" and page.run(f"{heading}.getAttribute('aria-sort')") == "ascending"
    keep(page, "table")


LIVE = """
let experiment = try SceneStudy()
let subject = try experiment.subject(1)
let model = try FoundationModel.load("brivl-mini")
let options = BrainSimulator.Options(
    repetitionTime: SceneStudy.repetitionTime, drift: .cosine(period: 128, repetitionTime: SceneStudy.repetitionTime))
let reader = try BrainSimulator(
    of: subject.captions, model: model, layers: "layer 1", texts: experiment.stimuli(.captions).texts, options: options)
let viewer = try BrainSimulator(
    of: subject.films, model: model, layers: "block 2", images: experiment.stimuli(.films).images, options: options)
let surface = try CorticalSurface.smallWorld()
let scenes = (0..<4).map { SmallWorld(seed: 77).scene($0, of: .test) }
func live(_ response: SimulatedResponse) throws -> SurfaceMap {
    var map = try response.onSurface(surface, limit: 1.5).outlining(.smallWorld)
    map.views = [.lateral]
    return map
}
try interact(TextField("sentence", value: "three small green moons")) { sentence in
    print("read: \\(sentence)")
    return try live(reader.respond(to: sentence))
}
try interact(Dropdown("scene", Array(scenes.indices))) { index in
    print("seen: \\(index)")
    return try live(viewer.respond(to: ScenePictures([scenes[index]])))
}
"""


def watch_pictures(page):
    """Notes in `followed` when a picture of the active cell was last replaced, by the page's clock: to ask takes its time."""
    page.run(f"""(() => {{
        window.begun = window.followed = 0;
        const outputs = {PANEL}.content.activeCell.model.outputs;
        const pictures = () => Array.from({{length: outputs.length}}, (_, i) => outputs.get(i).data['image/png'] ?? '').join();
        let last = pictures();
        outputs.changed.connect(() => {{
            const now = pictures();
            if (now !== last) followed = performance.now();
            last = now;
        }});
        return true }})()""")


def test_the_brain_follows_a_sentence_and_a_picture(page):
    page.run("""(async () => {
        jupyterapp.commands.execute('notebook:insert-cell-below');
        PANEL.content.activeCell.model.sharedModel.setSource(SOURCE);
        jupyterapp.commands.execute('notebook:run-cell');
        return true })()""".replace("PANEL", PANEL).replace("SOURCE", json.dumps(LIVE.strip())))
    brains = (f"({PANEL}.content.activeCell.model.outputs.toJSON()).filter(o => o.data && o.data['image/png'])"
              ".map(o => o.data['image/png'])")
    wait_for("both brains", lambda: page.run(f"{brains}.length") == 2, 120)
    keep(page, "brain-first")
    first = page.run(brains)
    watch_pictures(page)
    click(page, ".widget-text input")
    page.run("document.activeElement.select()")
    page.call("Input.insertText", text="a red circle above a blue star")
    page.run("begun = performance.now()")
    page.press("Enter", 13)
    wait_for("the brain of the sentence", lambda: page.run(f"{brains}[0]") not in first, 30)
    print(f"the brain followed the sentence after {page.run('followed - begun') / 1000:.2f} s")
    wait_for("what was read", lambda: "read: a red circle above a blue star" in page.run("document.body.innerText"), 10)
    page.run("""(() => {
        begun = performance.now();
        const choice = document.querySelector('.widget-dropdown select');
        choice.selectedIndex = 1;
        return choice.dispatchEvent(new Event('change', {bubbles: true})) })()""")  # A list that opens is no part of the page.
    wait_for("the brain of the picture", lambda: page.run(f"{brains}[1] ?? ''") not in ("", first[1]), 30)
    print(f"the brain followed the picture after {page.run('followed - begun') / 1000:.2f} s")
    wait_for("what was seen", lambda: "seen: 1" in page.run("document.body.innerText"), 10)
    keep(page, "brain-after")


def test_a_page_that_is_loaded_anew_has_its_widgets_again(page):
    page.run("jupyterapp.commands.execute('docmanager:save').then(() => true)")
    page.open(page.run("location.href"))
    wait_for("the sliders", lambda: page.run("document.querySelectorAll('.widget-slider').length") == 2)
    assert page.run("document.querySelector('.widget-readout').innerText") == "2"
    move(page, 0, "ArrowRight", 39)
    wait_for("the sliders' answer", lambda: page.run("document.querySelector('.widget-readout').innerText") == "3", 10)
    keep(page, "reloaded")
