"""The two studies of Lu et al. (2022) and cohorts of subjects, against himalaya, scikit-learn and scipy (Tests/Oracles/studies.py)."""

import json

import pytest
from session import Session

SETUP = """
let fixtures = "FIXTURES", scratch = "SCRATCH"
let multimodal = try FeatureFile.open(fixtures + "/multimodal.h5")
let unimodal = try FeatureFile.open(fixtures + "/unimodal.h5")
let people = (1...4).map { "subject-\\($0)" }
func textStudy(_ folder: String, of people: [String], _ mode: LuEtAl2022.Mode = .corrected, seed: UInt32 = 1) throws -> Cohort {
    try LuEtAl2022.textStudy(
        of: people, multimodal: multimodal, unimodal: unimodal, folder: scratch + "/" + folder, mode: mode, seed: seed,
        showsProgress: false
    ) { try Study.open(fixtures + "/\\($0).h5") }
}
func list(_ values: [Double]) -> String { values.map { "\\($0)" }.joined(separator: " ") }
"""


def numbers(outcome):
    return [[float(word) for word in line.split()] for line in outcome.text().splitlines()]


@pytest.fixture(scope="module")
def fixtures(root):
    return root / "Tests/Library/Brain/Fixtures/studies"


@pytest.fixture(scope="module")
def expected(fixtures):
    return json.loads((fixtures / "expected.json").read_text())


@pytest.fixture(scope="module")
def lab(fixtures, tmp_path_factory):
    session = Session()
    scratch = tmp_path_factory.mktemp("studies")
    session.scratch = scratch
    session.ok(SETUP.replace("FIXTURES", str(fixtures)).replace("SCRATCH", str(scratch)))
    session.ok('let cohort = try textStudy("text", of: people)')
    yield session
    session.close()


def close(found, wanted, tolerance=2e-4):
    assert len(found) == len(wanted)
    # A voxel that is never measured has no score here; -99 stands for NaN.
    for a, b in zip(found, wanted):
        assert a != a or abs(a - b) <= tolerance * max(1, abs(b)), (found, wanted)
    assert sum(a != a for a in found) <= 1


@pytest.mark.parametrize("mode", ["corrected", "faithful"])
def test_text_study_is_the_recipe_of_himalaya(lab, expected, mode):
    code = "cohort" if mode == "corrected" else 'try textStudy("faithful", of: people, .faithful)'
    found = numbers(lab.ok(f"""
    do {{
        let cohort = {code}
        for person in people {{
            for layer in cohort.layers {{
                for model in cohort.models {{ print(list(try cohort.scores(of: person, model: model, layer: layer).r2)) }}
            }}
        }}
    }}""", timeout=120))
    wanted = []
    for subject in expected["text"]["subjects"]:
        for layer in subject:
            wanted += [*layer["split"], layer[mode]]
    for a, b in zip(found, wanted, strict=True):
        close(a, b)


def test_layers_are_compared_over_subjects(lab, expected):
    found = numbers(lab.ok("""
    let tests = try cohort.testsByLayer("multimodal", minus: "unimodal", select: .pos)
    for column in ["multimodal", "unimodal", "statistic", "p", "95 % interval from", "95 % interval to"] {
        print(list(try tests[column, as: Double.self]))
    }"""))
    tests = expected["text"]["tests"]
    wanted = [[t["means"][0] for t in tests], [t["means"][1] for t in tests], [t["t"] for t in tests], [t["p"] for t in tests],
              [t["interval"][0] for t in tests], [t["interval"][1] for t in tests]]
    for a, b in zip(found, wanted, strict=True):
        close(a, b, 2e-3)


def test_curves_have_one_sd_over_subjects(lab, expected):
    found = lab.ok("""
    let curves = try cohort.byLayer(.r2, select: .pos)
    print(curves.series.map { series in list(series.points.map(\\.y) + series.points.map { $0.error ?? .nan }) }.joined(separator: "\\n"))
    print(curves.errorMeaning)""").text().splitlines()
    tests = expected["text"]["tests"]
    for index in range(2):
        close([float(x) for x in found[index].split()],
              [t["means"][index] for t in tests] + [t["sd"][index] for t in tests], 2e-3)
    assert found[3] == "SD over 4 subjects"


