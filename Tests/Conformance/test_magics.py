"""Every magic by name, as a line and as a comment, its errors, and the session after each failure."""

import os
import re
import subprocess
import time
from pathlib import Path

import pytest

from session import Session

ALGORITHMS = "https://github.com/apple/swift-algorithms@1.2.1 Algorithms"


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """A cache of its own, so that nothing is there yet."""
    folder = tmp_path_factory.mktemp("cache")
    before = os.environ.get("XDG_CACHE_HOME")
    os.environ["XDG_CACHE_HOME"] = str(folder)
    yield folder
    if before is None:
        del os.environ["XDG_CACHE_HOME"]
    else:
        os.environ["XDG_CACHE_HOME"] = before


def fails(kernel, code, *words):
    """A magic that must fail with words that help, and leave the session usable."""
    failure = kernel.fails(code)
    assert failure.error["ename"] == "MagicError"
    for word in words:
        assert word in failure.error["evalue"], failure.error["evalue"]
    assert f"In[{failure.reply['execution_count']}]:" in failure.traceback
    assert kernel.value("20 + 1") == "21"
    return failure


def displayed(outcome):
    """What the last state of the displays shows as plain text."""
    shown = outcome.of("display_data") + outcome.of("update_display_data")
    return shown[-1]["data"]["text/plain"]


# --- parsing ----------------------------------------------------------------------------------------------------


def test_all_are_listed(kernel):
    text = kernel.ok("%lsmagic").text()
    for name in "bash cd env history html include javascript load lsmagic markdown optimize package".split():
        assert f"%{name}" in text
    for name in "reset save time timeit who whos pwd writefile capture latex svg".split():
        assert f"%{name}" in text
    assert "!COMMAND" in text


def test_an_unknown_one_names_its_neighbours(kernel):
    fails(kernel, "let before = 1\n%tmie 1", "%time", "%lsmagic")
    fails(kernel, "//%wohs", "%whos")
    fails(kernel, "%%bsah\nls", "%%bash")
    fails(kernel, "%quite_different", "%lsmagic")
    fails(kernel, "%%quite_different\nx", "there is no %%quite_different; %lsmagic")


def test_the_wrong_form(kernel):
    fails(kernel, "%bash ls", "%%bash")
    fails(kernel, "%%cd\n/tmp", "%cd")
    fails(kernel, "1 + 1\n%%bash", "first line")


def test_what_looks_like_one_is_swift(kernel):
    assert kernel.value("let text = \"\"\"\n%who\n!ls\n//%time\n\"\"\"\ntext.count") == "16"
    assert kernel.value("7\n    % 4") == "3"
    kernel.ok("let isReady = true")
    assert kernel.value("!isReady") == "false"


def test_the_lines_of_a_cell_stay(kernel):
    failure = kernel.fails("%env\n\nlet good = 1\n%cd\nlet bad: Int = \"text\"")
    assert f"In[{failure.reply['execution_count']}]:5:16" in failure.traceback
    failure = kernel.fails("let one = [1]\n%env\none[3]")
    assert f"In[{failure.reply['execution_count']}]:3" in failure.traceback
    assert "3 | one[3]" in failure.traceback


def test_steps_run_in_order_and_only_the_last_value_shows(kernel):
    outcome = kernel.ok('print("a")\n1 + 1\n!echo b\nprint("c")\n3 + 3')
    assert outcome.text() == "a\nb\nc\n" and outcome.result == "6"


def test_a_failure_ends_the_cell(kernel):
    failure = kernel.fails('!exit 3\nprint("not reached")')
    assert failure.text() == "" and "status 3" in failure.error["evalue"]


def test_completeness(kernel):
    def status(code):
        return kernel.request("is_complete_request", {"code": code})["status"]

    assert status("%time f(") == "complete"
    assert status("%%bash\nls") == "incomplete"
    assert status("%%bash\nls\n") == "complete"
    assert status("%who\nfunc f() {") == "incomplete"


# --- time -------------------------------------------------------------------------------------------------------

TIMES = re.compile(r"CPU times: user ([\d.]+ \S+), sys: ([\d.]+ \S+), total: ([\d.]+ \S+)\nWall time: (\S+ \S+) \(and \S+ \S+ to compile\)")


@pytest.mark.parametrize("mark", ["%", "//%"])
def test_time_of_a_statement(kernel, mark):
    kernel.ok("import Foundation")
    outcome = kernel.ok(f"{mark}time Thread.sleep(forTimeInterval: 0.3)")
    wall = TIMES.search(outcome.text()).group(4)
    assert 300 <= float(wall.split()[0]) < 400 and wall.endswith("ms")
    assert kernel.ok(f"{mark}time let timed = 6 * 7").result is None
    assert kernel.value("timed") == "42"
    assert kernel.ok(f"{mark}time timed + 1").result == "43"


@pytest.mark.parametrize("first", ["%%time", "//%%time", "%time", "//%time"])
def test_time_of_a_cell(kernel, first):
    outcome = kernel.ok(first + "\nvar sum = 0\nfor i in 0..<10 { sum += i }\nsum")
    assert outcome.result == "45" and len(TIMES.findall(outcome.text())) == 1


def test_processor_time_is_that_of_all_threads(kernel):
    code = """%%time
import Foundation
let finished = DispatchSemaphore(value: 0)
Thread {
    var used = timespec()
    repeat { clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used) } while used.tv_nsec < 300_000_000
    finished.signal()
}.start()
finished.wait()"""
    total = TIMES.search(kernel.ok(code).text()).group(3)
    assert float(total.split()[0]) * (1000 if total.endswith(" s") else 1) >= 300, "the cell's own thread only waits"


