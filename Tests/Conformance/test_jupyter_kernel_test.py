"""Jupyter's own conformance suite."""

import jupyter_kernel_test as kernel_test


class TestGyrus(kernel_test.KernelTests):
    kernel_name = "gyrus"
    language_name = "swift"
    file_extension = ".swift"

    code_hello_world = 'print("hello, world")'
    code_stderr = 'FileHandle.standardError.write(Data("oops\\n".utf8))'
    complete_code_samples = ["1", 'print("hello, world")', "func f(_ x: Int) -> Int {\n    x * 2\n}\n"]
    incomplete_code_samples = ['print("""hello', "func f(x: Int) {", "let a = [1, 2,", "if true {"]
    invalid_code_samples = ["let = 3", "func 1f() {}"]
    code_generate_error = "let absent: Int? = nil; absent!"
    code_execute_result = [
        {"code": "1+2+3", "result": "6"},
        {"code": "[1, 2, 3].map { $0 * $0 }", "result": "[1, 4, 9]"},
    ]
    code_display_data = [{"code": 'display(MIMEBundle(["text/plain": .text("hi")]))', "mime": "text/plain"}]
    code_history_pattern = "1?2*"
    supported_history_operations = ("tail", "range", "search")
    completion_samples = [
        {"text": "Set<Int>().isSuper", "matches": {"isSuperset"}},
        {"text": "BandedRidgeFi", "matches": {"BandedRidgeFit"}},
        {"text": "fallth", "matches": {"fallthrough"}},
    ]
    code_page_something = "Array?"
    code_inspect_sample = "print"
    code_clear_output = "clearOutput()"


class TestWelcome(kernel_test.IopubWelcomeTests):
    kernel_name = "gyrus"
    support_iopub_welcome = True

