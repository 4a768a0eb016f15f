"""Serves the kernel: one cell after the other."""

import builtins
import keyword
import os
import signal
import sys
import threading
import unicodedata

from gyrus_host import figures, values
from gyrus_host.channel import FINISHED, INPUT, READY, RESULT, STDERR, STDOUT, Channel, Stream
from gyrus_host.display import Displays
from gyrus_host.execution import Execution, report


def identifier(name):
    """A name as Python's parser keeps it: the micro sign and the letter mu are one."""
    return unicodedata.normalize("NFKC", name)


class Host:
    def __init__(self):
        self.channel = Channel()
        self.execution = Execution()
        self.displays = Displays(self.channel)
        figures.displays = self.displays
        self.is_interruptible = False
        self.folder = None
        self.environment = {}
        sys.stdout = Stream(self.channel, STDOUT, 1, "<stdout>")
        sys.stderr = Stream(self.channel, STDERR, 2, "<stderr>")
        sys.__stdout__, sys.__stderr__ = sys.stdout, sys.stderr
        self.execution.namespace["display"] = self.displays.display
        self.execution.namespace["clear_output"] = self.displays.clear
        builtins.input = self.ask
        import getpass

        getpass.getpass = lambda prompt="Password: ", stream=None, **options: self.ask(prompt, is_password=True)

    def serve(self):
        signal.signal(signal.SIGINT, self.interrupt)
        self.channel.send_json(READY, {"version": sys.version.split()[0], "executable": sys.executable or ""})
        while True:
            try:
                self.run(self.channel.commands.get())
            except KeyboardInterrupt:
                # It came between two cells.
                continue

    def interrupt(self, number, frame):
        if not self.is_interruptible:
            return
        if self.channel.is_sending:
            self.channel.is_interrupt_pending = True
        else:
            raise KeyboardInterrupt

    def run(self, command):
        code = command["code"]
        outputs = []
        failure = None
        try:
            # A library may have set its own.
            signal.signal(signal.SIGINT, self.interrupt)
            self.is_interruptible = True
            self.follow(command)
            for name, path in command["inputs"]:
                if keyword.iskeyword(name):
                    raise values.Refusal(
                        f"-i {name}: Python has a keyword {name}; pass it by another name: -i {name}_={name}")
                self.execution.namespace[identifier(name)] = values.read(path, name)
            self.displays.patch()
            if "IPython" in code:
                self.patch_ipython()
            value = self.execution.run(code, command["label"])
            if self.channel.is_forked():
                self.leave()
            if value is not None:
                self.execution.namespace["_"] = value
                self.displays.show(RESULT, value)
            figures.flush()
            for name, expression, path in command["outputs"]:
                outputs.append(values.write(path, name, self.value(expression, name)))
            self.is_interruptible = False
        except values.Refusal as error:
            self.is_interruptible = False
            failure = {"ename": "MagicError", "evalue": str(error), "traceback": []}
        except BaseException as error:
            self.is_interruptible = False
            failure = report(error, code, command["label"])
            if self.channel.is_forked():
                self.leave(error, failure["traceback"])
            self.close_figures()
        self.channel.is_interrupt_pending = False
        self.channel.send_json(FINISHED, {"outputs": outputs, "failure": failure})

    def leave(self, error=None, lines=()):
        """Ends a process that a cell has forked off: it must not answer for the cell, nor wait for the next."""
        status = 0
        if isinstance(error, SystemExit):
            status = error.code if isinstance(error.code, int) else int(error.code is not None)
        elif error is not None:
            sys.stderr.write("\n".join(lines) + "\n")
            status = 1
        os._exit(status & 0xFF)

    def value(self, expression, name):
        """The value that `-o` names."""
        if expression.isidentifier() and identifier(expression) not in self.execution.namespace:
            if not hasattr(builtins, expression):
                raise values.Refusal(f"-o {name}: the Python cell has no variable {expression}")
        return eval(compile(expression, f"-o {name}", "eval"), self.execution.namespace)

    def follow(self, command):
        """Applies what `%cd` and `%env` changed since the last cell."""
        if command["folder"] != self.folder:
            # First, so that the next cell tries again where the folder is not there.
            os.chdir(command["folder"])
            self.folder = command["folder"]
        for name, value in command["environment"].items():
            if self.environment.get(name) != value:
                os.environ[name] = self.environment[name] = value

    def patch_ipython(self):
        try:
            import IPython.display  # noqa: F401
        except ImportError:
            return
        self.displays.patch()

    def close_figures(self):
        """What a cell that failed has drawn is not shown under a later one."""
        pyplot = sys.modules.get("matplotlib.pyplot")
        if pyplot is not None:
            pyplot.close("all")

    def ask(self, prompt="", *, is_password=False):
        """`input`: asks the front end."""
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError("input() is for the main thread of a cell")
        if self.channel.is_forked():
            raise EOFError("a process that was forked off cannot ask for input")
        while not self.channel.answers.empty():
            self.channel.answers.get()
        self.channel.send_json(INPUT, {"prompt": str(prompt), "password": is_password})
        answer = self.channel.answers.get()
        if answer["do"] == "input":
            return answer["text"]
        raise EOFError(answer["why"])
