"""What a front end does with comms: opens, sends, and gathers what comes back."""

import time
import uuid


class FrontEnd:
    """The comm side of a client of a kernel under test."""

    def __init__(self, session):
        self.session = session

    def send(self, kind, content, buffers=(), subshell=None):
        """Sends a comm message, on a subshell or the main shell, and returns its id."""
        message = self.session.client.session.msg(kind, content)
        if subshell:
            message["header"]["subshell_id"] = subshell
        # jupyter_client's channels drop buffers, its session does not.
        self.session.client.session.send(
            self.session.client.shell_channel.socket, message, buffers=list(buffers))
        return message["header"]["msg_id"]

    def open(self, target, data=None, buffers=(), subshell=None):
        """Opens a comm: its id and all that was published until idle."""
        comm = uuid.uuid4().hex
        content = {"comm_id": comm, "target_name": target, "data": data or {}}
        return comm, self.session.until_idle(self.send("comm_open", content, buffers, subshell))

    def message(self, comm, data, buffers=(), subshell=None, timeout=30):
        """Sends to a comm: all that was published until its handler had ended."""
        sent = self.send("comm_msg", {"comm_id": comm, "data": data}, buffers, subshell)
        return self.session.until_idle(sent, timeout)

    def subshell(self):
        return self.session.request("create_subshell_request", channel="control")["subshell_id"]

    def comms(self, target=None):
        content = {"target_name": target} if target else {}
        return self.session.request("comm_info_request", content)["comms"]


def of(messages, kind):
    """The messages of one type."""
    return [message for message in messages if message["msg_type"] == kind]


def text(messages, name="stdout"):
    """All that was written to a stream."""
    return "".join(m["content"]["text"] for m in of(messages, "stream") if m["content"]["name"] == name)


def until_all_idle(session, *parents, timeout=30):
    """All that was published under each of several requests until all have ended, by request."""
    messages, idle = {parent: [] for parent in parents}, set()
    deadline = time.monotonic() + timeout
    while idle != set(parents):
        message = session.client.get_iopub_msg(timeout=max(0.01, deadline - time.monotonic()))
        parent = message["parent_header"].get("msg_id")
        if parent not in messages:
            continue
        messages[parent].append(message)
        if message["content"].get("execution_state") == "idle":
            idle.add(parent)
    return messages


def gather(session, seconds):
    """Whatever iopub says in a span of time."""
    messages, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        if session.client.iopub_channel.msg_ready():
            messages.append(session.client.get_iopub_msg(timeout=1))
        else:
            time.sleep(0.01)
    return messages