def test_a_statement_that_fails_is_located(kernel):
    failure = kernel.fails("let short = [1]\n%time short[2]")
    assert f"In[{failure.reply['execution_count']}]:2" in failure.traceback
    failure = kernel.fails("%time nowhere(1)")
    assert f"In[{failure.reply['execution_count']}]:1:7" in failure.traceback


TIMEIT = re.compile(r"([\d.]+) (\S+) ± [\d.]+ \S+ per loop \(mean ± std\. dev\. of (\d+) runs?, ([\d,]+) loops? each\)")


@pytest.mark.parametrize("mark", ["%", "//%"])
def test_timeit(kernel, mark):
    kernel.ok("import Foundation")
    mean, unit, runs, loops = TIMEIT.search(
        kernel.ok(f"{mark}timeit -n 5 -r 3 Thread.sleep(forTimeInterval: 0.01)").text()
    ).groups()
    assert 10 <= float(mean) < 20 and unit == "ms" and (runs, loops) == ("3", "5")


def test_timeit_rounds_into_the_next_unit(kernel):
    kernel.ok("import Foundation")
    text = kernel.ok("%timeit -n 1 -r 1 usleep(999_600)").text()
    assert text.startswith("1 s ") and "e+" not in text, text


def test_timeit_chooses_its_loops(kernel):
    kernel.ok("let terms = Array(0..<1000)")
    mean, unit, runs, loops = TIMEIT.search(kernel.ok("%timeit -r 2 terms.reduce(0, +)").text()).groups()
    assert runs == "2" and int(loops.replace(",", "")) >= 1000
    # The loop is vectorized or at least optimized: far below what -Onone takes (50 µs and more).
    assert (unit == "ns" or unit == "µs" and float(mean) < 10), (mean, unit)


def test_timeit_of_next_to_nothing_says_what_the_loop_costs(kernel):
    kernel.ok("let small = 2")
    assert "An empty statement takes" in kernel.ok("%timeit -r 1 small + 1").text()


def test_timeit_of_a_cell(kernel):
    kernel.ok("var calls = 0")
    outcome = kernel.ok("%%timeit -n 4 -r 2\ncalls += 1\nlet inner = calls\n_ = inner")
    assert TIMEIT.search(outcome.text()).group(4) == "4"
    assert kernel.value("calls") == "8"
    assert "inner" not in kernel.ok("%who").text().split()


@pytest.mark.parametrize("body", [
    "let total = terms2.map { Double($0).squareRoot() }.reduce(0, +)",
    "_ = terms2.map { Double($0).squareRoot() }.reduce(0, +)",
    "let _ = terms2.map { Double($0).squareRoot() }.reduce(0, +)",
    "var sum = 0.0\nfor x in terms2 { sum += Double(x).squareRoot() }",
    "for x in terms2 { let root = Double(x).squareRoot() }",
    "let roots = terms2.map { Double($0).squareRoot() }\nroots.reduce(0, +)",
])
def test_timeit_leaves_nothing_out_that_is_not_used(kernel, body):
    kernel.ok("let terms2 = Array(0..<20_000)")
    mean, unit, *_ = TIMEIT.search(kernel.ok(f"%%timeit -n 20 -r 2\n{body}").text()).groups()
    # A square root takes a nanosecond or more.
    assert float(mean) * {"ns": 1e-3, "µs": 1, "ms": 1e3, "s": 1e6}[unit] > 5, (mean, unit)


def test_timeit_of_what_awaits_and_throws(kernel):
    kernel.ok("func later() async throws -> Int { try await Task.sleep(for: .milliseconds(2)); return 1 }")
    mean, unit, *_ = TIMEIT.search(kernel.ok("%timeit -n 3 -r 2 try await later()").text()).groups()
    assert unit == "ms" and 2 <= float(mean) < 10
    failure = kernel.fails("struct Stop: Error {}\n%timeit -n 1 -r 1 throw Stop()")
    assert failure.error["ename"] == "Stop"


@pytest.mark.parametrize("cell_id", ["measured", None])
def test_timeit_of_a_cell_leaves_what_it_declared_before(fresh_kernel, cell_id):
    cell = "let loaded = [3, 1, 2]\nfunc ordered() -> [Int] { [3, 1, 2].sorted() }\nlet least = ordered()[0]"
    fresh_kernel.ok(cell, cell_id=cell_id)
    fresh_kernel.ok("%%timeit -n 2 -r 2\n" + cell, cell_id=cell_id)
    assert fresh_kernel.value("[loaded.count, ordered()[2], least]") == "[3, 3, 1]"
    # An edit of the cell takes back what it no longer declares.
    fresh_kernel.ok("%timeit -n 2 -r 2 1 + 1\nlet loaded = [4]", cell_id="measured")
    assert fresh_kernel.value("loaded") == "[4]"


def test_timeit_errors(kernel):
    fails(kernel, "%timeit", "statement")
    fails(kernel, "%timeit -n x 1", "-n")
    fails(kernel, "%timeit -q 1", "-q")


def test_timeit_is_interrupted(kernel):
    message = kernel.client.execute('print("begun")\n%timeit -n 100000000 -r 100 (0..<100).map { $0 + 1 }')
    kernel.wait_for_output(message)
    time.sleep(0.5)
    kernel.interrupt()
    assert kernel.finish(message, timeout=10).reply["ename"] == "KeyboardInterrupt"
    assert kernel.value("1 + 2") == "3"


# --- variables --------------------------------------------------------------------------------------------------


