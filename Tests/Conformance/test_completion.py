"""What could stand at the cursor."""

import os
import signal
import time

import kernel_processes
import psutil
import pytest
from session import Session, runner_memory


def complete(kernel, marked, timeout=10):
    """The reply for the cursor at `|`."""
    place = marked.index("|")
    reply = kernel.reply(kernel.client.complete(marked.replace("|", ""), place), timeout)
    assert reply["status"] == "ok"
    return reply


def matches(kernel, marked):
    return complete(kernel, marked)["matches"]


def completed(kernel, marked, match):
    """The cell after a match was taken."""
    reply = complete(kernel, marked)
    assert match in reply["matches"], reply["matches"][:20]
    code = marked.replace("|", "")
    return code[: reply["cursor_start"]] + match + code[reply["cursor_end"] :]


def typed(kernel, marked, text):
    """The typed entry of a match."""
    entries = complete(kernel, marked)["metadata"]["_jupyter_types_experimental"]
    return next(entry for entry in entries if entry["text"] == text)


def assistants(kernel):
    return kernel_processes.named(kernel_processes.of(kernel), "gyrus-source")


def wait_until(condition, seconds=15):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return False


@pytest.fixture(scope="module")
def notebook(kernel):
    """A kernel in which some cells ran."""
    kernel.ok('let samples = [1.5, 2.5]\nvar größe = 3\nlet 🧠 = "brain"')
    kernel.ok(
        "/// Scales a number.\nfunc scale(_ x: Double, by factor: Double = 2) -> Double { x * factor }\n"
        "func scale(_ x: [Double], byEach factors: [Double]) -> [Double] { x }"
    )
    kernel.ok(
        "struct Voxel {\n    var label = \"a\"\n    var next: [Int]? = nil\n"
        "    func moved(to place: Int, fast: Bool = false) -> Voxel { self }\n}\nlet voxel = Voxel()"
    )
    kernel.ok("enum Side { case left, right(Int) }")
    # The first answers wait for the assistant to load the modules.
    assert wait_until(lambda: "samples" in matches(kernel, "sam|"), 60)
    return kernel


def test_members_of_a_variable_of_an_earlier_cell(notebook):
    assert {"count", "map", "isEmpty"} <= set(matches(notebook, "samples.|"))
    assert completed(notebook, "let a = samples.ma|", "map") == "let a = samples.map"
    assert {"label", "next", "moved"} <= set(matches(notebook, "voxel.|"))


def test_members_of_what_this_cell_declares(notebook):
    assert "uppercased" in matches(notebook, 'let word = "a"\nword.upper|')
    assert "inner" in matches(notebook, "struct Own { var inner = 1 }\nlet own = Own()\nown.|")
    assert "row" in matches(notebook, "let m = Matrix<Float>(rows: 2, columns: 2)\nm.ro|")


def test_a_name_declared_anew_still_means_the_earlier_one(notebook):
    assert completed(notebook, "let samples = samples.ma|", "map") == "let samples = samples.map"


def test_names_of_cells_come_first(notebook):
    assert matches(notebook, "sa|")[0] == "samples"
    assert matches(notebook, "let a = sc|")[0] == "scale"
    assert matches(notebook, "Vo|")[0] == "Voxel"
    names = matches(notebook, "func local() {\n    let sampled = 1\n    print(samp|")
    assert names[:2] == ["sampled", "samples"]


def test_the_library_the_standard_library_and_foundation(notebook):
    assert "Ridge" in matches(notebook, "Rid|")
    assert "print" in matches(notebook, "pri|")
    assert "FileManager" in matches(notebook, "FileM|")
    assert "guard" in matches(notebook, "gua|")
    assert "Encoding" in matches(notebook, "import Enc|")


def test_an_import_of_this_cell(notebook):
    assert "OneOrMore" in matches(notebook, "import RegexBuilder\nlet a = OneOr|")
    assert "OneOrMore" not in matches(notebook, "let a = OneOr|")


def test_argument_labels(notebook):
    assert "to: " in matches(notebook, "voxel.moved(|")
    assert completed(notebook, "voxel.moved(to: 3, fa|)", "fast: ") == "voxel.moved(to: 3, fast: )"
    assert typed(notebook, "voxel.moved(|", "to: ")["type"] == "param"
    assert "rows: " in matches(notebook, "let m = Matrix<Float>(|")


