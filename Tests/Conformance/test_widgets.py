"""Widgets over ipywidgets' protocol, driven as its front end drives them."""

import pytest
from comms import FrontEnd, of, text, until_all_idle

VIEW = "application/vnd.jupyter.widget-view+json"
PNG = bytes.fromhex("89504e470d0a1a0a")


@pytest.fixture(scope="module")
def front(kernel):
    return FrontEnd(kernel)


def models(messages):
    """The states of the widgets that were opened, by comm id."""
    return {
        message["content"]["comm_id"]: message["content"]["data"]["state"] for message in of(messages, "comm_open")}


def opened(messages, model):
    """The comm id and the state of the one widget of a model."""
    (found,) = [(comm, state) for comm, state in models(messages).items() if state["_model_name"] == model]
    return found


def update(front, comm, subshell=None, **state):
    """Changes values of a widget as the front end does."""
    return front.message(comm, {"method": "update", "state": state, "buffer_paths": []}, subshell=subshell)


def updates(messages, comm, method="update"):
    """The states that were sent to a widget."""
    return [
        message["content"]["data"]["state"] for message in of(messages, "comm_msg")
        if message["content"]["comm_id"] == comm and message["content"]["data"]["method"] == method]


def test_a_slider_opens_with_layout_and_style(kernel):
    outcome = kernel.ok('let layer = Slider("layer", 0...11, value: 3)\nlayer')
    comm, state = opened(outcome.messages, "IntSliderModel")
    assert (state["min"], state["max"], state["value"], state["description"]) == (0, 11, 3, "layer")
    assert state["_model_module"] == state["_view_module"] == "@jupyter-widgets/controls"
    assert state["_model_module_version"] == "2.0.0" and state["_view_name"] == "IntSliderView"
    others = models(outcome.messages)
    for part, model in [("layout", "LayoutModel"), ("style", "SliderStyleModel")]:
        assert others[state[part].removeprefix("IPY_MODEL_")]["_model_name"] == model
    first = of(outcome.messages, "comm_open")[-1]
    assert first["content"]["target_name"] == "jupyter.widget" and first["metadata"]["version"] == "2.1.0"
    (result,) = outcome.of("execute_result")
    assert result["data"][VIEW] == {"version_major": 2, "version_minor": 0, "model_id": comm}
    assert result["data"]["text/plain"] == "layer: 3 [0 … 11]"


def test_the_front_end_moves_a_slider_and_code_follows(kernel, front):
    outcome = kernel.ok(
        'let mix = Slider("mix", 0...1.0)\nmix.onChange { print("mixed", $0) }\nmix.onChange { _ in print("twice") }')
    comm, state = opened(outcome.messages, "FloatSliderModel")
    assert state["step"] == 0.01
    messages = update(front, comm, value=0.25)
    assert text(messages) == "mixed 0.25\ntwice\n"
    assert updates(messages, comm, "echo_update") == [{"value": 0.25}]
    assert kernel.value("mix.value") == "0.25"
    assert text(update(front, comm, value=0.25)) == "", "no change, no call"


def test_code_moves_a_slider_and_the_front_end_follows(kernel):
    outcome = kernel.ok('let knob = Slider("knob", 0...9)\nknob.onChange { print("now", $0) }')
    comm, _ = opened(outcome.messages, "IntSliderModel")
    moved = kernel.ok("knob.value = 4\nknob.value = 4\nknob.value = 99\nknob.value")
    assert updates(moved.messages, comm) == [{"value": 4}, {"value": 9}]
    assert moved.text() == "now 4\nnow 9\n" and moved.result == "9"


def test_a_value_that_makes_no_sense_is_not_taken(kernel, front):
    comm, _ = opened(kernel.ok('let odd = Slider("odd", 2...5)').messages, "IntSliderModel")
    for value, expected in [("text", "2"), (None, "2"), (1e300, "2"), (-7, "2"), (99, "5"), ([], "2")]:
        update(front, comm, value=value)
        assert kernel.value("odd.value") == expected