def test_who_and_whos(fresh_kernel):
    kernel = fresh_kernel
    assert "No variables" in kernel.ok("%who").text()
    assert "No variables" in kernel.ok("//%whos").text()
    kernel.ok('struct Voxel { var x = 1; var label = "V1" }')
    kernel.ok("let count = 3; var values = [Double](repeating: 0, count: 1000); let voxel = Voxel()")
    assert kernel.ok("//%who").text().split() == ["count", "values", "voxel"]
    table = kernel.ok("%whos").of("display_data")[0]["data"]
    rows = {line.split()[0]: line for line in table["text/plain"].splitlines()}
    assert re.search(r"Int\s+8\s+3$", rows["count"])
    bytes_of_values = int(re.search(r"Array<Double>\s+(\d+)", rows["values"]).group(1))
    assert 8000 <= bytes_of_values <= 8100 and "1000 elements" in rows["values"]
    assert 'Voxel(x: 1, label: "V1")' in rows["voxel"]
    assert table["text/html"].startswith("<table>") and "&lt;Double&gt;" in table["text/html"]
    assert "count" not in kernel.ok("%whos voxel").of("display_data")[0]["data"]["text/plain"]
    fails(kernel, "%whos nothing", "nothing")


def test_the_size_of_what_is_deeply_nested_is_soon_known(fresh_kernel):
    nested = "[Double](repeating: 1, count: 100)"
    for _ in range(3):
        nested = f"Array(repeating: {nested}, count: 100)"
    fresh_kernel.ok(f"let deep = {nested}")
    outcome = fresh_kernel.ok("%whos")
    assert outcome.seconds < 2
    # Of the four levels, each of 100 times as many elements as the one around it.
    size = 8 + 8 * (100 + 100**2 + 100**3 + 100**4)
    assert str(size) in outcome.of("display_data")[0]["data"]["text/plain"].split()


def test_whos_survives_a_description_that_traps(fresh_kernel):
    fresh_kernel.ok('struct Trap: CustomStringConvertible { var description: String { fatalError("no") } }\nlet trap = Trap()')
    outcome = fresh_kernel.ok("%whos")
    assert "trap" in displayed(outcome) and "no" in outcome.text("stderr")
    assert fresh_kernel.value("1 + 1") == "2"


def test_reset(fresh_kernel):
    kernel = fresh_kernel
    kernel.ok("let gone = 1\nfunc alsoGone() {}")
    kernel.ok("%reset -f")
    assert "cannot find 'gone'" in kernel.fails("gone").error["evalue"]
    assert "cannot find 'alsoGone'" in kernel.fails("alsoGone()").error["evalue"]
    assert kernel.ok("//%reset -f\nlet fresh = 2\nfresh").result == "2"
    fails(kernel, "%reset -x", "-x")


def test_reset_asks(fresh_kernel):
    kernel = fresh_kernel
    kernel.ok("let kept = 1")
    for answer, status in [("n", "ok"), ("y", "error")]:
        message = kernel.client.execute("%reset", allow_stdin=True)
        prompt = kernel.client.get_stdin_msg(timeout=20)
        assert "Forget" in prompt["content"]["prompt"]
        kernel.client.input(answer)
        assert kernel.finish(message).reply["status"] == "ok"
        assert kernel.run("kept").reply["status"] == status
    fails_without = kernel.fails("%reset", allow_stdin=False)
    assert "%reset -f" in fails_without.error["evalue"]


# --- the process ------------------------------------------------------------------------------------------------


def test_env(fresh_kernel):
    kernel = fresh_kernel
    kernel.ok("import Foundation")
    assert "GYRUS_TEST=a b=c" in kernel.ok("%env GYRUS_TEST=a b=c").text()
    assert kernel.ok("//%env GYRUS_TEST").text() == "a b=c\n"
    assert "GYRUS_TEST=a b=c" in kernel.ok("%env").text().splitlines()
    assert "a b=c" in kernel.value('ProcessInfo.processInfo.environment["GYRUS_TEST"]!')
    assert kernel.ok("%env GYRUS_TEST = spaced out").text() == "GYRUS_TEST=spaced out\n"
    kernel.ok('setenv("GYRUS_TEST", "by a cell", 1);')
    assert kernel.ok("!echo $GYRUS_TEST").text() == "by a cell\n"
    kernel.ok("%env GYRUS_TEST two words")
    # The next process has it too.
    kernel.ok("%reset -f")
    assert kernel.ok("%env GYRUS_TEST").text() == "two words\n"
    kernel.fails("import Foundation\nexit(1)")
    assert kernel.ok("%env GYRUS_TEST").text() == "two words\n"
    fails(kernel, "%env NO_SUCH_VARIABLE", "not set")
    fails(kernel, "%env =x", "name")


def test_a_command_in_a_folder_that_is_gone(fresh_kernel, tmp_path):
    folder = (tmp_path / "gone").resolve()
    folder.mkdir()
    fresh_kernel.ok(f"%cd {folder}")
    folder.rmdir()
    fails(fresh_kernel, "!echo hi", str(folder) + ", is gone", "%cd")
    fails(fresh_kernel, "%%python\n1", str(folder) + ", is gone", "%cd")
    fresh_kernel.ok(f"%cd {tmp_path}")
    fresh_kernel.ok("%%python\nkept = 5")
    folder.mkdir()
    fresh_kernel.ok(f"%cd {folder}")
    folder.rmdir()
    fails(fresh_kernel, "%%python\nkept", str(folder) + ", is gone", "%cd")
    fresh_kernel.ok(f"%cd {tmp_path}")
    assert fresh_kernel.value("%%python\nkept") == "5"
    assert fresh_kernel.ok("!echo hi").text() == "hi\n"