def test_regions_are_joined_into_groups_and_a_subject_may_lack_one(lab, expected):
    lines = lab.ok("""
    let grouped = try cohort.byRegion(model: "multimodal", layer: "layer 1", select: .pos90, grouped: true)
    for row in grouped.rows { print(row.region.name, row.count, row.mean) }
    let compared = try cohort.byRegion(layer: "layer 1", select: .pos, only: ["multimodal", "unimodal"])
    print(compared.differences!.rows.map { "\\($0.region.name) \\($0.count)" }.joined(separator: ", "))
    print(try cohort.modalities(multimodal: "multimodal", unimodal: "unimodal", layer: "layer 1").rows.count)
    """).text().splitlines()
    groups = expected["text"]["groups"]
    found = {line.split()[0]: (int(line.split()[1]), float(line.split()[2])) for line in lines[:-2]}
    assert {name for name, (count, _) in found.items() if count} == set(groups)
    for name, wanted in groups.items():
        assert found[name][0] == wanted["count"]
        assert abs(found[name][1] - wanted["mean"]) < 2e-4
    assert "Insula_R" in lines[-2]


def test_regions_of_a_set_are_taken_by_its_name(lab):
    """A set may overlap another one, goes with the cohort into its folder, and a wrong name is refused."""
    lab.ok("""
    func mask(_ name: String, _ voxels: Set<Int>) -> RegionSet {
        RegionSet(name, Regions(names: (0..<6).map { voxels.contains($0) ? name : "" }))
    }
    var masked = try Cohort(models: ["a", "b"], layers: ["layer 1"])
    for (number, name) in ["S01", "S02"].enumerated() {
        try masked.add(Study(
            name: name, responses: Matrix<Float>(rows: 2, columns: 6, elements: (1...12).map { Float($0) }),
            regionSets: [mask("V1", [0, 1, 2]), mask("V1 or V2", [1, 2, 3, 4])]))
        for (model, scale) in [("a", 1.0), ("b", 2.0)] {
            let r = (0..<6).map { scale * Double($0 + number) / 20 }
            try masked.set(VoxelScores(r2: r, r: r), subject: name, model: model, layer: "layer 1")
        }
    }
    try masked.write(to: scratch + "/masked")
    let reopened = try Cohort.open(scratch + "/masked")""")
    for cohort in ["masked", "reopened"]:
        text = lab.ok(f"""
        for name in ["V1", "V1 or V2"] {{
            let row = try {cohort}.byRegion(model: "a", layer: "layer 1", inSet: name).rows[0]
            print(row.region.name, row.count, row.mean * 20)
        }}
        print(try {cohort}.byRegion(layer: "layer 1", inSet: "V1").differences!.rows[0].difference * 20)
        print(try {cohort}.modalities(multimodal: "b", unimodal: "a", layer: "layer 1", inSet: "V1").rows.count)""").text()
        lines = text.splitlines()
        # Voxels 0 to 2 and 1 to 4, and one more in the second subject.
        assert lines[0].startswith("V1 2 ") and abs(float(lines[0].split()[-1]) - 1.5) < 1e-9
        assert lines[1].startswith("V1 or V2 2 ") and abs(float(lines[1].split()[-1]) - 3) < 1e-9
        assert abs(abs(float(lines[2])) - 1.5) < 1e-9 and lines[3] == "1"
        error = lab.fails(f'try {cohort}.byRegion(model: "a", layer: "layer 1", inSet: "V4")').traceback
        assert '"V4"' in error and "one of V1, V1 or V2" in error
        error = lab.fails(f'try {cohort}.byRegion(model: "a", layer: "layer 1")').traceback
        assert "without regions" in error and "inSet:" in error
    error = lab.fails('try cohort.byRegion(model: "multimodal", layer: "layer 1", inSet: "V1")').traceback
    assert "had none" in error


