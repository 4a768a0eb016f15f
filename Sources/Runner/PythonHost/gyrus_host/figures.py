"""Shows matplotlib's figures in the notebook: by `plt.show()`, and what is still open at a cell's end.

matplotlib is told of it when it is first imported, unless the user chose a backend; nothing of this is passed to
processes that a cell starts.
"""

import importlib.abc
import importlib.util
import io
import os
import sys

BACKEND = "module://gyrus_host.backend"


class Hook(importlib.abc.MetaPathFinder):
    """Finds matplotlib where it is, and sets its backend once it is loaded."""

    def find_spec(self, name, path=None, target=None):
        if name != "matplotlib":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.loader is not None and "MPLBACKEND" not in os.environ:
            load = spec.loader.exec_module

            def exec_module(module):
                load(module)
                module.use(BACKEND)

            spec.loader.exec_module = exec_module
        return spec


sys.meta_path.insert(0, Hook())


def png(figure):
    """A figure as PNG, cut to what is drawn."""
    file = io.BytesIO()
    figure.savefig(file, format="png", bbox_inches="tight")
    return file.getvalue()


def forget(figure):
    """Closes a figure of pyplot's that was shown."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close(figure)


def show(*arguments, **options):
    """Shows all open figures, and closes them."""
    from matplotlib._pylab_helpers import Gcf

    for manager in Gcf.get_all_fig_managers():
        if manager.canvas.figure.get_axes() or manager.canvas.figure.artists:
            displays.display(manager.canvas.figure)
        Gcf.destroy(manager.num)


def flush():
    """Shows what a cell left open, if figures are shown here."""
    matplotlib = sys.modules.get("matplotlib")
    if "matplotlib.pyplot" in sys.modules and matplotlib.get_backend().lower() == BACKEND:
        show()


# Set by the host.
displays = None