def test_cd(fresh_kernel, tmp_path):
    kernel = fresh_kernel
    folder = (tmp_path / "a folder").resolve()
    (folder / "inner").mkdir(parents=True)
    start = kernel.ok("!pwd").text()
    assert kernel.ok(f"%cd {folder}").text() == f"{folder}\n"
    assert kernel.ok("//%cd inner").text() == f"{folder}/inner\n"
    assert str(folder) in kernel.value("import Foundation\nFileManager.default.currentDirectoryPath")
    assert kernel.ok("%cd ..").text() == f"{folder}\n"
    assert kernel.ok("%cd -").text() == f"{folder}/inner\n"
    assert kernel.ok("%cd").text() == os.path.expanduser("~") + "\n"
    fails(kernel, "%cd /no/such/folder", "/no/such/folder", "No such file")
    kernel.ok(f'%cd "{folder}"')
    kernel.ok("%reset -f")
    assert kernel.ok("!pwd").text() == f"{folder}\n" != start


def test_commands(kernel, tmp_path):
    kernel.ok(f"%cd {tmp_path}")
    outcome = kernel.ok("!echo out; echo err >&2; touch made")
    assert outcome.text() == "out\n" and outcome.text("stderr") == "err\n" and (tmp_path / "made").exists()
    assert kernel.ok("//!echo $((6 * 7))").text() == "42\n"
    assert kernel.ok("!printf '\\xc3'").text() == "\ufffd", "a character that is not whole is not lost"
    fails(kernel, "!exit 1", "status 1")
    fails(kernel, "!no_such_command_at_all", "127")
    fails(kernel, "!kill -9 $$", "signal 9")


@pytest.mark.parametrize("first", ["%%bash", "//%%bash"])
def test_bash(kernel, first):
    assert kernel.ok(first + " one two\nfor i in 1 2; do\n  echo $i $2\ndone\n[[ a == a ]] && echo yes").text() == "1 two\n2 two\nyes\n"
    fails(kernel, first + "\nexit 4", "status 4")
    assert kernel.ok("//%%bash\n//echo commented").text() == "commented\n"


def test_options_of_bash(kernel):
    """As in IPython: options are bash's own, and arguments stand behind -s, or alone."""
    assert kernel.ok("%%bash -s one two\necho $1 $2").text() == "one two\n"
    assert kernel.ok("%%bash -- -e two\nfalse\nprintf '%s %s\\n' $1 $2").text() == "-e two\n"
    fails(kernel, "%%bash -e\nfalse\necho on", "status 1")
    fails(kernel, "%%bash -eu -o pipefail\nfalse | true", "status 1")
    fails(kernel, "%%bash --out told\necho a", "--out")
    fails(kernel, "%%bash -c x\necho a", "-c")


def test_what_a_command_leaves_running_does_not_hold_the_cell(kernel):
    outcome = kernel.ok("!echo first; yes &", timeout=30)
    assert outcome.text().startswith("first\n") and outcome.seconds < 10


def test_output_comes_as_it_is_written(kernel):
    message = kernel.client.execute("!echo early; sleep 1.5; echo late")
    start = time.monotonic()
    kernel.wait_for_output(message)
    assert time.monotonic() - start < 1.2
    assert "late" in kernel.finish(message).text()


def test_a_command_is_interrupted_with_all_that_it_started(kernel):
    message = kernel.client.execute("!echo begun; sleep 987 | sleep 987")
    kernel.wait_for_output(message)
    kernel.interrupt()
    outcome = kernel.finish(message, timeout=10)
    assert outcome.reply["ename"] == "KeyboardInterrupt"
    time.sleep(0.3)
    assert "sleep 987" not in subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout
    assert kernel.value("2 + 2") == "4"


def test_a_command_that_ignores_the_interrupt_is_ended(kernel):
    message = kernel.client.execute("!trap '' INT; echo begun; while true; do sleep 0.1; done")
    kernel.wait_for_output(message)
    kernel.interrupt()
    assert kernel.finish(message, timeout=15).reply["ename"] == "KeyboardInterrupt"


def test_a_command_has_no_descriptor_of_the_kernel(kernel):
    assert kernel.ok("!ls /proc/self/fd | wc -l").text().strip() == "4", "three, and the one that ls reads"
    # Nor has what a cell itself starts.
    kernel.ok("import Foundation\nlet lister = Process()")
    kernel.ok('lister.executableURL = URL(fileURLWithPath: "/bin/ls"); lister.arguments = ["-l", "/proc/self/fd"]')
    listing = kernel.ok("try lister.run(); lister.waitUntilExit()").text()
    assert listing.count("pipe:") == 2, "stdout and stderr; a socket is Foundation's own"


def test_a_command_in_the_background_does_not_hold_the_cell(kernel):
    start = time.monotonic()
    assert kernel.ok("!(sleep 5; echo later) & echo now").text() == "now\n"
    assert time.monotonic() - start < 3


def test_large_output_of_a_command(kernel):
    outcome = kernel.ok("!seq 1 200000")
    assert outcome.text() == "".join(f"{n}\n" for n in range(1, 200001))


# --- files ------------------------------------------------------------------------------------------------------


def test_include(kernel, tmp_path):
    (tmp_path / "helper.swift").write_text("func helped() -> Int {\n    let xs = [1]\n    return xs[4]\n}\nlet included = 5\n")
    kernel.ok(f"%cd {tmp_path}")
    kernel.ok("%include helper.swift")
    assert kernel.value("included") == "5"
    assert "helper.swift:3" in kernel.fails("helped()").traceback
    (tmp_path / "wrong.swift").write_text("let right = 1\nlet wrong: Int = \"text\"\n")
    failure = kernel.fails("//%include wrong.swift")
    assert failure.error["ename"] == "CompileError" and "wrong.swift:2:18" in failure.traceback
    assert kernel.ok("%include helper.swift\nincluded + 1").result == "6"
    (tmp_path / "script.swift").write_text("#!/usr/bin/env swift\nlet scripted = [6]\nlet stop = scripted[1]\n")
    assert "script.swift:3" in kernel.fails("%include script.swift").traceback
    assert kernel.value("scripted") == "[6]"
    fails(kernel, "%include nowhere.swift", "nowhere.swift")
    fails(kernel, "%include", "one file")
    (tmp_path / "binary.swift").write_bytes(b"\xff\xfe\x00")
    fails(kernel, "%include binary.swift", "UTF-8")