def test_a_study_goes_on_where_it_was_interrupted(lab):
    lab.ok('_ = try textStudy("cut", of: Array(people.prefix(2)))')
    folder = lab.scratch / "cut"
    whole = (folder / "subject-1/layer-1.h5").read_bytes()
    (folder / "subject-1/layer-2.h5").unlink()
    text = lab.ok("""
    let cut = try Cohort.open(scratch + "/cut")
    print(cut.missing.count, cut.missing[0])
    var opened: [String] = []
    let again = try LuEtAl2022.textStudy(
        of: people, multimodal: multimodal, unimodal: unimodal, folder: scratch + "/cut", showsProgress: false
    ) { opened.append($0); return try Study.open(fixtures + "/\\($0).h5") }
    print(opened, again.missing.count)
    for person in people {
        let scores = try (again.scores(of: person, model: "both", layer: "layer 1"), cohort.scores(of: person, model: "both", layer: "layer 1"))
        print(zip(scores.0.r2, scores.1.r2).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN })
    }
    """, timeout=120).text().splitlines()
    assert text == ["3 subject-1, multimodal, layer 1", '["subject-1", "subject-3", "subject-4"] 0'] + ["true"] * 4
    assert (folder / "subject-1/layer-1.h5").read_bytes() == whole


def test_other_data_of_a_subject_do_not_get_its_scores(lab):
    lab.ok("""
    func scored(
        _ names: [String], _ folder: String, _ read: (String) throws -> Study
    ) throws -> Cohort {
        try LuEtAl2022.textStudy(
            of: names, multimodal: multimodal, unimodal: unimodal, folder: scratch + "/" + folder,
            showsProgress: false, reading: read)
    }
    let before = try Study.open(fixtures + "/subject-1.h5")
    let louder = try before.transformed {
        Matrix(rows: $0.rows, columns: $0.columns, elements: $0.elements.map { 2 * $0 })
    }
    let parcels = try Study(
        name: "S", stimuli: before.stimuli, responses: before.responses, runs: before.runs,
        regions: Regions(names: (0..<before.responses.columns).map { "parcel \\($0)" }))
    _ = try scored(["S"], "memory") { _ in before }
    _ = try scored(["S"], "memory") { _ in before }
    try before.write(to: scratch + "/moving.h5")
    func fromFile() throws -> Cohort { try scored(["S"], "file") { _ in try Study.open(scratch + "/moving.h5") } }
    _ = try fromFile()
    """, timeout=120)
    for study, what in [("louder", "other responses"), ("parcels", "other regions")]:
        error = lab.fails(f'try scored(["S"], "memory") {{ _ in {study} }}').traceback
        assert what in error and "another folder" in error, error
    # The same data in a file that was written again are the same; others are not, whether a layer is left or none.
    lab.ok('try before.write(to: scratch + "/moving.h5")\n_ = try fromFile()')
    error = lab.fails('try louder.write(to: scratch + "/moving.h5")\n_ = try fromFile()').traceback
    assert "other responses" in error
    (lab.scratch / "file/S/layer-1.h5").unlink()
    assert "other responses" in lab.fails("try fromFile()").traceback
    # A file that is not there any more is no reason to stop where all is done.
    lab.ok("""
    try before.write(to: scratch + "/moved.h5")
    for _ in 0..<2 {
        _ = try scored(["S"], "moved") { _ in try Study.open(scratch + "/moved.h5") }
        try? FileManager.default.removeItem(atPath: scratch + "/moved.h5")
    }""", timeout=120)


