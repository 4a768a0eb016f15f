"""A kernel under test, and what a cell that it ran left behind."""

import re
import time
from dataclasses import dataclass, field
from queue import Empty

import kernel_processes
from jupyter_client.manager import KernelManager

ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass
class Outcome:
    """The reply to a request and all that iopub said of it, busy and idle included."""

    reply: dict
    messages: list = field(default_factory=list)
    seconds: float = 0.0

    def of(self, kind):
        """The contents of the messages of one type."""
        return [message["content"] for message in self.messages if message["msg_type"] == kind]

    def text(self, name="stdout"):
        """All that was written to a stream."""
        return "".join(content["text"] for content in self.of("stream") if content["name"] == name)

    @property
    def result(self):
        """The plain text of the result, or None."""
        results = self.of("execute_result")
        assert len(results) <= 1, "a cell has one result at most"
        return results[0]["data"]["text/plain"] if results else None

    @property
    def error(self):
        """The one error message, or None."""
        errors = self.of("error")
        assert len(errors) <= 1, f"one error message a failure, not {len(errors)}"
        return errors[0] if errors else None

    @property
    def traceback(self):
        """The traceback as plain text."""
        return ANSI.sub("", "\n".join(self.error["traceback"])) if self.error else ""


class Session:
    """An installed kernel and a client of it."""

    def __init__(self, kernel_name="gyrus", **options):
        self.manager = KernelManager(kernel_name=kernel_name)
        self.manager.start_kernel(**options)
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)

    def close(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)

    def run(self, code, timeout=60, cell_id=None, deleted_cells=(), **options):
        """Runs a cell to its end; with an id, as a front end does that says which cell of the notebook it is."""
        start = time.monotonic()
        outcome = self.finish(self.execute(code, cell_id, deleted_cells, **options), timeout)
        outcome.seconds = time.monotonic() - start
        return outcome

    def execute(self, code, cell_id, deleted_cells, **options):
        """Asks for a cell to be run, with the metadata that JupyterLab sends; the request's id."""
        if cell_id is None and not deleted_cells:
            return self.client.execute(code, **options)
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False,
                   "stop_on_error": True, **options}
        message = self.client.session.msg("execute_request", content)
        message["metadata"] = {"cellId": cell_id, "deletedCells": list(deleted_cells)}
        self.client.shell_channel.send(message)
        return message["header"]["msg_id"]

    def ok(self, code, **options):
        """Runs a cell that must not fail."""
        outcome = self.run(code, **options)
        assert outcome.reply["status"] == "ok", f"{code}\n{outcome.traceback}"
        return outcome

    def value(self, code, **options):
        """The plain text of the result of a cell that must not fail."""
        return self.ok(code, **options).result

    def fails(self, code, **options):
        """Runs a cell that must fail, with one error message that says the same as the reply."""
        outcome = self.run(code, **options)
        assert outcome.reply["status"] == "error", f"did not fail: {code}\n{outcome.messages}"
        assert outcome.error is not None
        for key in ("ename", "evalue", "traceback"):
            assert outcome.error[key] == outcome.reply[key]
        return outcome

    def finish(self, message_id, timeout=60):
        """Waits for a request's reply and for idle."""
        messages = self.until_idle(message_id, timeout)
        return Outcome(self.reply(message_id, timeout), messages)

    def until_idle(self, message_id, timeout=60):
        messages = []
        deadline = time.monotonic() + timeout
        while True:
            message = self.client.get_iopub_msg(timeout=max(0.01, deadline - time.monotonic()))
            if message["parent_header"].get("msg_id") != message_id:
                continue
            messages.append(message)
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                return messages

    def reply(self, message_id, timeout=60, channel="shell"):
        deadline = time.monotonic() + timeout
        get = getattr(self.client, f"get_{channel}_msg")
        while True:
            message = get(timeout=max(0.01, deadline - time.monotonic()))
            if message["parent_header"].get("msg_id") == message_id:
                return message["content"]

    def request(self, kind, content=None, channel="shell", timeout=10):
        """Sends any request and waits for its reply."""
        return self.reply(self.send(kind, content, channel), timeout, channel)

    def send(self, kind, content=None, channel="shell", **options):
        message = self.client.session.msg(kind, content or {})
        message["header"].update(options)
        getattr(self.client, f"{channel}_channel").send(message)
        return message["header"]["msg_id"]

    def interrupt(self):
        """Asks for an interrupt as every front end does; the kernelspec says that it is a message."""
        self.manager.interrupt_kernel()

    def wait_for_output(self, message_id, timeout=60):
        """Waits until a cell has written something, so that it surely runs."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            message = self.client.get_iopub_msg(timeout=timeout)
            if message["parent_header"].get("msg_id") != message_id:
                continue
            if message["msg_type"] == "stream":
                return
            if message["msg_type"] == "error":
                raise AssertionError(message["content"]["evalue"])
        raise TimeoutError("the cell wrote nothing")

    def nothing_on(self, channel, seconds=0.5):
        """Whether a channel stays quiet."""
        try:
            getattr(self.client, f"get_{channel}_msg")(timeout=seconds)
        except Empty:
            return True
        return False


def runner_memory(kernel):
    """Megabytes of memory that the process of a kernel's cells holds."""
    return kernel_processes.runner(kernel).memory_info().rss / 1e6
