"""Latency of complete_request and inspect_request through jupyter_client, beside ipykernel's in the same run.

Run: .venv/bin/python Benchmarks/completion.py [ROUNDS]. Prints a Markdown table; asserts nothing.

Warm: after ten cells and one completion. Cold: the first completion of a kernel, asked for as soon as its first cell
has run. "After a cell": the first completion after each of some further cells.
"""

import os
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
os.environ["JUPYTER_PATH"] = str(Path(os.environ.get("GYRUS_PREFIX", ROOT / ".venv")) / "share/jupyter")

from jupyter_client.manager import KernelManager  # noqa: E402

# What each kernel runs first, and what is completed; `|` is the cursor, {0} keeps each text new.
CELLS = {
    "gyrus": [f"let values{n} = [Double](repeating: 1.5, count: {n + 3})" for n in range(10)],
    "python3": ["import math"] + [f"values{n} = [1.5] * ({n} + 3)" for n in range(9)],
}
COMPLETIONS = {
    "members of a variable of an earlier cell": ("let a{0} = 1\nvalues3.|", "a{0} = 1\nvalues3.|"),
    "members, two letters typed": ("let a{0} = 1\nvalues3.ma|", "a{0} = 1\nvalues3.po|"),
    "a global name, two letters typed": ("let a{0} = va|", "a{0} = va|"),
    "any global name": ("let a{0} = |", "a{0} = |"),
    "labels of a call": ("let a{0} = Matrix<Float>(|", "a{0} = math.isclose(|"),
    "a file in a string literal": ('let a{0} = "/usr/lib/|"', 'a{0} = "/usr/lib/|"'),
}
INSPECTIONS = {
    "a function of the library": ("let a{0} = values3.map|", "a{0} = math.isclose|"),
    "a variable and its value": ("let a{0} = values3|", "a{0} = values3|"),
    "the call around the cursor": ("let a{0} = Matrix<Float>(rows: {0}, |", "a{0} = math.isclose({0}, |"),
}


class Kernel:
    def __init__(self, name):
        self.column = ["gyrus", "python3"].index(name)
        self.manager = KernelManager(kernel_name=name)
        self.manager.start_kernel()
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=120)
        self.run("1 + 1")

    def run(self, code):
        self.client.execute_interactive(code, timeout=120, output_hook=lambda message: None)

    def ask(self, ask, marked):
        """The seconds that a request took, and its reply."""
        place = marked.index("|")
        begin = time.perf_counter()
        message_id = ask(marked.replace("|", ""), place)
        while True:
            reply = self.client.get_shell_msg(timeout=60)
            if reply["parent_header"]["msg_id"] == message_id:
                return time.perf_counter() - begin, reply["content"]

    def complete(self, texts, number):
        seconds, reply = self.ask(self.client.complete, texts[self.column].replace("{0}", str(number)))
        if not reply["matches"]:
            sys.exit(f"nothing completes {texts[self.column]}")
        return seconds

    def inspect(self, texts, number):
        seconds, reply = self.ask(self.client.inspect, texts[self.column].replace("{0}", str(number)))
        if not reply["found"]:
            sys.exit(f"nothing is known of {texts[self.column]}")
        return seconds

    def close(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


def describe(seconds):
    """Median and 95th percentile, in milliseconds."""
    ordered = sorted(seconds)
    return f"{1000 * statistics.median(ordered):.1f} / {1000 * ordered[round(0.95 * (len(ordered) - 1))]:.1f}"


def main(rounds):
    kernels = {name: Kernel(name) for name in CELLS}
    cold = {name: kernel.ask(kernel.client.complete, "pri|")[0] for name, kernel in kernels.items()}
    for name, kernel in kernels.items():
        for cell in CELLS[name]:
            kernel.run(cell)
        kernel.complete(COMPLETIONS["members of a variable of an earlier cell"], 0)
    print(f"Milliseconds, median / 95th percentile; {rounds} rounds, {os.cpu_count()} cores\n")
    print("| | Gyrus | ipykernel |\n| --- | --- | --- |")

    def row(title, measure):
        times = {name: [] for name in kernels}
        for number in range(rounds):
            for name, kernel in kernels.items():
                times[name].append(measure(kernel, number))
        print(f"| {title} | {describe(times['gyrus'])} | {describe(times['python3'])} |", flush=True)

    for title, texts in COMPLETIONS.items():
        row(title, lambda kernel, number: kernel.complete(texts, number))
    for title, texts in INSPECTIONS.items():
        row("inspection: " + title, lambda kernel, number: kernel.inspect(texts, number))
    members = COMPLETIONS["members of a variable of an earlier cell"]
    times = {name: [] for name in kernels}
    for number in range(min(rounds, 10)):
        for name, kernel in kernels.items():
            kernel.run(["let w{0} = {0}", "w{0} = {0}"][kernel.column].replace("{0}", str(number)))
            times[name].append(kernel.complete(members, number))
    print(f"| members, the first completion after a cell | {describe(times['gyrus'])} | {describe(times['python3'])} |")
    print(f"| the first completion of a kernel | {1000 * cold['gyrus']:.0f} | {1000 * cold['python3']:.0f} |")
    for kernel in kernels.values():
        kernel.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 30)