def test_load(kernel, tmp_path):
    (tmp_path / "cell.swift").write_text("let loaded = 1\nloaded\n")
    for mark in ["%", "//%"]:
        payload = kernel.ok(f"{mark}load {tmp_path}/cell.swift").reply["payload"]
        assert payload == [
            {"source": "set_next_input", "replace": True, "text": f"// %load {tmp_path}/cell.swift\nlet loaded = 1\nloaded"}
        ]
    assert kernel.ok(payload[0]["text"]).result == "1"
    fails(kernel, f"%load {tmp_path}/none.swift", "none.swift")
    for name in ["load", "include"]:
        fails(kernel, f"%{name} {tmp_path}", f"{tmp_path} is a folder, not a file")


def test_save_and_history(fresh_kernel, tmp_path):
    kernel = fresh_kernel
    kernel.ok("let first = 1")
    kernel.ok("%who")
    kernel.ok("let third = first + 2\nthird")
    path = tmp_path / "saved.swift"
    kernel.ok(f"%save {path} 1-2 3")
    assert path.read_text() == "let first = 1\n\n//%who\n\nlet third = first + 2\nthird\n"
    fails(kernel, f"%save {path}", "exists", "-f")
    kernel.ok(f"//%save -f {path} 3")
    assert path.read_text() == "let third = first + 2\nthird\n"
    assert [file.name for file in tmp_path.iterdir()] == ["saved.swift"]
    link = tmp_path / "link.swift"
    link.symlink_to("saved.swift")
    kernel.ok(f"%save -f {link} 1")
    assert link.is_symlink() and path.read_text() == "let first = 1\n"
    fails(kernel, f"%save {tmp_path}/no/folder.swift 1", "folder.swift", f"there is no folder {tmp_path}/no")
    fails(kernel, f"%save {tmp_path} 1", "is a folder")
    fails(kernel, f"%save -f {tmp_path} 1", "is a folder")
    kernel.ok(f'%save "{tmp_path}/with space.swift" 1')
    fails(kernel, f'%save "{tmp_path}/with space.swift" 1', f'%save -f "{tmp_path}/with space.swift" replaces')
    (tmp_path / "with space.swift").unlink()
    fails(kernel, "%save", "file")
    fails(kernel, f"%save {tmp_path}/x.swift 3-1", "3-1")
    fails(kernel, f"%save {tmp_path}/x.swift 77", "no such cells")
    assert kernel.ok(f"%save -f {path} 3 77").text() == f"1 cell in {path}; there is no cell 77 in this session\n"

    text = kernel.ok("%history -n 1-3").text()
    assert text == "1: let first = 1\n2: %who\n3: let third = first + 2\nthird\n"
    assert kernel.ok("//%history 1").text() == "let first = 1\n"
    assert kernel.ok("%history -o 3").text() == "let third = first + 2\nthird\n3\n"
    assert "3: let third" in kernel.ok("%history -g third = first").text()
    assert len(kernel.ok("%history -l 2").text().splitlines()) == 2
    fails(kernel, "%history -z", "-z")
    fails(kernel, "%history -l none", "-l")


def test_the_history_has_a_cell_with_a_zero_byte_whole(kernel):
    code = 'let zeroByte = "a\0b"; let behind = 1'
    count = kernel.ok(code).reply["execution_count"]
    assert kernel.ok(f"%history {count}").text() == code + "\n"


# --- displays ---------------------------------------------------------------------------------------------------

SHOWN = {"html": "text/html", "markdown": "text/markdown", "javascript": "application/javascript"}


@pytest.mark.parametrize("name", SHOWN)
@pytest.mark.parametrize("mark", ["%%", "//%%"])
def test_displays(kernel, name, mark):
    data = kernel.ok(f"{mark}{name}\n<b>é</b>\n%who").of("display_data")[0]["data"]
    assert data[SHOWN[name]] == "<b>é</b>\n%who" and data["text/plain"]


# --- optimize ---------------------------------------------------------------------------------------------------

LOOP = """
var total = 0
for i in 0..<3_000_000 { total &+= i % 7 &* i }
"""


def test_optimize(fresh_kernel):
    kernel = fresh_kernel

    def run_time():
        text = kernel.ok("%%time" + LOOP).text()
        number, unit = TIMES.search(text).group(4).split()
        return float(number) * {"s": 1000, "ms": 1, "µs": 0.001}[unit]

    assert kernel.ok("%optimize").text() == "optimize: auto\n"
    automatic = run_time()
    assert kernel.ok("//%optimize off").text() == "optimize: off\n"
    off = run_time()
    kernel.ok("%optimize on")
    on = run_time()
    assert automatic < off / 3 and on < off / 3, (automatic, on, off)
    fails(kernel, "%optimize perhaps", "auto")


def test_assertions_stay_unless_optimizing_was_asked_for(fresh_kernel):
    checked = "func check(_ x: Int) { assert(x > 0, \"not positive\") }\ncheck(-1)"
    assert "not positive" in fresh_kernel.fails(checked).error["evalue"]
    fresh_kernel.ok("%optimize on\n" + checked)


# --- packages ---------------------------------------------------------------------------------------------------


