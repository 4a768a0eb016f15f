"""The notebooks run from their first cell to their last, and their saved outputs are those of this build."""

import copy

import nbformat
import pytest
from nbclient import NotebookClient
from notebook_outputs import differences, same, unfinished


def execute(path, timeout=300):
    """Runs a notebook, and compares what its cells say with what is saved in it."""
    saved = nbformat.read(path, as_version=4)
    notebook = copy.deepcopy(saved)
    client = NotebookClient(
        notebook, timeout=timeout, kernel_name="gyrus", resources={"metadata": {"path": str(path.parent)}})
    client.execute()
    stale = differences(saved, notebook)
    assert not stale, (
        f"{path.name} was saved by another build; run it again "
        f"(jupyter nbconvert --to notebook --execute --inplace {path.name}):\n" + "\n".join(stale))
    return notebook


def test_what_counts_as_another_output():
    assert same("features: 8/8 texts, 14 texts/s, took 0.6 s", "features: 8/8 texts, 250 texts/s, took 1.2 s")
    assert same("R2  0.067\n0.1  ███▏ 12", "R2   0.068\n0.1  ██▏ 12")
    assert not same("R2  0.067", "R2  0.087")
    assert not same("mean R2", "mean r")
    assert not same("a 1 b 2", "a 1 b")
    assert not same("-0.3", "\u22120.3"), "another sign is another output"
    assert unfinished("ridge: 12/13 folds, 1.15 folds/s, 0.9 s left") and not unfinished("ridge: 7/7 layers, 2.10 layers/s, took 3.3 s")
    code = nbformat.v4.new_code_cell("1", outputs=[nbformat.v4.new_output("execute_result", {"text/plain": "1"})])
    told = nbformat.v4.new_notebook(cells=[code])
    assert not differences(told, told)
    other = copy.deepcopy(told)
    other.cells[0].outputs[0]["data"]["text/plain"] = "2"
    assert "code cell 1" in differences(told, other)[0]
    other.cells[0].outputs = []
    assert differences(told, other)


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
