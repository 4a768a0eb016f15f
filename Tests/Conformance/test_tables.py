"""Tables through the kernel: a file that is read, what is asked of it, how it shows itself, and what a wrong guess says."""

import gzip

import pytest

EVENTS = "\ufeffonset\ttrial_type\tresponse_time\tsubject\r\n" + "".join(
    f"{1.5 * row}\t{'face' if row % 2 else 'house, big'}\t{'n/a' if row % 5 == 0 else 0.3 + row / 100}\t{row % 3:03}\r\n" for row in range(30))


@pytest.fixture(scope="module")
def events(kernel, tmp_path_factory):
    path = tmp_path_factory.mktemp("tables") / "events.tsv.gz"
    path.write_bytes(gzip.compress(EVENTS.encode()))
    kernel.ok(f'let eventsPath = "{path}"\nlet events = try DataTable.read(eventsPath)')
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
    assert kernel.value('try DataTable.read(eventsPath + ".means.csv") == means') == "true"


def test_a_table_shows_itself(kernel, events):
    data = kernel.ok("events").of("execute_result")[0]["data"]
    assert "… 17 more rows" in data["text/plain"] and len(data["text/plain"].splitlines()) < 20
    assert "<script>" in data["text/html"] and "src=" not in data["text/html"] and " id=" not in data["text/html"]


def test_faults_name_file_line_and_column(kernel, events):
    broken = events.parent / "broken.csv"
    broken.write_text('a,b\n1,"x\ny"\n2\n')
    error = kernel.fails(f'try DataTable.read("{broken}")')
    assert f"{broken}, line 4: the record has 1 field, and the header 2" in error.traceback
    error = kernel.fails('try DataTable.read(eventsPath, types: ["trial_type": .double])')
    assert 'line 2, column "trial_type": "house, big" should be a number' in error.traceback
    assert 'did you mean "response_time"' in kernel.fails('try events["responsetime"]').traceback


def test_names_of_pandas_lead_to_ours(kernel, events):
    for code, name in [("DataTable.read_csv(eventsPath)", "read"), ('events.groupby("subject")', "grouped(by:)"),
                       ("events.iloc", "table[row: 3]"), ("events.head()", "prefix"), ("events.dropna()", "droppingMissing"),
                       ("DataFrame()", "DataTable"), ('read_csv("x.csv")', "DataTable.read")]:
        assert name in kernel.fails(code).traceback, code


def test_records_go_both_ways(kernel, events):
    kernel.ok("""
        struct Event: Codable { var onset: Double, trial_type: String, response_time: Double?, subject: String }
        let list = try events.records(as: Event.self)
        """)
    assert kernel.value("list[0].response_time == nil && list[4].subject == \"001\"") == "true"
    assert kernel.value("try DataTable(records: list) == events") == "true"
