"""Cell latency and kernel start through jupyter_client, Gyrus against ipykernel and xeus-python in the same run.

Run: make bench (or .venv/bin/python Benchmarks/latency.py [ROUNDS [PAUSE]]). Prints a Markdown table; asserts nothing.

Latency is the time from sending execute_request until both the reply and idle have arrived, after a first cell that
warms the kernel. Rounds of the kernels take turns, so that a busy machine slows both. Before each cell comes a pause of
half a second, as between two cells of a user; with 0 for PAUSE they come as those of "run all" do.
"""

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# The installation that is measured; the kernelspecs of the others are in the environment that runs this script.
os.environ["JUPYTER_PATH"] = str(Path(os.environ.get("GYRUS_PREFIX", ROOT / ".venv")) / "share/jupyter")
# With a cache of its own no cell comes from an earlier run.
CACHE = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
os.environ["XDG_CACHE_HOME"] = CACHE.name

from jupyter_client.manager import KernelManager  # noqa: E402

# What each cell is called, in Swift and in Python. The number keeps each cell's text new.
CELLS = {
    "`1 + 1`": ("1 + {0}", "1 + {0}"),
    "`print`": ('print("cell {0}")', 'print("cell {0}")'),
    "a variable and a function": (
        "func f{0}(_ x: Int) -> Int {{ x + {0} }}\nlet v{0} = f{0}(1)\nv{0}",
        "def f{0}(x): return x + {0}\nv{0} = f{0}(1)\nv{0}",
    ),
    "import Foundation / import datetime": (
        "import Foundation\nDate(timeIntervalSince1970: {0}).timeIntervalSince1970",
        "import datetime\ndatetime.datetime.fromtimestamp({0}).timestamp()",
    ),
}
TITLES = {"gyrus": "Gyrus", "python3": "ipykernel", "xpython": "xeus-python"}
# Where a kernel's cells stand in CELLS.
KERNELS = {name: 0 if name == "gyrus" else 1 for name in TITLES}


class Kernel:
    """A running kernel, and how long its start took."""

    def __init__(self, name):
        self.column = KERNELS[name]
        begin = time.perf_counter()
        self.manager = KernelManager(kernel_name=name)
        self.manager.start_kernel()
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=120)
        self.to_kernel_info = time.perf_counter() - begin
        self.run("1 + 1")
        self.to_result = time.perf_counter() - begin

    def run(self, code):
        """The seconds that a cell took."""
        begin = time.perf_counter()
        message_id = self.client.execute(code)
        reply = self.client.get_shell_msg(timeout=120)
        while True:
            message = self.client.get_iopub_msg(timeout=120)
            if message["parent_header"].get("msg_id") == message_id and message["msg_type"] == "status":
                if message["content"]["execution_state"] == "idle":
                    break
        seconds = time.perf_counter() - begin
        if reply["content"]["status"] != "ok":
            sys.exit(f"{code}\n{reply['content']}")
        return seconds

    def close(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


def describe(seconds):
    """Median and 95th percentile, in milliseconds."""
    ordered = sorted(seconds)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]
    return f"{1000 * statistics.median(ordered):.0f} / {1000 * p95:.0f}"


def main(rounds, pause):
    starts = {name: [] for name in KERNELS}
    for _ in range(5):
        for name in KERNELS:
            kernel = Kernel(name)
            starts[name].append((kernel.to_kernel_info, kernel.to_result))
            kernel.close()

    kernels = {name: Kernel(name) for name in KERNELS}
    times = {name: {cell: [] for cell in CELLS} for name in KERNELS}
    for kernel in kernels.values():
        for cell in CELLS.values():
            kernel.run(cell[kernel.column].format(0))
    for number in range(1, rounds + 1):
        for cell, codes in CELLS.items():
            for name, kernel in kernels.items():
                time.sleep(pause)
                times[name][cell].append(kernel.run(codes[kernel.column].format(number)))
    for kernel in kernels.values():
        kernel.close()

    print(f"Milliseconds, median / 95th percentile; {rounds} rounds, {pause:g} s before each cell, 5 starts, "
          f"{os.cpu_count()} cores\n")
    print("| | " + " | ".join(TITLES.values()) + " |\n| --- |" + " --- |" * len(TITLES))
    for cell in CELLS:
        print(f"| {cell} | " + " | ".join(describe(times[name][cell]) for name in TITLES) + " |")
    for index, title in enumerate(["start to kernel_info", "start to the first result"]):
        print(f"| {title} | " + " | ".join(describe([s[index] for s in starts[name]]) for name in TITLES) + " |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 30, float(sys.argv[2]) if len(sys.argv) > 2 else 0.5)
