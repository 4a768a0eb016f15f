"""Standard output and standard error arrive while the cell runs, in order, complete before idle."""

import time

import kernel_processes


def test_output_comes_while_the_cell_runs(kernel):
    cell = kernel.client.execute('print("early")\nsleep(2)\nprint("late")')
    start = time.monotonic()
    kernel.wait_for_output(cell)
    assert time.monotonic() - start < 1.9
    rest = kernel.finish(cell)
    assert rest.text() == "late\n"


def test_stdout_and_stderr_keep_their_order(kernel):
    code = """
    for i in 0..<20 {
        print("out \\(i)")
        fflush(stdout)
        usleep(3000)
        FileHandle.standardError.write(Data("err \\(i)\\n".utf8))
        usleep(3000)
    }
    """
    outcome = kernel.ok(code)
    text = "".join(content["text"] for content in outcome.of("stream"))
    assert text.split("\n")[:-1] == [f"{name} {i}" for i in range(20) for name in ("out", "err")]


def test_a_file_handle_keeps_its_place_among_what_is_printed(kernel):
    outcome = kernel.ok(
        'for i in 0..<50 { print("out \\(i)"); FileHandle.standardError.write(Data("err \\(i)\\n".utf8)) }')
    text = "".join(content["text"] for content in outcome.of("stream"))
    assert text.split("\n")[:-1] == [f"{name} {i}" for i in range(50) for name in ("out", "err")]


def test_output_of_a_child_process_is_seen(kernel):
    outcome = kernel.ok(
        'let child = Process(); child.executableURL = URL(fileURLWithPath: "/bin/sh")\n'
        'child.arguments = ["-c", "echo out; echo err >&2"]; try child.run(); child.waitUntilExit()')
    assert (outcome.text(), outcome.text("stderr")) == ("out\n", "err\n")


def test_200000_lines_arrive_whole_and_in_order(kernel):
    outcome = kernel.ok('for i in 0..<200_000 { print("line \\(i)") }')
    assert outcome.text() == "".join(f"line {i}\n" for i in range(200_000))
    assert outcome.seconds < 10


def test_a_line_without_an_end_arrives_before_idle(kernel):
    assert kernel.ok('print("no end", terminator: "")').text() == "no end"


def test_characters_are_never_cut(kernel):
    text = "é🧠" * 40_000
    assert kernel.ok('print(String(repeating: "é🧠", count: 40_000))').text() == text + "\n"


def test_half_a_character_at_the_end_of_a_cell_is_seen(kernel):
    assert kernel.ok("FileHandle.standardOutput.write(Data([0x61, 0xC3]))").text() == "a\ufffd"
    assert kernel.ok('print("b")').text() == "b\n"


def test_output_of_c_code_is_seen(kernel):
    assert kernel.ok('puts("from C")\nfflush(stdout)').text() == "from C\n"


def test_output_before_a_trap_is_seen(kernel):
    assert kernel.fails('print("before")\nfatalError()').text() == "before\n"


def test_what_a_cell_says_of_fatal_errors_is_shown_while_it_runs(kernel):
    cell = kernel.client.execute('fputs("Fatal error in sub-01\\n", stderr)\nsleep(4)')
    start = time.monotonic()
    kernel.wait_for_output(cell)
    assert time.monotonic() - start < 3.5
    kernel.finish(cell)


def test_what_a_cell_says_of_fatal_errors_is_shown_before_a_trap(kernel):
    failure = kernel.fails(
        'fputs("Fatal error in sub-01\\n", stderr)\nusleep(100_000)\nfputs("next\\n", stderr)\nusleep(100_000)\n'
        'fatalError("its own")')
    assert failure.text("stderr") == "Fatal error in sub-01\nnext\n" and failure.error["evalue"] == "its own"


def test_displays_and_text_keep_their_order(kernel):
    outcome = kernel.ok('print("a")\ndisplay(MIMEBundle.plain("b"))\nprint("c")\n"d"')
    kinds = [m["msg_type"] for m in outcome.messages if m["msg_type"] not in ("status", "execute_input")]
    assert kinds == ["stream", "display_data", "stream", "execute_result"]


def test_what_a_stream_buffers_belongs_to_its_cell(kernel):
    buffered = kernel.ok('setvbuf(stdout, nil, _IOFBF, 4096)\nprint("held")').text()
    kernel.ok("setvbuf(stdout, nil, _IONBF, 0)")
    assert buffered == "held\n"


def test_a_stream_that_a_cell_closes_does_not_keep_the_kernel_busy(fresh_kernel):
    fresh_kernel.ok("let closed = [close(1), close(2)]")
    own = kernel_processes.of(fresh_kernel)
    time.sleep(1)
    before = sum(own.cpu_times()[:2])
    time.sleep(1)
    assert sum(own.cpu_times()[:2]) - before < 0.5
    assert fresh_kernel.ok('print("heard")').text() == "heard\n"


def test_a_program_that_never_stops_writing_does_not_hold_the_cell_that_started_it(fresh_kernel):
    fresh_kernel.ok(
        'import Foundation\nlet flood = Process(); flood.executableURL = URL(fileURLWithPath: "/usr/bin/timeout")\n'
        'flood.arguments = ["40", "yes"]; try flood.run(); usleep(200_000)', timeout=30)
    fresh_kernel.ok("flood.terminate(); flood.waitUntilExit()", timeout=30)
