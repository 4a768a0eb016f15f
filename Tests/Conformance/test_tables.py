"""Tables through the kernel: a file that is read, what is asked of it, how it shows itself, and what a wrong guess says."""

import gzip

import pytest

EVENTS = "\ufeffonset\ttrial_type\tresponse_time\tsubject\r\n" + "".join(
    f"{1.5 * row}\t{'face' if row % 2 else 'house, big'}\t{'n/a' if row % 5 == 0 else 0.3 + row / 100}\t{row % 3:03}\r\n" for row in range(30))


@pytest.fixture(scope="module")
def events(kernel, tmp_path_factory):
    path = tmp_path_factory.mktemp("tables") / "events.tsv.gz"
    path.write_bytes(gzip.compress(EVENTS.encode()))
    kernel.ok(f'let eventsPath = "{path}"\nlet events = try DataTable.open(eventsPath)')
    return path


def test_a_table_is_read_used_and_written(kernel, events):
    assert kernel.value("events.columnTypes") == "[Double, String, Double, String]"
    assert kernel.value('try events["subject", as: String.self][4]') in ("001", '"001"')
    kernel.ok("""
        let means = try events.filter { try $0["onset"] > 3 }
            .grouped(by: "subject", "trial_type").aggregated(.rows, .mean("response_time"))
        try means.write(to: eventsPath + ".means.csv")
        """)
    written = (events.parent / (events.name + ".means.csv")).read_text()
    assert written.startswith('subject,trial_type,rows,response_time_mean\n000,face,') and '"house, big"' in written
    assert kernel.value('try DataTable.open(eventsPath + ".means.csv") == means') == "true"


def test_a_table_shows_itself(kernel, events):
    data = kernel.ok("events").of("execute_result")[0]["data"]
    assert "… 17 more rows" in data["text/plain"] and len(data["text/plain"].splitlines()) < 20
    assert "<script>" in data["text/html"] and "src=" not in data["text/html"] and " id=" not in data["text/html"]


def test_faults_name_file_line_and_column(kernel, events):
    broken = events.parent / "broken.csv"
    broken.write_text('a,b\n1,"x\ny"\n2\n')
    error = kernel.fails(f'try DataTable.open("{broken}")')
    assert f"{broken}, line 4: the record has 1 field, and the header 2" in error.traceback
    error = kernel.fails('try DataTable.open(eventsPath, types: ["trial_type": .double])')
    assert 'line 2, column "trial_type": "house, big" should be a number' in error.traceback
    assert 'did you mean "response_time"' in kernel.fails('try events["responsetime"]').traceback


def test_names_of_pandas_lead_to_ours(kernel, events):
    for code, name in [("DataTable.read_csv(eventsPath)", "read"), ('events.groupby("subject")', "grouped(by:)"),
                       ("events.iloc", "table[row: 3]"), ("events.head()", "prefix"), ("events.dropna()", "droppingMissing"),
                       ("DataFrame()", "DataTable"), ('read_csv("x.csv")', "DataTable.open")]:
        assert name in kernel.fails(code).traceback, code


def test_records_go_both_ways(kernel, events):
    kernel.ok("""
        struct Event: Codable { var onset: Double, trial_type: String, response_time: Double?, subject: String }
        let list = try events.records(as: Event.self)
        """)
    assert kernel.value("list[0].response_time == nil && list[4].subject == \"001\"") == "true"
    assert kernel.value("try DataTable(records: list) == events") == "true"


def test_a_gzipped_file_that_unpacks_to_more_than_memory(fresh_kernel, tmp_path):
    """A gigabyte from a small file: refused once it would need more than there is, and the session goes on."""
    member = gzip.compress(b"1.5,2\n" * (64 * 2**20 // 6), compresslevel=1)
    path = tmp_path / "large.csv.gz"
    path.write_bytes(member * 16)
    fresh_kernel.ok("""
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
        let former = limit
        let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")[0]
        limit.rlim_cur = rlim_t((Int(pages) ?? 0) * 4096 + 700 << 20)
        setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
        """.replace("+ 700 << 20", "+ (700 << 20)"))
    outcome = fresh_kernel.fails(f'try DataTable.open("{path}")', timeout=60)
    assert outcome.error["ename"] == "FormatError" and "of text that it unpacks to would take" in outcome.error["evalue"], outcome.traceback
    assert "large.csv.gz" in outcome.error["evalue"]
    fresh_kernel.ok("var whole = former\nsetrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &whole)")
    assert fresh_kernel.value("2 + 2") == "4"


def test_results_give_their_numbers_as_tables(kernel):
    kernel.ok("""
        let Xdata = Matrix<Double>.normal(40, 3, seed: 1), Ydata = Xdata.matmul(.normal(3, 4, seed: 2)) + .normal(40, 4, seed: 3)
        let plain = Ridge(alphas: [1, 10], folds: .kFold(4), showsProgress: false)
        let fitted = try plain.fit(Xdata, to: Ydata)
        let curve = try LayerScores([("layer 1", fitted.scores), ("layer 2", fitted.scores)])
        """, timeout=60)
    assert kernel.value("fitted.data.columnNames") == '["voxel", "alpha", "r2", "r"]'
    assert kernel.value('try fitted.data["r", as: Double.self] == fitted.scores.r') == "true"
    assert kernel.value('try fitted.scores.data["r2", as: Double.self] == fitted.scores.r2') == "true"
    assert kernel.value("(curve.data.rowCount, curve.data.columnNames)") in ('(8, ["layer", "voxel", "r2", "r"])',
                                                                            '(rowCount: 8, columnNames: ["layer", "voxel", "r2", "r"])')
    # All digits go through a file and back.
    kernel.ok('let place = NSTemporaryDirectory() + "digits-of-results.csv"\ntry curve.data.write(to: place)')
    assert kernel.value('try DataTable.open(place)["r", as: Double.self] == fitted.scores.r + fitted.scores.r') == "true"
    names = kernel.value("""
        let ceiling = try NoiseCeiling(explainableVariance: [0.5, 0.6], repeats: 2)
        let banded = BandedRidge(alphas: [1, 10], candidates: .dirichlet(3, seed: 0), folds: .kFold(4), showsProgress: false)
        let bandedFit = try banded.fit([Xdata.columns(0..<1), Xdata.columns(1..<3)], to: Ydata)
        [ceiling.data.columnNames, bandedFit.data.columnNames]
        """, timeout=60)
    assert names == ('[["voxel", "explainable variance", "r"], '
                     '["voxel", "alpha", "search score", "scaling of band 0", "scaling of band 1"]]')
    features = kernel.value("""
        let some = try FoundationModel.load("all-minilm-l6-v2").features(of: ["a", "b"], layers: ["layer 1"], showsProgress: false)
        (some.data.rowCount, some.data.columnCount, try some.data["layer 1.3", as: Float.self] == some["layer 1"].column(3))
        """, timeout=60)
    assert features == "(2, 384, true)"
