"""Runs the source of a cell."""

import ast
import inspect
import linecache
import os
import shlex
import sys
import traceback
import types

HOST = os.path.dirname(os.path.abspath(__file__))


class Execution:
    """A namespace that lasts, and the cells that run in it."""

    def __init__(self):
        # A module in its own right, so that classes of cells can be pickled.
        self.module = types.ModuleType("__main__")
        self.namespace = self.module.__dict__
        self.namespace["__builtins__"] = sys.modules["builtins"]
        sys.modules["__main__"] = self.module
        self.flags = 0
        self.loop = None

    def run(self, code, label):
        """Runs a cell; the value of its last expression, None without one. Line 1 of the cell is the magic's own."""
        source = "\n" + code
        linecache.cache[label] = (len(source), None, source.splitlines(keepends=True), label)
        tree = compile(source, label, "exec", self.flags | ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        last = None
        if tree.body and isinstance(tree.body[-1], ast.Expr):
            last = ast.Expression(tree.body.pop().value)
        self._evaluate(tree, label, "exec")
        if last is None:
            return None
        value = self._evaluate(last, label, "eval")
        return None if is_silenced(code) else value

    def _evaluate(self, tree, label, mode):
        code = compile(tree, label, mode, self.flags | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        # `from __future__ import …` holds for the cells that follow.
        for feature in FUTURE:
            self.flags |= code.co_flags & feature
        value = eval(code, self.namespace)
        if code.co_flags & inspect.CO_COROUTINE:
            return self._wait(value)
        return value

    def _wait(self, coroutine):
        import asyncio

        if self.loop is None or self.loop.is_closed():
            self.loop = asyncio.new_event_loop()
            asyncio.set_event_loop(self.loop)
        task = self.loop.create_task(coroutine)
        try:
            return self.loop.run_until_complete(task)
        except BaseException:
            task.cancel()
            raise


def future_flags():
    import __future__

    return [getattr(__future__, name).compiler_flag for name in __future__.all_feature_names]


FUTURE = future_flags()


def is_silenced(code):
    """Whether the last line ends in `;`, which hides the value; a comment may follow."""
    import io
    import tokenize

    last = ""
    try:
        for token in tokenize.generate_tokens(io.StringIO(code).readline):
            if token.type == tokenize.OP or token.string.strip() and token.type != tokenize.COMMENT:
                last = token.string
    except (tokenize.TokenError, IndentationError):
        return False
    return last == ";"


def report(error, code, label):
    """Name, words and traceback of an exception, without the frames of this program."""
    name = type(error).__name__
    if isinstance(error, KeyboardInterrupt):
        words = str(error) or "the cell was interrupted; its variables keep their values"
    else:
        words = text_of(error)
    told = traceback.TracebackException(type(error), error, error.__traceback__, capture_locals=False)
    # What led to the cell's own code, as the event loop of a top-level await, is no part of it.
    own = [place for place, frame in enumerate(told.stack or []) if frame.filename == label]
    told.stack[:] = told.stack[own[0]:] if own else told.stack
    strip(told)
    if told.stack:
        lines = list(told.format())
    else:
        lines = list(told.format_exception_only())
    hint = advice(error, code)
    if hint:
        lines.append(hint)
        words += "; " + hint
    text = "".join(line if line.endswith("\n") else line + "\n" for line in lines)
    return {"ename": name, "evalue": words, "traceback": text.rstrip("\n").split("\n")}


def text_of(error):
    try:
        return str(error)
    except Exception:
        return f"<{type(error).__name__} whose text fails>"


def strip(told, seen=None):
    """Removes the host's frames from an exception and from those that led to it."""
    seen = set() if seen is None else seen
    if told is None or id(told) in seen:
        return
    seen.add(id(told))
    if told.stack is not None:
        told.stack[:] = [frame for frame in told.stack if not frame.filename.startswith(HOST)]
    strip(told.__cause__, seen)
    strip(told.__context__, seen)
    for inner in getattr(told, "exceptions", None) or []:
        strip(inner, seen)


def advice(error, code):
    """A hint if a cell was written for IPython, or a module is missing."""
    if isinstance(error, SyntaxError) and error.text and error.text.lstrip()[:1] in ("%", "!"):
        return ("this is Python without IPython's magics: figures are shown without %matplotlib inline, and !command "
                "stands in a cell without %%python")
    if isinstance(error, ModuleNotFoundError) and error.name:
        return (f"{sys.executable} runs this cell; `%%python --python PATH` or GYRUS_PYTHON names another interpreter, "
                f"and `!{shlex.quote(sys.executable)} -m pip install {error.name.split('.')[0]}` may install it")
    return ""