def test_a_study_returns_the_subjects_that_were_asked_for(lab):
    names = 'print(try textStudy("text", of: {}).subjects.map(\\.name))'
    assert lab.ok(names.format('["subject-3"]')).text() == '["subject-3"]\n'
    assert lab.ok(names.format('["subject-3", "subject-1"]')).text() == '["subject-3", "subject-1"]\n'
    assert lab.ok('print(try Cohort.open(scratch + "/text").subjects.count)').text() == "4\n"


def test_a_subject_that_is_named_twice_is_scored_once(lab):
    assert lab.ok("""
    do {
        var reads: [String] = []
        let twice = try LuEtAl2022.textStudy(
            of: ["subject-1", "subject-1"], multimodal: multimodal, unimodal: unimodal, folder: scratch + "/twice",
            showsProgress: false
        ) { person in
            reads.append(person)
            return try Study.open(fixtures + "/\\(person).h5")
        }
        print(reads, twice.subjects.map(\\.name))
    }""", timeout=120).text() == '["subject-1"] ["subject-1"]\n'


def test_another_study_in_the_folder_is_refused(lab):
    for code in ['try textStudy("text", of: people, seed: 2)', 'try textStudy("text", of: people, .faithful)']:
        error = lab.fails(code).traceback
        assert "the study in it" in error and "another folder" in error
    error = lab.fails("""
    try LuEtAl2022.textStudy(of: ["a"], multimodal: multimodal, unimodal: unimodal, folder: scratch + "/short") { name in
        try Study(name: name, responses: Matrix<Float>(rows: 59, columns: 2))
    }""").traceback
    assert "59 rows" in error and "60" in error
    error = lab.fails('try textStudy("none", of: [])').traceback
    assert "the number of subjects" in error and "1 or more" in error
    # Nor does a cohort take the place of a study, which would not go on.
    error = lab.fails('try cohort.write(to: scratch + "/text")').traceback
    assert "that of a study" in error and "another folder" in error
    assert lab.ok('print(try textStudy("text", of: people).missing.count)').text() == "0\n"
    # A name that leads out of the folder is refused before anything is written.
    error = lab.fails("""
    try LuEtAl2022.textStudy(
        of: ["../out"], multimodal: multimodal, unimodal: unimodal, folder: scratch + "/inside", showsProgress: false
    ) { _ in try Study.open(fixtures + "/subject-1.h5") }""").traceback
    assert "../out" in error and not (lab.scratch / "out").exists()


def test_a_cohort_is_written_and_read(lab):
    assert lab.ok("""
    var own = try Cohort(models: ["image", "text"], layers: ["layer 1"])
    let study = try Study.open(fixtures + "/subject-2.h5")
    try own.add(study)
    let some = try VoxelScores(r2: (0..<12).map { Double($0) / 10 }, r: (0..<12).map { Double($0) / 11 })
    try own.set(some, subject: study.name, model: "image", layer: "layer 1")
    print(own.missing)
    try own.set(some, subject: study.name, model: "text", layer: "layer 1")
    try own.write(to: scratch + "/own")
    let read = try Cohort.open(scratch + "/own")
    print(try read.scores(of: study.name, model: "text", layer: "layer 1") == some, try read["subject-2"].regions?.names == study.regions.names)
    print(try read.byRegion(model: "image", layer: "layer 1", select: .pos).rows.map(\\.mean) == own.byRegion(model: "image", layer: "layer 1", select: .pos).rows.map(\\.mean))
    print(try own.data.rowCount, try own.data.columnNames.count)
    """).text().splitlines() == ["[subject-2, text, layer 1]", "true true", "true", "2 10"]
    for code, words in {
        'try own.set(some, subject: "who", model: "image", layer: "layer 1")': ["who", "subject-2"],
        'try own.scores(of: "subject-2", model: "sound", layer: "layer 1")': ["sound", "image, text"],
        'try own.add(study)': ["subject-2"],
        'try own.set(VoxelScores(r2: [1], r: [1]), subject: "subject-2", model: "image", layer: "layer 1")': ["12"],
        'try Cohort(models: [], layers: ["a"])': ["models"],
        'try Cohort.open(scratch)': ["cohort.h5"],
        'try own.testsByLayer("image", minus: "text")': ["2 or more"],
    }.items():
        error = lab.fails(code).traceback
        assert all(word in error for word in words), (code, error)