@pytest.mark.parametrize(
    "code, model, state, value",
    [
        ('RangeSlider("r", 0...10)', "IntRangeSliderModel", {"value": [2, 5]}, "2...5"),
        ('RangeSlider("r", 0...1.0)', "FloatRangeSliderModel", {"value": [0.5, 1]}, "0.5...1.0"),
        ('LogSlider("a", 0.1...1000)', "FloatLogSliderModel", {"value": 10}, "10.0"),
        ('SelectionSlider("a", [0.1, 1, 10])', "SelectionSliderModel", {"index": 2}, "10.0"),
        ('Dropdown("region", ["V1", "FFA"])', "DropdownModel", {"index": 1}, '"FFA"'),
        ('Checkbox("log")', "CheckboxModel", {"value": True}, "true"),
        ('TextField("name", value: "x")', "TextModel", {"value": "zwölf"}, '"zwölf"'),
    ])
def test_each_input_takes_its_value(kernel, front, code, model, state, value):
    comm, _ = opened(kernel.ok(f"let input = {code}\ninput.onChange {{ print($0) }}").messages, model)
    assert text(update(front, comm, **state)) == value.strip('"') + "\n"
    assert kernel.value("input.value") == value


def test_no_number_of_a_slider_is_not_a_number(kernel):
    outcome = kernel.ok(
        'let odd = Slider("odd", 1...2.0, value: .nan)\nlet meter = ProgressMeter("m", 0...1.0, value: .nan)\nodd')
    assert opened(outcome.messages, "FloatSliderModel")[1]["value"] == 1
    assert opened(outcome.messages, "FloatProgressModel")[1]["value"] == 0
    outcome = kernel.ok("odd.value = 1.5\nodd.value = .nan\nodd.value")
    assert outcome.result == "1.0"


def test_a_whole_number_of_the_front_end_is_no_other_value(kernel, front):
    """JavaScript writes 3.0 as 3: setting 3.0 then changes nothing, and no handler is called."""
    outcome = kernel.ok('var told = 0\nlet mixed = Slider("mixed", 0...10.0)\nmixed.onChange { _ in told += 1 }\n'
                        'let between = RangeSlider("between", 0...10.0)\nbetween.onChange { _ in told += 1 }\nmixed')
    update(front, opened(outcome.messages, "FloatSliderModel")[0], value=3)
    update(front, opened(outcome.messages, "FloatRangeSliderModel")[0], value=[1, 2.5])
    assert kernel.value("mixed.value = 3.0\nbetween.value = 1.0...2.5\ntold") == "2"
    assert kernel.value("mixed.value = 3.5\ntold") == "3"


def test_options_are_shown_by_their_labels(kernel):
    _, state = opened(kernel.ok('SelectionSlider("alpha", [1258.92541, 0.1, 100])').messages, "SelectionSliderModel")
    assert state["_options_labels"] == ["1259", "0.1", "100"] and state["index"] == 0
    assert kernel.value('let d = Dropdown("d", ["a", "b"])\nd.value = "b"\nd.value = "none of them"\nd.index') == "1"


def test_a_button_is_pressed(kernel, front):
    outcome = kernel.ok('var presses = 0\nButton("fit", style: .primary).onClick { presses += 1; print("pressed") }')
    comm, state = opened(outcome.messages, "ButtonModel")
    assert state["button_style"] == "primary" and outcome.result == "[fit]"
    messages = front.message(comm, {"method": "custom", "content": {"event": "click"}})
    assert text(messages) == "pressed\n" and kernel.value("presses") == "1"


def test_views_and_boxes(kernel):
    outcome = kernel.ok(
        'let meter = ProgressMeter("fits", 0...20)\nlet note = Label("note")\n'
        'VBox(HBox(meter, note), HTML("<b>x</b>"))')
    opening = models(outcome.messages)
    box, state = opened(outcome.messages, "VBoxModel")
    inner, html = [child.removeprefix("IPY_MODEL_") for child in state["children"]]
    assert opening[inner]["_model_name"] == "HBoxModel" and opening[html]["value"] == "<b>x</b>"
    comm, _ = opened(outcome.messages, "IntProgressModel")
    assert updates(kernel.ok("meter.value = 7").messages, comm) == [{"value": 7}]


