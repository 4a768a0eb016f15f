"""surface.py MAP: makes the cortex of README, surface.png, with the installed kernel.

MAP is NeuroVault's image 10426 (left against right button press, CC0), which comes with nilearn's tests. VIRTUAL_ENV
names an environment with nilearn, for its meshes.
"""

import pathlib
import sys

import nbformat
from nbclient import NotebookClient

PICTURE = pathlib.Path(__file__).resolve().parent / "surface.png"
CELL = """let cortex = try CorticalSurface.fsaverage5()
let image = try NIfTI.open("{map}")
let grid = Array(image.shape.prefix(3))
let space = try VoxelSpace(
    shape: grid, mask: [Double](repeating: 1, count: grid.reduce(1, *)), affine: image.affine.rows)
let layer = try space.layer(image.tensor(as: Double.self).elements, on: cortex)
let map = try SurfaceMap(
    layers: [layer], on: cortex, title: nil, note: nil, valueTitle: "z", threshold: 3, style: .diverging)
try map.save("{picture}", width: 17, dpi: 110)"""


def main():
    cell = CELL.format(map=pathlib.Path(sys.argv[1]).resolve(), picture=PICTURE)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)])
    NotebookClient(notebook, kernel_name="gyrus", timeout=300).execute()
    print(PICTURE)


if __name__ == "__main__":
    main()