def test_implicit_members(notebook):
    assert {"left", "right"} <= set(matches(notebook, "let side: Side = .|"))
    assert "logspace" in matches(notebook, "let alphas: Alphas = .log|")


def test_an_optional_is_unwrapped(notebook):
    assert completed(notebook, "voxel.next.cou|", "?.count") == "voxel.next?.count"


def test_types_and_signatures(notebook):
    assert typed(notebook, "sam|", "samples") == {
        "text": "samples", "type": "instance", "signature": "[Double]", "start": 0, "end": 3}
    moved = typed(notebook, "voxel.mo|", "moved")
    assert moved["type"] == "function"
    assert moved["signature"] == "(to: Int, fast: Bool) -> Voxel"
    assert "overload" in typed(notebook, "sca|", "scale")["signature"]
    assert typed(notebook, "Vox|", "Voxel")["type"] == "class"
    assert typed(notebook, "voxel.lab|", "label")["type"] == "property"
    assert typed(notebook, "gua|", "guard")["type"] == "keyword"


def test_every_match_once_and_typed(notebook):
    for marked in ("samples.|", "s|", "scale(|"):
        reply = complete(notebook, marked)
        assert len(set(reply["matches"])) == len(reply["matches"])
        entries = reply["metadata"]["_jupyter_types_experimental"]
        assert [entry["text"] for entry in entries] == reply["matches"]


def test_exact_case_comes_first(notebook):
    names = matches(notebook, "Ma|")
    assert "Matrix" in names
    exact = [name.startswith("Ma") for name in names]
    assert exact == sorted(exact, reverse=True)


def test_what_is_hidden(notebook):
    assert not any(name.startswith("_") for name in matches(notebook, "let a = |"))
    assert "_gyrusResult" in matches(notebook, "_gyrusRes|")
    assert all(name.strip("`?.: !")[0].isalpha() for name in matches(notebook, "samples.|"))


def test_places_are_code_points(notebook):
    reply = complete(notebook, 'let a = "🧠👨‍👩‍👧é"; let b = sam|')
    assert reply["cursor_start"] == len('let a = "🧠👨‍👩‍👧é"; let b = ')
    assert reply["cursor_end"] == reply["cursor_start"] + 3
    assert "größe" in matches(notebook, "grö|")
    assert "count" in matches(notebook, "let x = 🧠.cou|")


def test_nothing_in_comments_numbers_and_text(notebook):
    for marked in ("let a = 1 // sam|", "/* sam| */", "let a = 12|", '"""\nsam|\n"""', '"a \\(samples) sam|"'):
        assert matches(notebook, marked) == [], marked


def test_interpolations(notebook):
    assert "samples" in matches(notebook, '"a \\(sam|)"')


def test_files_in_string_literals(notebook, tmp_path):
    (tmp_path / "sub-01.h5").touch()
    (tmp_path / "surfaces").mkdir()
    (tmp_path / ".hidden").touch()
    marked = f'let study = try Study.open("{tmp_path}/su|")'
    assert matches(notebook, marked) == ["sub-01.h5", "surfaces/"]
    assert completed(notebook, marked, "sub-01.h5") == f'let study = try Study.open("{tmp_path}/sub-01.h5")'
    assert typed(notebook, marked, "surfaces/")["type"] == "path"
    assert matches(notebook, f'open("{tmp_path}/|') == ["sub-01.h5", "surfaces/"]
    assert matches(notebook, f'open("{tmp_path}/.|') == [".hidden"]


def test_relative_files_and_the_users_folder(fresh_kernel, tmp_path):
    (tmp_path / "stimuli.txt").touch()
    fresh_kernel.ok(f'FileManager.default.changeCurrentDirectoryPath("{tmp_path}")')
    assert matches(fresh_kernel, 'open("sti|') == ["stimuli.txt"]
    assert matches(fresh_kernel, 'open("~|') == ["~/"]


def test_while_a_cell_runs(notebook):
    subshell = notebook.request("create_subshell_request", {}, "control")["subshell_id"]
    cell = notebook.client.execute('print("running")\nwhile true {}')
    notebook.wait_for_output(cell)
    message = notebook.send(
        "complete_request", {"code": "samples.ma", "cursor_pos": 10}, subshell_id=subshell)
    assert "map" in notebook.reply(message, 5)["matches"]
    notebook.interrupt()
    notebook.finish(cell)