def test_a_cohort_keeps_the_ids_and_colors_of_regions_and_the_scores_of_single_models(lab):
    assert lab.ok("""
    let colored = [Region(id: 2001, name: "V1", group: "visual", color: [1, 0, 0.5, 1]), Region(id: 17, name: "V4")]
    let labelled = try Regions(labels: [17, 2001, 0, 2001], table: RegionTable(name: "own", regions: colored))
    var partial = try Cohort(models: ["image", "text"], layers: ["layer 1"])
    try partial.add(Study(name: "S", responses: Matrix<Float>([[1, 2, 3, 4]]), regions: labelled))
    let ofText = try VoxelScores(r2: [0.1, 0.2, 0.3, 0.4], r: [0.5, 0.6, 0.7, 0.8])
    try partial.set(ofText, subject: "S", model: "text", layer: "layer 1")
    try partial.write(to: scratch + "/partial")
    let kept = try Cohort.open(scratch + "/partial")
    let someone = try kept["S"]
    print(someone.regions == labelled, someone.regions?.regions == colored)
    print(kept.missing, try kept.scores(of: "S", model: "text", layer: "layer 1") == ofText)
    """).text().splitlines() == ["true true", "[S, image, layer 1] true"]


def test_a_cohort_is_written_over_its_earlier_state_and_over_nothing_else(lab):
    lab.ok("""
    let person = try Study.open(fixtures + "/subject-1.h5")
    func scored(
        _ names: [String], layers: [String] = ["layer 1", "layer 2"], selectingModel: String? = nil, in done: [String]
    ) throws -> Cohort {
        var cohort = try Cohort(models: ["image", "text"], layers: layers, selectingModel: selectingModel)
        for name in names {
            try cohort.add(Study(name: name, responses: person.responses))
            for model in cohort.models {
                for layer in done {
                    let r = [Double](repeating: Double(names.count) / 10, count: person.responses.columns)
                    try cohort.set(VoxelScores(r2: r, r: r), subject: name, model: model, layer: layer)
                }
            }
        }
        return cohort
    }
    let rewritten = scratch + "/rewritten"
    try scored(["P1"], in: ["layer 1", "layer 2"]).write(to: rewritten)
    try scored(["P1", "P2"], in: ["layer 1"]).write(to: rewritten)
    """)
    folder = lab.scratch / "rewritten"
    assert sorted(str(path.relative_to(folder)) for path in folder.rglob("layer-*")) == ["P1/layer-1.h5", "P2/layer-1.h5"]
    state = """
    let state = try Cohort.open(rewritten)
    print(state.missing.map(\\.description), try state.scores(of: "P1", model: "text", layer: "layer 1").r[0])"""
    before = lab.ok(state).text()
    assert before == '["P1, image, layer 2", "P1, text, layer 2", "P2, image, layer 2", "P2, text, layer 2"] 0.2\n'
    for code, words in {
        'try scored(["P1"], in: ["layer 1"])': ["the subjects", "P2"],
        'try scored(["P1", "P2"], layers: ["layer 1"], in: [])': ["the layers", "layer 1, layer 2"],
        'try scored(["P1", "P2"], selectingModel: "text", in: [])': ["selects voxels", "text", "none"],
        'try scored(["P1", "P2", "../P3"], in: ["layer 1"])': ["../P3"],
    }.items():
        error = lab.fails(code + ".write(to: rewritten)").traceback
        assert all(word in error for word in words), (code, error)
        assert lab.ok(state).text() == before
    # A cohort that was read and is written where it came from stays what it is.
    lab.ok("try Cohort.open(rewritten).write(to: rewritten)")
    assert lab.ok(state).text() == before
    # One that cannot be read is no reason to write over it.
    (folder / "cohort.h5").write_bytes(b"damaged")
    assert "cohort.h5" in lab.fails('try scored(["P1", "P2"], in: ["layer 1"]).write(to: rewritten)').traceback
    assert (folder / "cohort.h5").read_bytes() == b"damaged"


