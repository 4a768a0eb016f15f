"""Every public type of the library shows itself: in a few lines, the same at each run, in text that can be copied."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from session import Session
from values import EXEMPT, SETUP, VALUES

MODULES = ("Tensors", "Display", "Formats", "FoundationModels", "Encoding", "Brain", "Figures", "Gyrus", "Tables", "Widgets", "Comms", "JSON", "Training", "SmallWorld", "SceneStudies", "Sweeps")
DECLARED = re.compile(r"^(\s*)(?:@\w+(?:\([^)]*\))?\s+)*public (?:final )?(?:indirect )?(?:struct|class|enum|actor) (\w+)")
OPENED = re.compile(r"^(\s*)(?:public |package |fileprivate |private |final |indirect |@\w+\s+)*"
                    r"(?:struct|class|enum|actor|extension|protocol) ([\w.]+)")


def public_types(root):
    """The names of the public types of the library's modules, nested ones under the names of those around them."""
    found = set()
    for module in MODULES:
        for path in sorted(root.glob(f"Sources/*/{module}/**/*.swift")):
            around = []
            for line in path.read_text().splitlines():
                opened = OPENED.match(line)
                if not opened:
                    continue
                depth = len(opened[1])
                around = [(d, name) for d, name in around if d < depth]
                declared = DECLARED.match(line)
                if declared and not declared[2].startswith("_"):
                    found.add(".".join([name for _, name in around] + [declared[2]]))
                around.append((depth, opened[2]))
    return found


def test_every_public_type_is_in_a_list(root):
    types = public_types(root)
    assert len(types) > 120 and {"Ridge", "BandedRidge.Candidates", "LineChart.Series.Point"} <= types
    missing = sorted(types - set(VALUES) - set(EXEMPT))
    assert not missing, f"add to values.py how to make one, or why nobody looks at one: {missing}"
    gone = sorted((set(VALUES) | set(EXEMPT)) - types - {"[HDF5Dataset]"})
    assert not gone, f"values.py has types that are gone: {gone}"


def show_all(fixtures, scratch):
    """For each type of VALUES the bundle that a cell shows, and what `print` prints."""
    scratch.mkdir()
    session = Session()
    try:
        session.ok(SETUP.replace("FIXTURES", str(fixtures)).replace("SCRATCH", str(scratch)), timeout=120)
        names, bundles, printed = list(VALUES), [], []
        for first in range(0, len(names), 12):
            part = names[first:first + 12]
            # What a cell shows by itself counts only if its last expression has a value.
            code = "\n".join(f"shown({VALUES[name]})" for name in part) + "\n0"
            outcome = session.ok(code, timeout=120)
            results = outcome.of("execute_result")[:-1]
            texts = re.findall(r"<<<(.*?)>>>", outcome.text(), re.DOTALL)
            assert len(results) == len(texts) == len(part), part
            bundles += [content["data"] for content in results]
            printed += texts
    finally:
        session.close()
    return dict(zip(names, zip(bundles, printed)))


@pytest.fixture(scope="module")
def twice(root, tmp_path_factory):
    """What two processes show, whose sets and dictionaries have different orders."""
    folders = [tmp_path_factory.mktemp("values") / "scratch" for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda folder: show_all(root / "Tests", folder), folders))


def shown_texts(bundle, printed):
    """All texts of a value that somebody could copy, by where they stand."""
    texts = {kind: content for kind, content in bundle.items() if isinstance(content, str) and kind.startswith("text/")}
    return {**texts, "print": printed}


def test_values_show_themselves_in_a_few_lines(twice):
    faults = []
    for name, (bundle, printed) in twice[0].items():
        for kind, text in shown_texts(bundle, printed).items():
            # The script of a live view alone has 24,000; some tables have a row for each of 24 regions.
            rows = 2400 if name in ("SceneStudy", "RegionResponses", "SimulatedContrast") else 1500
            limit = rows if kind in ("text/plain", "print") else 40_000 if "gyrus-surface" in text else 20_000
            for fault, is_there in [
                ("nothing", not text.strip()),
                (f"{len(text)} characters", len(text) > limit),
                ("an address", re.search(r"0x[0-9a-f]{6,}", text)),
                ("a typographic minus", "\u2212" in text),
                ("Optional(", "Optional(" in text),
                ("a raw dump", re.search(rf"\b({'|'.join(MODULES)})\.[A-Z]\w+", text)),
                ("its path", "/tmp/" in text or "/work/" in text),
            ]:
                if is_there:
                    faults.append(f"{name}, {kind}: {fault}: {text[:200]!r}")
    # A progress meter and an output area show their state in the front end.
    assert not faults, "\n".join(faults)