def test_bytes_travel_as_buffers(kernel, front):
    outcome = kernel.ok("let picture = ImageView(png: Data([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]))")
    message = next(m for m in of(outcome.messages, "comm_open") if "ImageModel" in str(m["content"]))
    assert message["content"]["data"]["buffer_paths"] == [["value"]]
    assert [bytes(buffer) for buffer in message["buffers"]] == [PNG]
    comm = message["content"]["comm_id"]
    front.session.until_idle(front.send(
        "comm_msg",
        {"comm_id": comm, "data": {"method": "update", "state": {}, "buffer_paths": [["value"]]}}, [b"\x01\x02\x03"]))
    assert kernel.value("Array(picture.png)") == "[1, 2, 3]"


def test_a_front_end_that_connects_anew_is_told_all(kernel, front):
    outcome = kernel.ok('let told = Slider("told", 0...3, value: 2)\nlet shown = ImageView(png: Data([7]))')
    comm, _ = opened(outcome.messages, "IntSliderModel")
    image, _ = opened(outcome.messages, "ImageModel")
    assert updates(front.message(comm, {"method": "request_state"}), comm)[0]["value"] == 2
    control, _ = front.open("jupyter.widget.control")
    (answer,) = of(front.message(control, {"method": "request_states"}), "comm_msg")
    data = answer["content"]["data"]
    assert data["method"] == "update_states"
    assert data["states"][comm]["state"]["value"] == 2
    assert data["states"][comm]["model_name"] == "IntSliderModel"
    place = data["buffer_paths"].index([image, "state", "value"])
    assert bytes(answer["buffers"][place]) == b"\x07"
    assert set(front.comms("jupyter.widget")) >= {comm, image}


def test_a_closed_widget_is_gone_with_its_parts(kernel, front):
    outcome = kernel.ok('let brief = Slider("brief", 0...3)')
    comms = set(models(outcome.messages))
    assert len(comms) == 3 and comms <= set(front.comms())
    kernel.ok("brief.close()")
    assert not comms & set(front.comms())


def test_an_output_area_takes_what_a_handler_prints(kernel, front):
    outcome = kernel.ok(
        'let area = OutputArea()\nButton("b").onClick { area.capture { print("inside") }; print("outside") }\narea')
    button, _ = opened(outcome.messages, "ButtonModel")
    area, _ = opened(outcome.messages, "OutputModel")
    messages = front.message(button, {"method": "custom", "content": {"event": "click"}})
    parent = messages[0]["parent_header"]["msg_id"]
    said = [
        m["content"].get("text") or m["content"]["data"]["state"].get("msg_id")
        for m in messages if m["msg_type"] in ("stream", "comm_msg")]
    assert said == [parent, "inside\n", "", "outside\n"], "the front end is told before and after"


INTERACT = """
var calls: [Int] = []
interact(Slider("layer", 0...100), Checkbox("square")) { layer, square in
    calls.append(layer)
    print("layer", layer)
    return square ? layer * layer : layer
}
"""


def test_interact_shows_a_first_picture_and_follows(kernel, front):
    outcome = kernel.ok(INTERACT)
    view, picture = outcome.of("display_data")
    assert VIEW in view["data"] and picture["data"]["text/plain"] == "0"
    slider, _ = opened(outcome.messages, "IntSliderModel")
    box, _ = opened(outcome.messages, "CheckboxModel")
    messages = update(front, slider, value=7)
    (shown,) = of(messages, "update_display_data")
    assert shown["content"]["transient"] == picture["transient"]
    assert shown["content"]["data"]["text/plain"] == "7"
    (shown,) = of(update(front, box, value=True), "update_display_data")
    assert shown["content"]["data"]["text/plain"] == "49"
    assert kernel.value("calls") == "[0, 7, 7]"
    assert not of(update(front, box, value=True), "update_display_data")


def test_interact_skips_values_that_are_out_of_date(kernel, front):
    outcome = kernel.ok(
        "var seen: [Int] = []\n"
        'interact(Slider("n", 0...1000)) { n in seen.append(n); usleep(100_000); return n }')
    slider, _ = opened(outcome.messages, "IntSliderModel")
    sent = [
        front.send("comm_msg", {
            "comm_id": slider, "data": {"method": "update", "state": {"value": n}, "buffer_paths": []}})
        for n in range(1, 41)]
    messages = sum(until_all_idle(kernel, *sent).values(), [])
    pictures = [m["content"]["data"]["text/plain"] for m in of(messages, "update_display_data")]
    assert pictures[-1] == "40" and len(pictures) < 10
    assert kernel.value("seen.last ?? -1") == "40"


