"""The outline of MNI152 on which glass brains are drawn, computed from nilearn's copy of the template.

Run:  python Tests/Oracles/brain_outline.py
With: nilearn 0.14.1, numpy 2.4.6, scipy 1.17.1, scikit-image 0.26.0.
Writes Sources/Library/Figures/Brain/MNI152Outline.swift.

The silhouette is that of the brain mask seen along each axis; the sulci are where the surface, as one sees it from that
side, lies deeper than around. Nothing is drawn by hand, and nothing is taken from nilearn's own glass brain.
"""

from pathlib import Path

import numpy as np
from nilearn import datasets
from scipy.ndimage import distance_transform_edt, gaussian_filter
from skimage.measure import approximate_polygon, find_contours

# From the left, from behind and from above: the axis that is seen along, and whether from its far end.
VIEWS = [("sagittal", 0, False), ("coronal", 1, False), ("axial", 2, True)]
# Intensities of the template below this are fluid.
TISSUE = 0.42
# How much deeper than around a sulcus is, in mm.
DEPTH = 0.9

HEADER = '''/// Written by Tests/Oracles/brain_outline.py from the ICBM 152 template of 2009 (nonlinear, symmetric), 1 mm; do not edit.
///
/// Copyright (C) 1993-2009 Louis Collins, McConnell Brain Imaging Centre, Montreal Neurological Institute, McGill
/// University. Permission to use, copy, modify, and distribute this software and its documentation for any purpose and
/// without fee is hereby granted, provided that the above copyright notice appear in all copies. The authors and McGill
/// University make no representations about the suitability of this software for any purpose. It is provided "as is"
/// without express or implied warranty.
/// Source: Fonov, Evans, Botteron, Almli, McKinstry & Collins, NeuroImage 54 (2011), 313-327.
enum MNI152Outline {
'''


def depth(tissue, axis, from_far_end):
    """How far the first tissue lies from the viewer; beside the brain that of the nearest edge, so that edges are no steps."""
    seen = np.flip(tissue, axis) if from_far_end else tissue
    found = seen.any(axis=axis)
    first = np.argmax(seen, axis=axis).astype(float)
    nearest = distance_transform_edt(~found, return_distances=False, return_indices=True)
    first = first[tuple(nearest)]
    return np.minimum(first, np.percentile(first[found], 97))


def listed(polygons, origin, tolerance, least):
    lines = []
    for polygon in polygons:
        if len(polygon) < least:
            continue
        points = np.round(approximate_polygon(polygon, tolerance) + origin).astype(int)
        lines.append(" ".join(f"{x},{y}" for x, y in points))
    return lines


mask_image = datasets.load_mni152_brain_mask(resolution=1)
mask = mask_image.get_fdata() > 0
tissue = (datasets.load_mni152_template(resolution=1).get_fdata() > TISSUE) & mask
origin = mask_image.affine[:3, 3]

text = HEADER
for name, axis, from_far_end in VIEWS:
    corner = np.delete(origin, axis)
    silhouette = np.pad(gaussian_filter(mask.max(axis=axis).astype(float), 1.5), 1)
    deep = depth(tissue, axis, from_far_end)
    sulci = gaussian_filter(deep, 1) - gaussian_filter(deep, 4)
    inside = distance_transform_edt(silhouette[1:-1, 1:-1] > 0.5)
    sulci = np.where(inside > 3, sulci, -1)
    for kind, lines in [
        ("Silhouette", listed(find_contours(silhouette, 0.5), corner - 1, 0.4, 50)),
        ("Sulci", listed(find_contours(sulci, DEPTH), corner, 0.5, 24)),
    ]:
        text += f'    static let {name}{kind} = """\n'
        for line in lines:
            words = line.split(" ")
            row = "       "
            for word in words:
                if len(row) + len(word) + 1 > 112:
                    text += row + " \\\n"
                    row = "       "
                row += " " + word
            text += row + "\n"
        text += '        """\n'
text += "}\n"
target = Path(__file__).parents[2] / "Sources/Library/Figures/Brain/MNI152Outline.swift"
target.parent.mkdir(parents=True, exist_ok=True)
target.write_text(text)