def test_values_show_the_same_in_every_process(twice):
    ids = re.compile(r'"model_id": ?"[0-9a-f-]+"')
    different = []
    for name, (bundle, printed) in twice[0].items():
        other, other_printed = twice[1][name]
        assert set(bundle) == set(other), name
        for kind in bundle:
            if kind == "application/vnd.jupyter.widget-view+json":
                continue  # holds the id of the widget
            if ids.sub("", str(bundle[kind])) != ids.sub("", str(other[kind])):
                different.append(f"{name}, {kind}")
        if printed != other_printed:
            different.append(f"{name}, print")
    assert not different, different


def test_numbers_can_be_read_by_python(kernel):
    """Every number of a table, a chart's text and its Vega-Lite data is one that float() takes."""
    kernel.ok("let numbers = [-0.25, -1234.5, 1e-7, -1e9, 0.5]")
    texts = [
        kernel.value('Table("", [.numbers("mean", numbers)])'),
        kernel.value("Matrix<Double>([numbers])"),
        kernel.value('BarChart(numbers.enumerated().map { .init("\\($0)", $1) })'),
        kernel.value("Histogram(numbers)"),
    ]
    for text in texts:
        assert "-" in text and "\u2212" not in text
        for token in re.findall(r"[-\u2212]?\d[\d.,e+-]*", text):
            float(token.rstrip(".,").replace(",", ""))
    minus = kernel.ok('BarChart([.init("a", -0.5)]).vegaLite').result
    assert '\\"minus\\":\\"-\\"' in minus, "axes of Vega too"


def test_a_finished_bar_is_saved_as_finished(kernel):
    """The last state is shown even if it comes right after another, and nobody says that the work is over."""
    outcome = kernel.ok("""
        var bar = ProgressBar("work", total: 200, unit: "steps")
        for _ in 0..<200 { bar.advance() }
        """)
    shown = [content["data"]["text/plain"] for content in outcome.of("display_data") + outcome.of("update_display_data")]
    assert shown[-1].startswith("work: 200/200 steps") and "took" in shown[-1]
    assert len(shown) < 100, "not every step is drawn"
    outcome = kernel.ok("""
        var short = ProgressBar("short", total: 2)
        short.advance(by: 2)
        short.finish()
        """)
    assert len(outcome.of("display_data") + outcome.of("update_display_data")) == 1, "once is enough"


def test_a_table_bears_any_limit_and_any_decimals(kernel):
    kernel.ok('var odd = Table("odd", [.numbers("a", [1.5], decimals: -1), .numbers("b", [1.5], decimals: .max)])')
    lines = kernel.ok("print(odd)").text().splitlines()
    assert lines[-1].split() == ["2", "1.50000000000000000000"]
    kernel.ok("odd.rowLimit = -3")
    assert "1 more rows" in kernel.ok("print(odd)").text()


def test_a_bar_without_an_end_counts(kernel):
    outcome = kernel.ok("""
        import Foundation
        var endless = ProgressBar("endless", total: .max)
        sleep(2)
        endless.advance()
        """)
    assert "endless: 1/9223372036854775807 items" in outcome.of("display_data")[0]["data"]["text/plain"]


def test_small_p_values_are_not_zero(kernel):
    text = kernel.value("""
        let gains = Matrix<Double>(rows: 12, columns: 2, elements: (0..<24).map { 10 + Double($0 % 5) / 100 })
        let none = Matrix<Double>(rows: 12, columns: 2)
        try PairedComparison(gains, none)
        """)
    assert text.count("< 0.0001") == 4 and "0.0000" not in text
    assert "p < 0.0001" in kernel.value("try PairedTest.t(gains.column(0))")
    assert "0.0005" in kernel.value("try PermutationTest.signFlips(gains)")
