"""brain.py DATA: makes the picture of README, brain.png, with the installed kernel.

DATA is the folder of PyMVPA's slice of Haxby et al. 2001 (bold.nii.gz, mask.nii.gz, attributes_literal.txt). The cells
are those of the second notebook; the last one here saves its map.
"""

import pathlib
import sys

import nbformat
from nbclient import NotebookClient

ROOT = pathlib.Path(__file__).resolve().parent.parent
PICTURE = ROOT / "Documentation/brain.png"


def cells(data):
    """The code of the notebook up to its map, and one that saves it."""
    notebook = nbformat.read(ROOT / "Notebooks/02-real-fmri.ipynb", as_version=4)
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        yield f'let dataFolder = "{data}"' if cell.source.startswith("let dataFolder") else cell.source
        if "fit.scores.map" in cell.source:
            break
    yield f"""try fit.scores.map(
    space, title: "Where the words predict the response", note: "Runs that were left out.",
    anatomy: bold.meanVolume(), threshold: 0.1
).save("{PICTURE}", width: 12, dpi: 200)"""


def main():
    data = pathlib.Path(sys.argv[1]).resolve()
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells(data)])
    NotebookClient(notebook, kernel_name="gyrus", timeout=300).execute()
    print(PICTURE)


if __name__ == "__main__":
    main()
