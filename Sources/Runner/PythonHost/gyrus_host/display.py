"""What a value shows: the representations that IPython asks for, without IPython."""

import base64
import json
import pprint
import sys
import traceback
import uuid

from gyrus_host.channel import CLEAR, DISPLAY, RESULT, UPDATE

REPRESENTATIONS = {
    "_repr_html_": "text/html", "_repr_markdown_": "text/markdown", "_repr_svg_": "image/svg+xml",
    "_repr_png_": "image/png", "_repr_jpeg_": "image/jpeg", "_repr_latex_": "text/latex",
    "_repr_json_": "application/json", "_repr_javascript_": "application/javascript",
}
CONTAINERS = (dict, list, tuple, set, frozenset)


def plain(value):
    """The text of a value; containers that are longer than a line are broken into lines, as IPython does."""
    text = repr(value)
    if isinstance(value, CONTAINERS) and 80 < len(text) < 100_000:
        return pprint.pformat(value, compact=True, sort_dicts=False)
    return text


def bundle(value):
    """`data` and `metadata` of a display by MIME type."""
    data, metadata = {"text/plain": plain(value)}, {}
    figure = sys.modules.get("matplotlib.figure")
    if figure is not None and isinstance(value, figure.Figure):
        from gyrus_host import figures

        data["image/png"] = figures.png(value)
        figures.forget(value)
    whole = getattr(type(value), "_repr_mimebundle_", None)
    if callable(whole):
        take(value, whole, lambda found: add_all(found, data, metadata), include=None, exclude=None)
    for method, kind in REPRESENTATIONS.items():
        function = getattr(type(value), method, None)
        if callable(function) and kind not in data:
            take(value, function, lambda found, kind=kind: add(found, kind, data, metadata))
    return sendable(data), metadata


def take(value, function, use, **options):
    """Asks for a representation. One that fails is told of, and the others are shown."""
    try:
        use(function(value, **options))
    except Exception:
        sys.stderr.write(f"{type(value).__name__}.{function.__name__} failed:\n{traceback.format_exc(limit=-3)}")


def add_all(found, data, metadata):
    if isinstance(found, tuple):
        metadata.update(found[1] or {})
        found = found[0]
    data.update(found or {})


def add(found, kind, data, metadata):
    if found is None:
        return
    if isinstance(found, tuple) and len(found) == 2 and isinstance(found[1], dict):
        found, metadata[kind] = found
    data[kind] = found


def sendable(data):
    """The representations as JSON can hold them: bytes as base64."""
    sent = {}
    for kind, value in data.items():
        if isinstance(value, (bytes, bytearray)):
            value = base64.b64encode(value).decode("ascii")
        try:
            json.dumps(value, allow_nan=False)
        except (TypeError, ValueError) as error:
            sys.stderr.write(f"the representation {kind} is left out, since it is not JSON: {error}\n")
            continue
        sent[kind] = value
    return sent


class Displays:
    """`display`, `update_display` and `clear_output` of a cell's namespace."""

    def __init__(self, channel):
        self.channel = channel

    def show(self, kind, value, display_id=None, raw=False, metadata=None):
        data, own = (sendable(value), {}) if raw else bundle(value)
        content = {"data": data, "metadata": {**own, **(metadata or {})}}
        if kind != RESULT:
            content["transient"] = {"display_id": display_id} if display_id else {}
        self.channel.send_json(kind, content)

    def display(self, *values, display_id=None, raw=False, metadata=None, **ignored):
        """Shows values. With `display_id` (a name, or True for a new one) the handle that comes back updates it."""
        handle = None
        if display_id is not None:
            handle = Handle(self, uuid.uuid4().hex if display_id is True else str(display_id))
        for value in values:
            self.show(DISPLAY, value, handle and handle.display_id, raw, metadata)
        return handle

    def update(self, value, display_id, raw=False, metadata=None, **ignored):
        self.show(UPDATE, value, display_id, raw, metadata)

    def clear(self, wait=False):
        """Removes what the cell has shown so far; with `wait` when the next output comes."""
        self.channel.send_json(CLEAR, {"wait": bool(wait)})

    def patch(self):
        """Lets IPython's functions, if somebody imports them, show through the kernel."""
        for name in ("IPython.display", "IPython.core.display_functions"):
            module = sys.modules.get(name)
            if module is not None:
                module.display, module.update_display, module.clear_output = self.display, self.update, self.clear


class Handle:
    """A display that can be changed."""

    def __init__(self, displays, display_id):
        self.displays, self.display_id = displays, display_id

    def display(self, value, **options):
        self.displays.display(value, display_id=self.display_id, **options)

    def update(self, value, **options):
        self.displays.update(value, self.display_id, **options)
