"""Features take long: what is done survives the death of the cells' process, and an interrupt stops a download and keeps it."""

import json
import re
import subprocess
import sys
import time
import urllib.request

import pytest
from test_hostile import kill_runner

# Images that take their time, so that the process surely dies between the first row and the last.
SOURCE = r"""
final class Slides: ImageSource, @unchecked Sendable {  // what changes is behind a lock
    let count = 60
    private let lock = NSLock()
    private var numbers: [Int] = []
    var asked: [Int] { lock.withLock { numbers } }
    func image(_ index: Int) throws -> RGBImage {
        lock.withLock { numbers.append(index) }
        usleep(60_000)
        let pixels = (0..<24 * 24 * 3).map { UInt8(($0 * (index + 3) + $0 / 7) % 256) }
        return try RGBImage(width: 24, height: 24, pixels: pixels)
    }
}
let model = try FoundationModel.load("MODEL")
let layers: LayerSelection = ["block *"]
// Four rows of 2 layers x 36 numbers at a time.
let memory = 4 * 2 * 36 * 4
"""
FEATURES = 'let slides = Slides()\nlet file = try model.featureFile(at: "FILE", of: slides, layers: layers, pooling: .cls, memory: memory)'


def lines(messages):
    """What the displays among the messages show as plain text."""
    return [message["content"]["data"]["text/plain"] for message in messages
            if message["msg_type"] in ("display_data", "update_display_data")]


def test_features_go_on_after_the_process_is_killed(fresh_kernel, root, tmp_path):
    kernel = fresh_kernel
    source = SOURCE.replace("MODEL", str(root / "Tests/Library/FoundationModels/Fixtures/vision/timm"))
    path = tmp_path / "slides.h5"
    cell = FEATURES.replace("FILE", str(path))
    kernel.ok(source)

    request = kernel.client.execute(cell)
    shown, deadline = [], time.monotonic() + 60
    while not any(re.match(r"features: (1[2-9]|2\d)/60 ", line) for line in shown):
        assert time.monotonic() < deadline, shown
        message = kernel.client.get_iopub_msg(timeout=60)
        assert message["msg_type"] != "error", message["content"]
        if message["parent_header"].get("msg_id") == request:
            shown += lines([message])
    kill_runner(kernel)
    outcome = kernel.finish(request, timeout=30)
    assert outcome.reply["ename"] == "RunnerDied" and "Killed" in outcome.reply["evalue"]
    assert not path.exists() and path.with_suffix(".h5.partial").exists()

    # The new process has none of the variables; the same cells make them again.
    kernel.ok(source)
    outcome = kernel.ok(cell)
    last = lines(outcome.messages)[-1]
    done = int(re.match(r"features \((\d+) images were there\): ", last).group(1))
    assert 12 <= done < 60 and done % 4 == 0
    assert f": {60 - done}/{60 - done} images" in last
    # Every image once for the hash of the stimuli, then only the missing ones.
    assert kernel.value(f"slides.asked.dropFirst(60).sorted() == Array({done}..<60)") == "true"
    assert path.exists() and not path.with_suffix(".h5.partial").exists()

    # An uninterrupted run gives the same bits, and the cell finds the file that there is.
    kernel.ok(cell.replace(str(path), str(tmp_path / "whole.h5")).replace("let file", "let whole"))
    assert kernel.value('try file.layers.map { try file[$0] == whole[$0] }') == "[true, true]"
    assert kernel.value("slides.asked.count") == "120"
    kernel.ok(cell)
    assert kernel.value("slides.asked.count") == "60"


@pytest.fixture
def hub(root, tmp_path):
    """What asks a hub with one model for a path below its address."""
    model = tmp_path / "models/test/slow"
    model.mkdir(parents=True)
    fixtures = root / "Tests/Library/FoundationModels/Fixtures"
    for file in ("config.json", "model.safetensors"):
        (model / file).write_bytes((fixtures / "vision/timm" / file).read_bytes())
    server = subprocess.Popen([sys.executable, fixtures / "hub/server.py", tmp_path / "models"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True)
    address = f"http://127.0.0.1:{server.stdout.readline().strip()}"

    def ask(path):
        with urllib.request.urlopen(f"{address}/{path}") as answer:
            return answer.read()

    ask.address = address
    yield ask
    server.stdin.close()
    server.wait(timeout=10)


def test_an_interrupt_stops_a_download_and_the_next_goes_on(fresh_kernel, hub, tmp_path):
    kernel = fresh_kernel
    kernel.ok(f'let hub = HuggingFaceHub(environment: ["HF_ENDPOINT": "{hub.address}", "HF_HOME": "{tmp_path}/home"])')
    hub("control?pause=300")
    request = kernel.client.execute('let folder = try hub.download("test/slow", showsProgress: false)')
    blobs = tmp_path / "home/hub/models--test--slow/blobs"
    deadline = time.monotonic() + 30
    while not any(part.stat().st_size >= 8192 for part in blobs.glob("*.incomplete")):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    start = time.monotonic()
    kernel.interrupt()
    outcome = kernel.finish(request, timeout=30)
    assert outcome.reply["ename"] == "KeyboardInterrupt"
    assert time.monotonic() - start < 3
    [part] = blobs.glob("*.incomplete")
    kept = part.stat().st_size
    assert 8192 <= kept < (tmp_path / "models/test/slow/model.safetensors").stat().st_size

    hub("control?pause=0")
    hub("log")
    kernel.ok('let folder = try hub.download("test/slow", showsProgress: false)')
    stored = [request for request in json.loads(hub("log")) if request["path"].startswith("/store/")]
    assert [request["range"] for request in stored] == [f"bytes={kept}-"]
    assert kernel.value("try FoundationModel.load(folder).image.layers.filter { !$0.isPart }.count") == "5"
