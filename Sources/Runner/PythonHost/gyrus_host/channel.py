"""The pipes to the kernel: frames of events out, lines of JSON in; and the streams that print into the former."""

import codecs
import io
import json
import os
import queue
import struct
import threading

EVENTS, COMMANDS = 3, 4

# The kinds of frames, as in Sources/C/CRunnerProtocol/include/CRunnerProtocol.h.
DISPLAY, UPDATE, CLEAR, RESULT, STDOUT, STDERR, INPUT, READY, FINISHED = 1, 2, 3, 4, 10, 11, 12, 20, 21


class Channel:
    """Sends events (a kind, a request's number that is always 0, a length, the payload), and hands out commands."""

    def __init__(self):
        for descriptor in (EVENTS, COMMANDS):
            os.set_inheritable(descriptor, False)
        self.lock = threading.RLock()
        self.owner = os.getpid()
        self.main = threading.main_thread().ident
        # An interrupt must not cut a frame in two: one that comes while the main thread sends is raised afterwards.
        self.is_sending = False
        self.is_interrupt_pending = False
        self.commands = queue.SimpleQueue()
        self.answers = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True, name="gyrus-commands").start()

    def send(self, kind, payload=b""):
        if isinstance(payload, str):
            payload = payload.encode("utf-8", "replace")
        if self.is_forked():
            # It must not write into the middle of a frame, and IPython shows nothing of it either.
            os.write(2, b"a process that was forked off can print, but show no displays\n")
            return
        if len(payload) >= 2**32:
            raise ValueError(f"{len(payload)} bytes were not sent to the front end: at most {2**32 - 1} go in one message")
        frame = struct.pack("<BII", kind, 0, len(payload)) + payload
        is_main = threading.get_ident() == self.main
        outer = self.is_sending
        if is_main:
            self.is_sending = True
        try:
            with self.lock:
                view = memoryview(frame)
                while view:
                    view = view[os.write(EVENTS, view):]
        finally:
            if is_main:
                self.is_sending = outer
        if is_main and self.is_interrupt_pending and not outer:
            self.is_interrupt_pending = False
            raise KeyboardInterrupt

    def is_forked(self):
        """Whether this process is a copy of the one that the kernel started."""
        return os.getpid() != self.owner

    def send_json(self, kind, value):
        self.send(kind, json.dumps(value, ensure_ascii=False, allow_nan=False))

    def _read(self):
        with os.fdopen(COMMANDS, "rb", closefd=False) as lines:
            for line in lines:
                command = json.loads(line)
                (self.commands if command["do"] == "run" else self.answers).put(command)
        # The kernel is gone.
        os._exit(0)


class Bytes(io.RawIOBase):
    """`sys.stdout.buffer`: bytes that are text in the end. A character that is cut in two waits for its rest."""

    def __init__(self, stream):
        self.stream = stream
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def writable(self):
        return True

    def fileno(self):
        return self.stream.fileno()

    def write(self, data):
        data = bytes(data)
        self.stream.write(self.decoder.decode(data))
        return len(data)


class Stream(io.TextIOBase):
    """`sys.stdout` or `sys.stderr`: what is written is sent at once, in one order with what is displayed."""

    encoding, errors, newlines, line_buffering = "utf-8", "replace", None, True

    def __init__(self, channel, kind, descriptor, name):
        self.channel, self.kind, self.descriptor, self.name = channel, kind, descriptor, name
        self.buffer = Bytes(self)

    def writable(self):
        return True

    def isatty(self):
        return False

    def fileno(self):
        return self.descriptor

    def reconfigure(self, **options):
        """A text stream has it; there is nothing to set here."""

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if self.channel.is_forked():
            data = memoryview(text.encode("utf-8", "replace"))
            while data:
                data = data[os.write(self.descriptor, data):]
        elif text:
            self.channel.send(self.kind, text)
        return len(text)
