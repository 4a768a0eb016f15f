"""The notebooks run from their first cell to their last."""

import nbformat
import pytest
from nbclient import NotebookClient


def execute(path, timeout=300, **parameters):
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook, timeout=timeout, kernel_name="gyrus", resources={"metadata": {"path": str(path.parent)}})
    client.execute()
    return notebook


def outputs(notebook):
    return [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


def bundles(notebook):
    return [output["data"] for output in outputs(notebook) if "data" in output]


def test_the_first_analysis(root):
    notebook = execute(root / "Notebooks/01-first-analysis.ipynb")
    assert not [output for output in outputs(notebook) if output["output_type"] == "error"]
    charts = [data for data in bundles(notebook) if "application/vnd.vegalite.v5+json" in data]
    assert charts, "a chart of layer by region"
    for data in charts:
        assert "image/png" in data and "text/plain" in data


def test_the_real_recording(root):
    data = root.parent / "shared/data/haxby2001-slice"
    if not data.exists():
        pytest.skip(f"the recording is not here: {data}")
    notebook = execute(root / "Notebooks/02-real-fmri.ipynb", timeout=600)
    assert not [output for output in outputs(notebook) if output["output_type"] == "error"]
    assert any("image/png" in data for data in bundles(notebook)), "a score map over the slice"


def test_the_encoding_models(root):
    """Each "✓" of the notebook is a claim about a simulated brain that stops the notebook where it does not hold."""
    notebook = execute(root / "Notebooks/04-encoding.ipynb")
    assert not [output for output in outputs(notebook) if output["output_type"] == "error"]
    printed = "".join(output["text"] for output in outputs(notebook) if output["output_type"] == "stream")
    assert printed.count("✓") == sum(cell.source.count("\ncheck(") + cell.source.startswith("check(")
                                     for cell in notebook.cells if cell.cell_type == "code")
    assert "Everything that was put in was found." in printed
    charts = [data for data in bundles(notebook) if "application/vnd.vegalite.v5+json" in data]
    assert len(charts) == 6 and all("image/png" in data for data in charts)


def test_the_foundation_models(root):
    notebook = execute(root / "Notebooks/03-foundation-models.ipynb")
    assert not [output for output in outputs(notebook) if output["output_type"] == "error"]
    assert any(output.get("text") == "All of it ran.\n" for output in outputs(notebook))
    charts = [data for data in bundles(notebook) if "application/vnd.vegalite.v5+json" in data]
    assert len(charts) == 2 and all("image/png" in data for data in charts)