def make_package(folder, body, name="Local"):
    sources = folder / "Sources" / name
    sources.mkdir(parents=True, exist_ok=True)
    (folder / "Package.swift").write_text(f"""// swift-tools-version: 5.9
import PackageDescription
let package = Package(
    name: "{folder.name}", products: [.library(name: "{name}", targets: ["{name}"])],
    targets: [.target(name: "C{name}"), .target(name: "{name}", dependencies: ["C{name}"])])
""")
    (folder / "Sources" / f"C{name}" / "include").mkdir(parents=True, exist_ok=True)
    (folder / "Sources" / f"C{name}" / "include" / "c.h").write_text("int fromC(void);\n")
    (folder / "Sources" / f"C{name}" / "c.c").write_text('#include "c.h"\nint fromC(void) { return 40; }\n')
    (sources / "code.swift").write_text(f"import C{name}\npublic func local() -> Int {{ {body} }}\n")


def test_a_package_while_a_cell_keeps_the_main_thread_busy(cache, tmp_path):
    folder = tmp_path / "busy"
    make_package(folder, "Int(fromC()) + 2")
    kernel = Session()
    try:
        kernel.ok("import Foundation\nDispatchQueue.main.async { while true {} }")
        assert kernel.value(f"%package {folder} Local\nimport Local\nlocal()", timeout=150) == "42"
    finally:
        kernel.close()


def test_a_package_from_a_folder(cache, tmp_path):
    folder = tmp_path / "mine"
    make_package(folder, "Int(fromC()) + 2")
    kernel = Session()
    try:
        outcome = kernel.ok(f"%package {folder} Local\nimport Local\nlocal()", timeout=300)
        assert outcome.result == "42" and "built in" in displayed(outcome)
        # Again: nothing to do. After the death of the process: loaded again.
        assert "built before" in displayed(kernel.ok(f"//%package {folder} Local", timeout=300))
        kernel.fails("import Foundation\nexit(1)")
        assert kernel.value("import Local\nlocal()") == "42"
        # A change is noticed, but two versions cannot live in one process.
        make_package(folder, "Int(fromC()) + 3")
        fails(kernel, f"%package {folder} Local", "%reset -f")
        outcome = kernel.ok(f"%reset -f\n%package {folder} Local\nimport Local\nlocal()", timeout=300)
        assert outcome.result == "43"
        # Without products: all that there are.
        kernel.ok("%reset -f")
        assert kernel.ok(f"%package {folder}\nimport Local\nlocal()", timeout=300).result == "43"
    finally:
        kernel.close()


def test_a_package_where_the_home_folder_cannot_be_written_to(tmp_path):
    folder = tmp_path / "mine"
    make_package(folder, "Int(fromC()) + 2")
    environment = {name: value for name, value in os.environ.items() if name != "XDG_CACHE_HOME"}
    kernel = Session(env=environment | {"HOME": "/proc/none", "TMPDIR": str(tmp_path)})
    try:
        assert kernel.value(f"%package {folder}\nimport Local\nlocal()", timeout=300) == "42"
    finally:
        kernel.close()


def test_a_package_that_is_loaded_is_not_built_again(cache, tmp_path):
    folder = tmp_path / "whole"
    make_package(folder, "5", name="Whole")
    kernel = Session()
    try:
        kernel.ok(f"%package {folder}", timeout=300)
        # One of the products that are there.
        outcome = kernel.ok(f"%package {folder} Whole\nimport Whole\nlocal()")
        assert outcome.result == "5" and "built in" not in displayed(outcome)
        # What cannot be had is refused before anything is built.
        start = time.monotonic()
        fails(kernel, f"%package {folder} Other", "Whole", "%reset -f")
        assert time.monotonic() - start < 5
    finally:
        kernel.close()


def test_a_branch_is_the_one_of_that_name(cache, tmp_path, fresh_kernel):
    """Git finds `a/main` for `main`, too, and names it first."""
    folder = tmp_path / "little"
    make_package(folder, "1", name="Little")

    def git(*words):
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *words], cwd=folder, check=True, capture_output=True)
    git("init", "-b", "main")
    git("add", ".")
    git("commit", "-m", "one")
    git("checkout", "-b", "a/main")
    make_package(folder, "2", name="Little")
    git("commit", "-am", "two")
    code = f"%package file://{folder}@branch:main Little\nimport Little\nlocal()"
    assert fresh_kernel.ok(code, timeout=300).result == "1"


def test_a_package_that_does_not_build(cache, tmp_path, fresh_kernel):
    folder = tmp_path / "broken"
    make_package(folder, '"text"', name="Broken")
    failure = fresh_kernel.fails(f"%package {folder}", timeout=300)
    assert "cannot convert" in failure.error["evalue"] and "code.swift:2" in failure.error["evalue"]
    fails(fresh_kernel, f"%package {tmp_path}", "Package.swift")
    fails(fresh_kernel, "%package", "https://")
    fails(fresh_kernel, "%package https://example.org/a@x.y", "")
    assert fresh_kernel.value("1 + 1") == "2"


def test_a_package_by_url(cache, fresh_kernel):
    outcome = fresh_kernel.run(f"%package {ALGORITHMS}", timeout=300)
    if outcome.reply["status"] != "ok":
        # Not every machine reaches the repository; that the error says so is all that can be seen there.
        assert "swift-algorithms" in outcome.error["evalue"]
        pytest.skip("github.com is out of reach")
    assert "swift-algorithms 1.2.1: Algorithms" in displayed(outcome)
    assert fresh_kernel.ok("import Algorithms\n(1...5).chunks(ofCount: 2).map(Array.init)").result == "[[1, 2], [3, 4], [5]]"
    # A package that shares a dependency with it.
    code = "%package https://github.com/apple/swift-numerics@1.1.1 ComplexModule\nimport ComplexModule\nComplex(1.0, 2).real"
    assert fresh_kernel.ok(code, timeout=300).result == "1.0"
    kernel = Session()
    try:
        assert "built before" in displayed(kernel.ok(f"%package {ALGORITHMS}", timeout=60))
        assert "loaded before" in displayed(kernel.ok(f"%package {ALGORITHMS.split()[0]} Algorithms"))
        assert kernel.value("import Algorithms\n[3, 1, 2].min(count: 1)") == "[1]"
    finally:
        kernel.close()