def test_a_restarted_runner_forgets(fresh_kernel):
    fresh_kernel.ok("let vanished = [1]")
    assert wait_until(lambda: "vanished" in matches(fresh_kernel, "vani|"), 60)
    fresh_kernel.fails("exit(3)")
    assert "vanished" not in matches(fresh_kernel, "vani|")


def test_a_killed_assistant_is_replaced_unseen(notebook):
    killed = assistants(notebook)
    assert len(killed) == 1
    killed[0].kill()
    assert wait_until(lambda: "map" in matches(notebook, "samples.ma|"))
    assert assistants(notebook)[0].pid != killed[0].pid


def test_a_hung_assistant_is_replaced(notebook):
    hung = assistants(notebook)[0]
    hung.suspend()
    start = time.monotonic()
    assert matches(notebook, "samples.ma|") == []
    assert time.monotonic() - start < 4
    assert wait_until(lambda: "map" in matches(notebook, "samples.ma|"), 40)
    assert assistants(notebook)[0].pid != hung.pid


def test_the_assistant_ends_with_the_kernel():
    for end in ("shutdown", "kill"):
        session = Session()
        try:
            session.ok("1")
            assert wait_until(lambda: len(assistants(session)) == 1)
            running = assistants(session)
            if end == "kill":
                os.kill(session.manager.provisioner.pid, signal.SIGKILL)
            else:
                session.request("shutdown_request", {"restart": False}, "control")
            assert not psutil.wait_procs(running, timeout=5)[1]
        finally:
            session.close()


# --- strings that name something, half-written interpolations, attributes ----------------------------------------


def test_the_models_that_can_be_loaded(notebook, tmp_path):
    notebook.ok(f'setenv("GYRUS_MODELS", "{tmp_path}", 1)')
    (tmp_path / "my-model").mkdir()
    (tmp_path / "my-model" / "config.json").write_text("{}")
    (tmp_path / "no-model").mkdir()
    found = matches(notebook, 'let m = try FoundationModel.load("|')
    assert "all-minilm-l6-v2" in found and "efficientnet-lite0" in found
    assert completed(notebook, 'FoundationModel.load("all|")', "all-minilm-l6-v2") == 'FoundationModel.load("all-minilm-l6-v2")'
    notebook.ok(f"%env GYRUS_MODELS={tmp_path}")
    assert "my-model" in matches(notebook, 'FoundationModel.load("my|')
    assert "no-model" not in matches(notebook, 'FoundationModel.load("no|')
    # A path is one, too.
    assert f"{tmp_path}/my-model/" in matches(notebook, f'FoundationModel.load("{tmp_path}/m|')


def test_the_layers_of_a_model(notebook):
    notebook.ok('let encoder = try FoundationModel.load("all-minilm-l6-v2")')
    assert "layer 3" in matches(notebook, 'try encoder.features(of: ["a"], layers: "|')
    assert "layer 3" in matches(notebook, 'try encoder.features(of: ["a"], layers: ["embeddings", "lay|')
    assert "layer 3" in matches(notebook, 'try encoder.text.features(of: ["a"], layers: "layer|")')


def test_the_names_between_brackets(notebook):
    notebook.ok(
        'let events = try DataTable(["onset": [1.5, 2], "rt": [0.4, 0.5]])\nlet counts = ["V1": 3, "V4": 2]\n'
        'let vectors = try encoder.features(of: ["a"], layers: ["layer 1", "layer 2"], showsProgress: false)', timeout=60)
    assert matches(notebook, 'try events["|') == ["onset", "rt"]
    assert matches(notebook, 'try events[["onset", "r|"]]') == ["rt"]
    assert matches(notebook, 'try events.grouped(by: "|') == ["onset", "rt"]
    assert matches(notebook, 'counts["V|"]') == ["V1", "V4"]
    assert matches(notebook, 'let a = try vectors["lay|') == ["layer 1", "layer 2"]


def test_a_model_of_the_hub(notebook, tmp_path):
    snapshot = tmp_path / "hub/models--lab--own-model/snapshots/1"
    snapshot.mkdir(parents=True)
    (snapshot / "config.json").write_text("{}")
    notebook.ok(f"%env HF_HOME={tmp_path}")
    assert matches(notebook, 'FoundationModel.load("lab|') == ["lab/own-model"]


@pytest.mark.parametrize("marked", [
    'print("\\(samples.ma|', 'let t = "first \\(samples.count) then \\(samples.ma|', '"\\(abs(samples.ma|', '"\\(samples.ma|)"',
    'print("\\(samples.ma|)',
])
def test_inside_an_interpolation(notebook, marked):
    assert "map" in matches(notebook, marked)