def test_interact_follows_while_a_cell_runs(kernel, front):
    outcome = kernel.ok('interact(Slider("n", 0...10)) { n in n * 3 }')
    slider, _ = opened(outcome.messages, "IntSliderModel")
    subshell = front.subshell()
    cell = kernel.client.execute('print("busy")\nusleep(3_000_000)')
    kernel.wait_for_output(cell)
    messages = update(front, slider, subshell, value=5)
    assert not any(m["parent_header"]["msg_id"] == cell for m in messages)
    assert of(messages, "update_display_data")[0]["content"]["data"]["text/plain"] == "15"
    kernel.finish(cell)


def test_interact_survives_an_error_and_a_trap_of_a_move(kernel, front):
    outcome = kernel.ok(
        "struct TooDeep: Error {}\nlet four = [0, 1, 2, 3]\n"
        'try interact(Slider("n", 0...10)) { n in\n    if n == 9 { throw TooDeep() }\n    return four[n]\n}')
    slider, _ = opened(outcome.messages, "IntSliderModel")
    area, _ = opened(outcome.messages, "OutputModel")
    for value, name in [(9, "TooDeep"), (5, "Fatal error")]:
        messages = update(front, slider, value=value)
        (error,) = of(messages, "error")
        assert error["content"]["ename"] == name
        # The area takes the error, but not what follows: the front end waits for that.
        parent = messages[0]["parent_header"]["msg_id"]
        assert updates(messages, area) == [{"msg_id": parent}, {"msg_id": ""}]
        assert [m["msg_type"] for m in messages[-3:]] == ["error", "comm_msg", "status"]
    (shown,) = of(update(front, slider, value=2), "update_display_data")
    assert shown["content"]["data"]["text/plain"] == "2"


def test_the_first_error_of_interact_is_the_cells(kernel):
    outcome = kernel.fails(
        'struct NotYet: Error {}\ntry interact(Slider("n", 0...1)) { n -> Int in throw NotYet() }')
    assert outcome.error["ename"] == "NotYet"


def test_a_loop_in_a_cell_sees_a_slider_move(kernel, front):
    comm, _ = opened(kernel.ok('let live = Slider("live", 0...5)').messages, "IntSliderModel")
    subshell = front.subshell()
    cell = kernel.client.execute('print("waiting")\nwhile live.value < 4 { usleep(1000) }\nprint("saw", live.value)')
    kernel.wait_for_output(cell)
    sent = front.send("comm_msg", {
        "comm_id": comm, "data": {"method": "update", "state": {"value": 4}, "buffer_paths": []}}, subshell=subshell)
    assert text(until_all_idle(kernel, cell, sent, timeout=10)[cell]) == "saw 4\n"
    kernel.reply(cell)


def test_widgets_through_nbclient_and_nbconvert():
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    from nbconvert import HTMLExporter

    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": {
        "name": "gyrus", "display_name": "Swift (Gyrus)", "language": "swift"}})
    notebook.cells = [nbformat.v4.new_code_cell(
        'interact(Slider("layer", 0...5, value: 3)) { layer in MIMEBundle.plain("picture of layer \\(layer)") }')]
    nbclient.NotebookClient(notebook, timeout=60).execute()
    outputs = notebook.cells[0].outputs
    assert [output.output_type for output in outputs] == ["display_data", "display_data"]
    assert outputs[0].data["text/plain"].startswith("layer: 3 [0 … 5]") and VIEW in outputs[0].data
    assert outputs[1].data["text/plain"] == "picture of layer 3"
    states = notebook.metadata["widgets"]["application/vnd.jupyter.widget-state+json"]["state"]
    assert any(state["model_name"] == "IntSliderModel" and state["state"]["value"] == 3 for state in states.values())
    page, _ = HTMLExporter().from_notebook_node(notebook)
    assert "picture of layer 3" in page and "vnd.jupyter.widget-state+json" in page
