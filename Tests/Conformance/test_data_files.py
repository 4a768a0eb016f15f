"""Files of other programs through the kernel: MATLAB, structures of HDF5 and NumPy, pandas, Praat, and what is not downloaded."""

import os

import pytest


@pytest.fixture(scope="module")
def fixtures(kernel, root):
    folder = root / "Tests/Library"
    kernel.ok(f'let formats = "{folder}/Formats/Fixtures", tables = "{folder}/Tables/Fixtures"')
    return folder


@pytest.mark.parametrize("name", ["tree.mat", "seven.mat"])
def test_a_matlab_file_is_opened_walked_and_shown(kernel, fixtures, name):
    kernel.ok(f'let mat = try MATFile.open(formats + "/matlab/{name}")')
    assert kernel.value('try mat["examples"].matrix()[1, 0]') == "-0.5"
    assert kernel.value('try mat["meta"]["colToCoord"].integers()[8]') == "300"
    shown = kernel.ok('try mat["meta"]').of("execute_result")[0]["data"]
    assert "colToCoord" in shown["text/plain"] and "4 x 3" in shown["text/plain"] and "<table" in shown["text/html"]
    assert "examples" in kernel.ok("mat").of("execute_result")[0]["data"]["text/plain"]
    assert "colToCoord" in kernel.fails('try mat["meta"]["coordinates"]').traceback


def test_structures_become_tables(kernel, fixtures):
    kernel.ok('let trials = try DataTable(HDF5File.open(formats + "/structures/structures.h5").dataset("trials").records())')
    assert kernel.value('try trials["place.y", as: Int.self]') == "[0, -1, -2]"
    assert kernel.value('try DataTable.openPandas(tables + "/pandas/fixed.h5")["roi", as: String?.self][3] ?? ""') in ("Käse", '"Käse"')
    error = kernel.fails('try HDF5File.open(formats + "/structures/structures.h5").dataset("trials").tensor()')
    assert "records()" in error.traceback


def test_pickles_are_read_and_none_of_their_code_is_run(kernel, fixtures):
    assert kernel.value('try NumPyArray.open(formats + "/structures/mapping.npy").object()[1].string ?? ""') in ("OFA", '"OFA"')
    assert kernel.value('try PickleFile.open(formats + "/structures/protocol5.pkl")[0].tensor().shape') == "[2, 3, 4]"
    assert "was not called" in kernel.fails('try PickleFile.open(formats + "/structures/evil.pkl")').traceback
    assert not os.path.exists("/tmp/gyrus-was-here")


def test_what_is_not_downloaded_says_how_to_get_it(kernel, tmp_path):
    key = "MD5E-s515009409--9e107d9d372bb6826bd81d3542a419d6.h5"
    (tmp_path / "bold.h5").symlink_to(f".git/annex/objects/aa/bb/{key}/{key}")
    for opener in ("HDF5File", "NIfTI", "MATFile", "NumPyArray"):
        said = kernel.fails(f'try {opener}.open("{tmp_path}/bold.h5")').traceback
        assert "515 MB" in said and f"datalad get {tmp_path}/bold.h5" in said
    assert "datalad get" in kernel.fails(f'try DataTable.open("{tmp_path}/bold.h5")').traceback


def test_signals_are_cleaned_and_events_become_betas(kernel, fixtures, tmp_path):
    (tmp_path / "events.tsv").write_text("onset\tduration\ttrial_type\n4\t1\tface\n20\t1\thouse\n41\t1\tface\n60\t1\tn/a\n")
    kernel.ok(f"""
        let confounds = try DataTable.open(tables + "/confounds/sub-01_task-story_desc-confounds_timeseries.tsv")
            .confounds(.motion(.basic), .aCompCor(3), scrubbing: Scrubbing())
        var generator = NumpyRandom(seed: 3)
        let bold = Matrix<Double>(rows: 40, columns: 5, elements: (0..<200).map {{ _ in 1000 + generator.gaussian() }})
        let clean = try bold.cleaned(confounds: confounds.matrix, keeping: confounds.kept)
        let shown = try DataTable.open("{tmp_path}/events.tsv").stimulusEvents()
        """)
    assert kernel.value("clean.rows == confounds.kept!.count && clean.elements.allSatisfy(\\.isFinite)") == "true"
    assert kernel.value("shown.map(\\.condition)") == '["face", "house", "face"]'
    assert kernel.value("try GLM(repetitionTime: 2).trialBetas(bold, events: shown).rows") == "3"
    assert "face" in kernel.ok("try GLM(repetitionTime: 2).fit(bold, events: shown)").of("execute_result")[0]["data"]["text/plain"]
    assert "onset" in kernel.fails('try DataTable(["x": [1]]).stimulusEvents()').traceback
