"""JupyterLab in a headless Chromium, driven over the DevTools protocol."""

import base64
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import websocket


def chromium():
    """The path of a Chromium, or None."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((path for path in map(shutil.which, names) if path), None)


def wait_for(what, test, seconds=60):
    """Waits until a test holds, and gives what it gives."""
    deadline = time.monotonic() + seconds
    while True:
        value = test()
        if value:
            return value
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not come about in {seconds} s")
        time.sleep(0.1)


class Lab:
    """A JupyterLab server of its own, whose page gives its commands to scripts."""

    def __init__(self, folder):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        settings = {name: str(folder / "jupyter" / name) for name in ("config", "data", "runtime", "settings")}
        environment = {
            **os.environ, "JUPYTER_CONFIG_DIR": settings["config"], "JUPYTER_DATA_DIR": settings["data"],
            "JUPYTER_RUNTIME_DIR": settings["runtime"], "JUPYTERLAB_SETTINGS_DIR": settings["settings"],
            "JUPYTERLAB_WORKSPACES_DIR": settings["settings"]}
        overrides = folder / "jupyter/settings/@jupyterlab/apputils-extension"
        overrides.mkdir(parents=True)
        (overrides / "notification.jupyterlab-settings").write_text('{"fetchNews": "false"}')
        self.process = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--ServerApp.port={port}",
             "--ServerApp.ip=127.0.0.1", "--ServerApp.port_retries=0", "--IdentityProvider.token=",
             f"--ServerApp.root_dir={folder}", "--LabApp.expose_app_in_browser=True"],
            env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for("the server", self.answers)

    def answers(self):
        assert self.process.poll() is None, "the server has ended"
        try:
            return urllib.request.urlopen(self.address + "/api", timeout=2).status == 200
        except OSError:
            return False

    def close(self):
        self.process.terminate()
        self.process.wait(20)


# A graphics card made of software, for pages that draw with WebGL.
SOFTWARE_GRAPHICS = ("--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")


class Browser:
    """One page of a headless Chromium."""

    def __init__(self, executable, folder, width=1100, height=900, flags=("--disable-gpu",)):
        self.process = subprocess.Popen(
            [executable, "--headless=new", "--no-sandbox", *flags, "--disable-dev-shm-usage",
             "--hide-scrollbars", "--remote-debugging-port=0", f"--user-data-dir={folder}",
             f"--window-size={width},{height}", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        port_file = folder / "DevToolsActivePort"
        wait_for("the browser", lambda: port_file.exists() and port_file.read_text().count("\n"))
        port = port_file.read_text().split("\n")[0]
        pages = json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list"))
        page = next(page for page in pages if page["type"] == "page")
        self.socket = websocket.create_connection(
            page["webSocketDebuggerUrl"], suppress_origin=True, timeout=60)
        self.count = 0

    def call(self, method, **parameters):
        """One command of the DevTools protocol, and its result."""
        self.count += 1
        self.socket.send(json.dumps({"id": self.count, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("id") == self.count:
                assert "error" not in answer, answer
                return answer["result"]

    def run(self, script):
        """The value of a script in the page; promises are awaited."""
        result = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def open(self, address):
        self.call("Page.navigate", url=address)
        wait_for("the page", lambda: self.run("!!window.jupyterapp"))
        self.run("window.jupyterapp.restored.then(() => true)")

    def open_file(self, path):
        """A page of its own, without JupyterLab."""
        self.call("Page.navigate", url=f"file://{path}")
        # Not the page before, which may still be there.
        there = f"location.pathname === {json.dumps(str(path))} && document.readyState === 'complete'"
        wait_for("the page", lambda: self.run(there))

    def mouse(self, kind, x, y):
        """One of mouseMoved, mousePressed and mouseReleased at a place of the window."""
        button = "none" if kind == "mouseMoved" else "left"
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button=button, clickCount=1)

    def drag(self, start, end, steps=4):
        """Presses at a place of the window, moves to another and lets go."""
        self.mouse("mouseMoved", *start)
        self.mouse("mousePressed", *start)
        for step in range(1, steps + 1):
            x, y = (a + (b - a) * step / steps for a, b in zip(start, end))
            self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y, button="left", buttons=1)
        self.mouse("mouseReleased", *end)

    def click(self, x, y):
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.mouse(kind, x, y)

    def press(self, key, code, times=1):
        """Presses a key on whatever has the focus."""
        for _ in range(times):
            for kind in ("keyDown", "keyUp"):
                text = {"text": "\r"} if key == "Enter" and kind == "keyDown" else {}
                self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, **text)

    def screenshot(self, path, clip=None, scale=1):
        region = {"clip": {**clip, "scale": scale}} if clip else {}
        data = self.call("Page.captureScreenshot", format="png", **region)["data"]
        path.write_bytes(base64.b64decode(data))

    def close(self):
        self.socket.close()
        self.process.terminate()
        self.process.wait(20)