def test_two_kernels_want_the_same_package(cache, tmp_path):
    folder = tmp_path / "shared"
    make_package(folder, "7", name="Shared")
    kernels = [Session(), Session()]
    try:
        messages = [kernel.client.execute(f"%package {folder}\nimport Shared\nlocal()") for kernel in kernels]
        outcomes = [kernel.finish(message, timeout=300) for kernel, message in zip(kernels, messages)]
        assert [outcome.result for outcome in outcomes] == ["7", "7"]
        assert sorted("built before" in displayed(outcome) for outcome in outcomes) == [False, True]
    finally:
        for kernel in kernels:
            kernel.close()


def test_a_build_is_interrupted(cache, tmp_path, fresh_kernel):
    folder = tmp_path / "slow"
    make_package(folder, "8", name="Slow")
    manifest = folder / "Package.swift"
    manifest.write_text(manifest.read_text() + "import Foundation\nThread.sleep(forTimeInterval: 4)\n")
    message = fresh_kernel.client.execute(f"%package {folder}")
    time.sleep(1)
    fresh_kernel.interrupt()
    outcome = fresh_kernel.finish(message, timeout=20)
    assert outcome.reply["status"] == "error" and outcome.reply["ename"] == "KeyboardInterrupt"
    assert fresh_kernel.ok(f"%package {folder}\nimport Slow\nlocal()", timeout=300).result == "8"


# --- cells that later sessions reuse ----------------------------------------------------------------------------

CELLS = [
    "import Foundation\nvar counter = 0\nfunc grow(_ by: Int) -> Int { counter += by; return counter }",
    "struct Point { var x = 1 }\nlet point = Point(x: 4)",
    "for i in 0..<3 { counter += i }\ncounter",
    "let unusedHere: Int? = 1\nvar never = 1\nif never == 1 { let warned = 2 }\ngrow(point.x)",
]


def entries(cache):
    folder = cache / "gyrus" / "cells"
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


def run_all(cells):
    kernel = Session()
    try:
        outcomes = [(outcome.result, outcome.text(), outcome.text("stderr")) for outcome in map(kernel.ok, cells)]
        settle(Path(os.environ["XDG_CACHE_HOME"]))
        return outcomes
    finally:
        kernel.close()


def settle(cache):
    """Waits until nothing is put into the cache any more: cells are stored while the next ones run."""
    former = None
    deadline = time.monotonic() + 20
    while (now := entries(cache)) != former and time.monotonic() < deadline:
        former = now
        time.sleep(0.5)


def test_cells_are_reused_by_a_later_session(cache):
    before = entries(cache)
    first = run_all(CELLS)
    stored = entries(cache)
    assert len(stored - before) == len(CELLS)
    assert run_all(CELLS) == first and "warned" in first[3][2]
    assert entries(cache) == stored, "nothing was compiled"
    assert first[2][0] == "3" and first[3][0] == "7"


def test_a_cell_that_sees_something_else_is_compiled(cache):
    run_all(CELLS)
    stored = entries(cache)
    changed = [CELLS[0].replace("+= by", "+= by * 100"), *CELLS[1:]]
    assert run_all(changed)[3][0] == "403"
    # The first cell itself, and the two that use what it declares; not the second.
    # They are stored after their cells have ended.
    deadline = time.monotonic() + 10
    while len(entries(cache) - stored) < 3 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(entries(cache) - stored) == 3


def test_a_cell_that_runs_again_begins_anew(cache, fresh_kernel):
    kernel = fresh_kernel
    kernel.ok("var again = 0\nlet bump = { again += 1; return again }")
    assert kernel.ok("(bump(), bump())").result == "(0: 1, 1: 2)" or kernel.value("again") == "2"
    kernel.ok("let old = bump")
    kernel.ok("var again = 0\nlet bump = { again += 1; return again }")
    assert kernel.value("again") == "0"
    assert kernel.value("old()") == "3" and kernel.value("again") == "0"