def test_a_write_that_ended_early_leaves_what_can_be_opened(lab):
    lab.ok('try scored(["P1", "P2"], in: ["layer 1"]).write(to: scratch + "/early")')
    folder = lab.scratch / "early"
    (folder / "P3").write_text("a file where a subject's folder should be")
    before = (folder / "cohort.h5").read_bytes()
    lab.fails('try scored(["P1", "P2", "P3"], in: ["layer 1"]).write(to: scratch + "/early")')
    assert (folder / "cohort.h5").read_bytes() == before
    assert lab.ok('print(try Cohort.open(scratch + "/early").subjects.map(\\.name))').text() == '["P1", "P2"]\n'


@pytest.mark.parametrize("mode", ["corrected", "faithful"])
def test_film_study_is_the_recipe_of_scikit_learn_and_himalaya(lab, expected, mode):
    found = numbers(lab.ok(f"""
    do {{
        let features = try LuEtAl2022.FilmFeatures(
            model: "vit", training: (0..<3).map {{ try FeatureFile.open(fixtures + "/film-\\($0).h5") }},
            test: FeatureFile.open(fixtures + "/film-test.h5"))
        let repeats = try HDF5File.open(fixtures + "/film-repeats.h5").dataset("repeats")
        // The second subject has the voxels of the first in the other order.
        let film = try LuEtAl2022.filmStudy(
            of: ["S01", "S02"], features: [features], folder: scratch + "/film-{mode}", mode: .{mode},
            components: .variance(0.99), alphas: .logspace(0, 4, count: 9), showsProgress: false
        ) {{ name in
            let study = try Study.open(fixtures + "/film-train.h5")
            let order = name == "S01" ? Array(0..<10) : (0..<10).reversed()
            return try LuEtAl2022.FilmResponses(
                training: Study(name: name, responses: study.responses.columns(at: order), runs: study.runs),
                repeats: (0..<3).map {{
                    Matrix(rows: 30, columns: 10, elements: try repeats.rows($0..<$0 + 1).elements).columns(at: order)
                }})
        }}
        for layer in film.layers {{
            let scores = try film.scores(of: "S01", model: "vit", layer: layer)
            print(list(scores.r2))
            print(list(scores.r))
            let other = try film.scores(of: "S02", model: "vit", layer: layer)
            print(zip(scores.r2, other.r2.reversed()).map {{ abs($0 - $1) }}.max()!)
        }}
        let all = (0..<3).map {{ Matrix(rows: 30, columns: 10, elements: try! repeats.rows($0..<$0 + 1).elements) }}
        print(list(try film["S01"].ceiling!.r))
        print(list(try NoiseCeiling(of: all).r))
    }}""", timeout=120))
    wanted = expected["film"][mode]
    for index, layer in enumerate(wanted):
        close(found[3 * index], layer["r2"], 1e-3)
        close(found[3 * index + 1], layer["r"], 1e-3)
        assert found[3 * index + 2][0] < 1e-5
    assert len(found[-1]) == 10 and found[-1] == found[-2] and all(0 <= r <= 1 for r in found[-1])


