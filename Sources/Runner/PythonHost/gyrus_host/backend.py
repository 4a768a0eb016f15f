"""The backend that `figures` has matplotlib use; only matplotlib imports it."""

from matplotlib.backend_bases import FigureManagerBase as FigureManager  # noqa: F401
from matplotlib.backends.backend_agg import FigureCanvasAgg as FigureCanvas  # noqa: F401

from gyrus_host.figures import show  # noqa: F401