def test_a_damaged_entry_is_none(cache):
    run_all(CELLS)
    for entry in (cache / "gyrus" / "cells").iterdir():
        library = entry / "cell.so"
        data = library.read_bytes()
        library.unlink()
        library.write_bytes(data[: len(data) // 2])
    assert run_all(CELLS)[3][0] == "7"


def test_another_library_means_other_cells(cache, prefix, tmp_path):
    """An installation whose library differs in one byte shares no cell with the first."""
    run_all(CELLS[:2])
    stored = entries(cache)
    copy = tmp_path / "prefix"
    subprocess.run(["cp", "-r", f"{prefix}/lib/gyrus", tmp_path / "gyrus"], check=True)
    (copy / "lib").mkdir(parents=True)
    (copy / "bin").mkdir()
    (tmp_path / "gyrus").rename(copy / "lib" / "gyrus")
    subprocess.run(["cp", f"{prefix}/bin/gyrus", copy / "bin/gyrus"], check=True)
    subprocess.run([copy / "bin/gyrus", "install", "--prefix", copy], check=True, capture_output=True)
    before = os.environ["JUPYTER_PATH"]
    os.environ["JUPYTER_PATH"] = str(copy / "share/jupyter")
    try:
        run_all(CELLS[:2])
        other = entries(cache)
        assert len(other - stored) == 2
        # Bytes behind the end of the sections change nothing but the content.
        with open(copy / "lib/gyrus/libGyrus.so", "ab") as library:
            library.write(b"\0")
        run_all(CELLS[:2])
        assert len(entries(cache) - other) == 2
    finally:
        os.environ["JUPYTER_PATH"] = before


def test_an_interrupted_loop_of_optimized_code_leaves_its_variables_whole(fresh_kernel):
    kernel = fresh_kernel
    for _ in range(4):
        kernel.ok("var table: [String: [Int]] = [:]")
        message = kernel.client.execute(
            'var hasBegun = false\nwhile true {\n    for z in 0..<1000 { table["\\(z)", default: []].append(z) }\n'
            '    if !hasBegun { print("begun"); hasBegun = true }\n'
            # Never empty between two rounds, where an interrupt may come.
            '    if table["0"]!.count > 2000 { table = ["0": []] }\n}'
        )
        kernel.wait_for_output(message)  # A round is complete: before it the table may be empty.
        time.sleep(0.2)
        kernel.interrupt()
        assert kernel.finish(message, timeout=10).reply["ename"] == "KeyboardInterrupt"
        assert int(kernel.value("table.values.map { $0.reduce(0, +) }.max() ?? -1")) >= 0
        assert kernel.value('table["new", default: []].append(1); table["new"]!.count') == "1"


# --- files, captured output, help -------------------------------------------------------------------------------


@pytest.mark.parametrize("mark", ["%%", "//%%"])
def test_writefile(kernel, tmp_path, mark):
    kernel.ok(f"%cd {tmp_path}")
    assert kernel.ok("%pwd").text() == f"{tmp_path}\n"
    assert "Wrote" in kernel.ok(f"{mark}writefile notes.txt\nlet a = 1\n  %time\n").text()
    assert (tmp_path / "notes.txt").read_text() == "let a = 1\n  %time\n"
    assert "Replaced" in kernel.ok(f"{mark}writefile notes.txt\ngrün").text()
    assert "Appended" in kernel.ok(f"{mark}writefile -a notes.txt\nmore").text()
    assert (tmp_path / "notes.txt").read_text() == "grün\nmore\n"
    assert "Wrote" in kernel.ok(f'{mark}writefile -a "with space.txt"\nx').text()
    assert (tmp_path / "with space.txt").read_text() == "x\n"


def test_writefile_errors(kernel):
    fails(kernel, "%%writefile\nx", "one file")
    fails(kernel, "%%writefile a b\nx", "one file")
    fails(kernel, "%%writefile -q a\nx", "-q")
    fails(kernel, "%%writefile /nowhere/at/all\nx", "/nowhere/at/all", "there is no folder /nowhere/at")
    fails(kernel, "%%writefile /tmp\nx", "/tmp is a folder, not a file")
    fails(kernel, "%writefile a", "%%writefile")
    fails(kernel, "%pwd /tmp", "%cd")


@pytest.mark.parametrize("name, mime", [("latex", "text/latex"), ("svg", "image/svg+xml")])
def test_what_is_shown_as_it_is(kernel, name, mime):
    shown = kernel.ok(f"%%{name}\n<svg/> $x$").of("display_data")
    assert [content["data"][mime] for content in shown] == ["<svg/> $x$"]
    fails(kernel, f"%%{name} loud\nx", "loud")


def test_capture(kernel):
    outcome = kernel.ok(
        '%%capture held\nprint("out")\nFileHandle.standardError.write(Data("err".utf8))\n'
        'display(MIMEBundle(["text/plain": .text("shown")]))\nlet counted = 6 * 7\ncounted')
    assert outcome.result is None
    assert not outcome.of("stream") and not outcome.of("display_data")
    assert kernel.value("counted") == "42"
    assert kernel.value("held.stdout") == '"out\\n"' and kernel.value("held.stderr") == '"err"'
    assert kernel.value("held.displayCount") == "2"
    again = kernel.ok("held.show()")
    assert again.text() == "out\n" and again.text("stderr") == "err"
    assert [content["data"]["text/plain"] for content in again.of("display_data")] == ["shown", "42"]


def test_capture_keeps_the_last_state_of_a_display(kernel):
    kernel.ok('%%capture drawn\nlet changing = display("one")\nfor n in ["two", "three"] { changing.update(n) }\ndisplay("other")')
    assert kernel.value("drawn.displayCount") == "2"
    shown = kernel.ok("drawn.show()").of("display_data")
    assert [display["data"]["text/plain"] for display in shown] == ['"three"', '"other"']


def test_capture_without_a_name_and_of_some(kernel):
    assert not kernel.ok('%%capture\nprint("gone")').of("stream")
    assert kernel.ok('%%capture --no-stdout some\nprint("seen")').text() == "seen\n"
    fails(kernel, "%%capture --loud\n1", "--no-stdout")
    fails(kernel, "%%capture a b\n1", "one variable")
    fails(kernel, "%%capture 1a\n1", "one variable")
    failure = kernel.fails('%%capture\nprint("before")\n[Int]()[0]')
    assert failure.error["ename"] == "Fatal error" and ":3" in failure.traceback


def test_capture_keeps_what_a_cell_said_before_it_failed(kernel):
    kernel.fails('%%capture failing\nprint("before")\n[Int]()[0]')
    assert kernel.value("failing.stdout") == '"before\\n"'


@pytest.mark.parametrize("code, words", [
    ("%time?", "%time"), ("%%timeit?", "LOOPS"), ("?%cd", "folder"), ("//%who?", "variables"), ("!?", "shell"),
    ("%package??", "URL"),
])
def test_help_of_a_magic(kernel, code, words):
    payload = kernel.ok(code).reply["payload"]
    assert payload[0]["source"] == "page" and words in payload[0]["data"]["text/plain"]
    assert kernel.request("is_complete_request", {"code": code})["status"] == "complete"


def test_help_of_an_unknown_magic(kernel):
    assert "Nothing is known of '%tmie'" in kernel.ok("%tmie?").text()