def test_text_study_from_the_files_of_pereira(lab, root):
    tests = root / "Tests/Library"
    text = lab.ok(f"""
    let bert = try FoundationModel.load("{tests}/FoundationModels/Fixtures/encoders/bert")
    let pereira = try Pereira2018.open("{tests}/Brain/Fixtures/layouts/pereira2018")
    let both: [Pereira2018.Experiment] = [.sentences384, .sentences243]
    let read = try LuEtAl2022.textStudy(
        pereira, both, multimodal: bert, unimodal: bert, folder: scratch + "/pereira", showsProgress: false)
    print(read.subjects.map(\\.name), read.layers.count, read.missing.count, read.subjects[0].voxelCount)
    // The features are those of the sentences; a second call computes nothing.
    let again = try LuEtAl2022.textStudy(
        pereira, both, multimodal: bert, unimodal: bert, folder: scratch + "/pereira", showsProgress: false)
    let pair = try [read, again].map {{ try $0.scores(of: "P01", model: "both", layer: $0.layers[0]).r2 }}
    print(zip(pair[0], pair[1]).allSatisfy {{ $0 == $1 || $0.isNaN && $1.isNaN }})
    // A subject is read once, for its sentences and its responses.
    var openings: [String] = []
    _ = try LuEtAl2022.textStudy(
        of: ["P01", "again"], multimodal: bert, unimodal: bert, folder: scratch + "/once", showsProgress: false
    ) {{ openings.append($0); return try pereira.study("P01", both) }}
    print(openings)
    """, timeout=120).text().splitlines()
    assert text == ['["P01"] 2 0 8', "true", '["P01", "again"]']
    # As the scripts ran it a text has 80 tokens, for which this small model has no positions.
    error = lab.fails("""
    try LuEtAl2022.textStudy(
        pereira, both, multimodal: bert, unimodal: bert, folder: scratch + "/padded", mode: .faithful, showsProgress: false)""").traceback
    assert "80 were asked for" in error
    # A subject who read other sentences, for which the features do not stand.
    error = lab.fails("""
    try LuEtAl2022.textStudy(
        of: ["P01", "M02"], multimodal: bert, unimodal: bert, folder: scratch + "/pereira", showsProgress: false
    ) { name in
        let study = try pereira.study("P01", both)
        if name == "P01" { return study }
        return try Study(name: name, stimuli: study.stimuli.reversed(), responses: study.responses)
    }""").traceback
    assert "Sentence" in error and "row 0" in error


def test_film_study_from_the_files_of_shortclips(lab, root):
    text = lab.ok(f"""
    let clipFolder = scratch + "/clips"
    for part in ["responses", "stimuli"] {{
        try FileManager.default.createDirectory(atPath: clipFolder + "/" + part, withIntermediateDirectories: true)
    }}
    var draws = NumpyRandom(seed: 3)
    try HDF5File.create(clipFolder + "/responses/S01_responses.hdf") {{ file in
        try file.write(Matrix<Float>(rows: 24, columns: 5, elements: (0..<120).map {{ _ in Float(draws.gaussian()) }}), to: "Y_train")
        try file.write(Tensor<Float>(shape: [2, 6, 5], elements: (0..<60).map {{ _ in Float(draws.gaussian()) }}), to: "Y_test")
        try file.write([0, 8, 16], to: "run_onsets")
    }}
    for (name, frames) in [("train_00", 16), ("train_01", 16), ("train_02", 16), ("test", 12)] {{
        try HDF5File.create(clipFolder + "/stimuli/\\(name).hdf") {{ file in
            let bytes = (0..<frames * 32 * 32 * 3).map {{ _ in UInt8(draws.nextUInt32() & 255) }}
            try file.write(bytes, shape: [frames, 32, 32, 3], to: "stimuli")
        }}
    }}
    let vit = try FoundationModel.load("{root}/Tests/Library/FoundationModels/Fixtures/vision/timm")
    let clips = try Shortclips.open(clipFolder)
    for mode in LuEtAl2022.Mode.allCases {{
        let film = try LuEtAl2022.filmStudy(
            clips, models: [("vit", vit)], folder: scratch + "/clips-\\(mode)", layers: .everyBlock, mode: mode,
            components: .count(3), showsProgress: false)
        let scores = try film.scores(of: "S01", model: "vit", layer: film.layers[0])
        print(film.missing.count, scores.count, scores.unscored.count, film.subjects[0].ceiling!.repeats)
    }}""", timeout=180).text().splitlines()
    assert text == ["0 5 0 2"] * 2