def test_attributes(notebook):
    found = matches(notebook, "@|")
    assert "MainActor" in found and "available" in found
    assert "MainActor" in matches(notebook, "@Main|")
    assert "discardableResult" in matches(notebook, "@disc|\nfunc f() -> Int { 1 }")


def test_names_of_cells_that_ran_long_ago(fresh_kernel):
    fresh_kernel.ok("let longAgo = [1.5]\nfunc longAgoScaled(_ x: Double) -> Double { x }\nstruct LongAgo {}")
    for number in range(66):
        fresh_kernel.ok(f"let filler{number} = {number}")
    assert wait_until(lambda: "filler65" in matches(fresh_kernel, "fill|"), 60)
    assert {"longAgo", "longAgoScaled"} <= set(matches(fresh_kernel, "longA|"))
    assert typed(fresh_kernel, "longAgoS|", "longAgoScaled")["signature"] == "(_ x: Double) -> Double"
    assert matches(fresh_kernel, "let a: LongA|") == ["LongAgo"]
    # Its members too, and no name where none can stand.
    assert "map" in matches(fresh_kernel, "longAgo.ma|")
    assert matches(fresh_kernel, "func longA|") == [] and matches(fresh_kernel, "filler1.longA|") == []


def test_members_of_earlier_results_and_sources(notebook):
    number = notebook.ok("[1.5, 2.5]").reply["execution_count"]
    assert {"count", "map"} <= set(matches(notebook, f"Out[{number}].|"))
    assert completed(notebook, f"Out[{number}].ma|.count", "map") == f"Out[{number}].map.count"
    assert "count" in matches(notebook, f"_{number}.cou|") and "count" in matches(notebook, "_.cou|")
    assert "uppercased" in matches(notebook, f"In[{number}].upp|")
    own = notebook.ok("voxel").reply["execution_count"]
    assert "moved" in matches(notebook, f"Out[{own}].mov|")


def test_a_whole_name_offers_its_call(notebook):
    assert completed(notebook, "voxel.moved|", "moved(to: , fast: )") == "voxel.moved(to: , fast: )"
    assert typed(notebook, "voxel.moved|", "moved(to: , fast: )")["signature"] == "(to: Int, fast: Bool) -> Voxel"
    assert {"scale", "scale(x, by: )", "scale(x, byEach: )"} <= set(matches(notebook, "scale|"))
    assert matches(notebook, "voxel.moved|")[0] == "moved"


def test_variables_behind_del(kernel):
    kernel.ok("let forgotten = 1, forgettable = 2\nfunc forget() {}")
    assert matches(kernel, "%del forg|") == ["forgettable", "forgotten"]
    assert completed(kernel, "%del forgotten, forgett|", "forgettable") == "%del forgotten, forgettable"


def test_a_long_session_with_questions_stays_small(fresh_kernel, soak):
    """A question every ten cells of a session; megabytes of the completion process and of the runner on the way."""
    cells = 2000 if soak else 60
    largest, runner = 0, {}
    for number in range(cells):
        fresh_kernel.ok([f"let value{number} = [Double](repeating: {number}, count: 100)",
                         f"func total{number}(_ xs: [Double]) -> Double {{ xs.reduce(0, +) }}",
                         f"struct Point{number} {{ var x = {number}.0, y = 0.0 }}\nvar point{number} = Point{number}()",
                         f"point{number - 1}.x += total{number - 2}(value{number - 3})\npoint{number - 1}"][number % 4])
        if number % 10 == 9:
            name = f"value{number // 4 * 4}"
            complete(fresh_kernel, name[:-1] + "|")
            largest = max([largest, *(process.memory_info().rss / 1e6 for process in assistants(fresh_kernel))])
        if number + 1 in (20, 50, 100, 500, 1000, 1500, cells):
            runner[number + 1] = runner_memory(fresh_kernel)
            print(f"{number + 1} cells: completion {largest:.0f} MB at most, runner {runner[number + 1]:.0f} MB", flush=True)
    assert 0 < largest < 300
    # What a cell's own code and values need.
    assert runner[cells] - runner[20] < 15 + 0.06 * cells
    assert wait_until(lambda: f"total{cells - 3}" in matches(fresh_kernel, f"total{cells - 3}"[:-1] + "|"))
