"""The same figures by nilearn: prints the seconds and bytes of each as JSON.

Usage: python peer.py FOLDER (where the pictures are written)
"""

import io
import json
import sys
import time

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from nilearn import datasets, plotting, surface

FOLDER = sys.argv[1]
mesh = datasets.fetch_surf_fsaverage("fsaverage5")


def wave(side):
    places = surface.load_surf_mesh(mesh[f"pial_{side}"]).coordinates
    return np.sin(places[:, 1] / 18) * np.cos(places[:, 2] / 22)


VALUES = {side: wave(side) for side in ("left", "right")}


def still(large=False):
    """Four views at 17 cm and 300 dpi; if large, the brains are as large on the page as this library's."""
    figure, axes = plt.subplots(2, 2, figsize=(17 / 2.54, 12 / 2.54), subplot_kw={"projection": "3d"})
    for row, view in enumerate(("lateral", "medial")):
        for column, side in enumerate(("left", "right")):
            plotting.plot_surf_stat_map(
                mesh[f"infl_{side}"], VALUES[side], hemi=side, view=view, bg_map=mesh[f"sulc_{side}"], threshold=0.4,
                axes=axes[row][column], figure=figure, colorbar=column == 1 and row == 0)
    if large:
        figure.subplots_adjust(left=0, right=0.85, bottom=0, top=1, wspace=0, hspace=0)
        for axis in axes.flat:
            # nilearn's own zoom is 1.3.
            axis.set_box_aspect((4, 4, 3), zoom=1.3 * 1.425)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=300)
    plt.close(figure)
    return buffer.getvalue()


def live():
    """Both hemispheres, a view each: nilearn has no page of both."""
    pages = []
    for side in ("left", "right"):
        page = plotting.view_surf(
            mesh[f"infl_{side}"], VALUES[side], bg_map=mesh[f"sulc_{side}"], threshold=0.4, title="Difference of scores")
        pages.append(page.get_standalone())
    return "".join(pages).encode()


def best(make, times=3):
    took, made = [], b""
    for _ in range(times):
        start = time.perf_counter()
        made = make()
        took.append(time.perf_counter() - start)
    return min(took), made


still_seconds, picture = best(still)
open(f"{FOLDER}/nilearn.png", "wb").write(picture)
large = still(large=True)
open(f"{FOLDER}/nilearn-large.png", "wb").write(large)
live_seconds, page = best(live)
print(json.dumps({
    "still, s": still_seconds, "still, bytes": len(picture), "large, bytes": len(large), "live, s": live_seconds, "live, bytes": len(page)}))
