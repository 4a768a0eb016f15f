import Brain
import Encoding
import Formats
import Foundation
import Tables
import Tensors
import Testing

/// Published data sets in their layouts, in small (Tests/Oracles/layouts.py): a response is sample + voxel / 100.
@Suite("Studies from published layouts")
struct LayoutTests {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Fixtures/layouts")

    private func folder(_ name: String) -> URL { Self.root.appendingPathComponent(name) }

    private func isOrdered(_ matrix: Matrix<Float>, samples: [Int]? = nil, voxels: [Int]? = nil) -> Bool {
        (0..<matrix.rows).allSatisfy { sample in
            (0..<matrix.columns).allSatisfy { voxel in
                let expected = Float(samples?[sample] ?? sample) + Float(voxels?[voxel] ?? voxel) / 100
                return abs(matrix[sample, voxel] - expected) < 1e-4
            }
        }
    }

    @Test func pereira() throws {
        let data = try Pereira2018.open(folder("pereira2018"))
        #expect(data.subjects == ["M02", "M15", "P01"])
        #expect(try data.experiments(of: "P01") == [.conceptSentences, .sentences384, .sentences243])
        let study = try data.study("P01", .sentences384, .sentences243)
        #expect(isOrdered(study.responses) && study.runs.lengths == [6, 4])
        #expect(study.stimuli.first == "Sentence 0." && study.stimuli.last == "Sentence 9.")
        #expect(try study.space.shape == [5, 4, 3])
        #expect(try study.space.indices == [0, 12, 59, 3, 1, 32, 39, 16])
        let regions = try study.regions
        #expect(
            regions.places.map { $0.map { regions.regions[$0].name } } == [
                "Precentral_L", "Precentral_L", "Precentral_R", "Temporal_Sup_L", "Temporal_Sup_R",
                "Vermis_10",
                "Temporal_Inf_R", nil,
            ])
        #expect(try study.regions(inSet: "Gordon").voxels(in: "Visual_2") == [2, 3])
        let passages = try data.passages("P01", .sentences384)
        #expect(passages.indices == [0, 0, 1, 1, 2, 2] && passages.names[2] == "passage 2")
        #expect(passages.topics == ["tools", "music", "tools"])
        let words = try data.study("P01", .conceptSentences)
        #expect(words.stimuli == ["bird", "ability", "code"] && words.responses[0, 0] == 100)
        let newer = try data.study("M15", .sentences243)
        #expect(isOrdered(newer.responses))
        #expect(try newer.regions(inSet: "languageLH").voxels(in: "LPost") == [4])
        #expect(throws: BrainError.self) { try newer.regions }
        let error = #expect(throws: FormatError.self) { try data.study("M02", .sentences243) }
        #expect(error?.description.contains("M02/examples_243sentences.mat") == true)
        #expect(throws: FormatError.self) { try data.study("P99", .sentences384) }
        #expect(throws: FormatError.self) { try data.study("P01", []) }
        #expect(data.missing.contains("M02/examples_243sentences.mat"))
    }

    @Test func shortclips() throws {
        let data = try Shortclips.open(folder("shortclips"))
        let study = try data.study("S01")
        #expect(study.runs.lengths == [4, 4, 4] && study.responses.columns == 7)
        #expect(isOrdered(study.responses.columns(0..<6)) && study.responses[3, 6].isNaN)
        // The masks overlap in voxel 1.
        #expect(try study.regions(inSet: "FFA").voxels(in: "FFA") == [0, 1])
        #expect(try study.regions(inSet: "V1").voxels(in: "V1") == [1, 2, 3])
        let repeats = try data.testRepeats("S01")
        #expect(repeats.count == 3 && repeats[0].rows == 5 && repeats[1].columns == 7)
        #expect(abs(repeats[2][1, 0] - (-1 + 0.1 * Float(cos(21.0)))) < 1e-5)
        #expect(try data.ceiling("S01") == NoiseCeiling(of: repeats))
        #expect(data.features == ["wordnet"])
        #expect(isOrdered(try data.features("wordnet").training))
        #expect(try data.frames(ofTrainingRun: 0).shape == [2, 4, 4, 3])
        #expect(try data.framesOfTest().bytes([1..<2, 0..<1, 0..<1, 0..<3]) == [48, 49, 50])
        #expect(try data.flatMapper("S01").voxelCount == 7)
        let error = #expect(throws: FormatError.self) { try data.frames(ofTrainingRun: 1) }
        #expect(error?.description.contains("stimuli/train_01.hdf") == true)
        #expect(data.missing.contains("stimuli/train_11.hdf"))
    }

    @Test func haxby() throws {
        let data = try Haxby2001.open(folder("haxby2001"))
        let study = try data.study("subj1")
        #expect(
            study.runs.lengths == [5, 5] && study.stimuli.prefix(4) == ["rest", "face", "face", "house"])
        #expect(study.responses.columns == 6)
        #expect(isOrdered(study.responses, voxels: try study.space.indices))
        #expect(try study.regions(inSet: "mask4_vt").voxels(in: "mask4_vt") == [2, 3, 4, 5])
        #expect(try data.study("subj1", mask: "mask4_vt").responses.columns == 4)
        #expect(throws: FormatError.self) { try data.study("subj1", mask: "mask8_face_vt") }
    }

    @Test func naturalScenes() throws {
        let data = try NaturalScenes.open(folder("nsd"))
        #expect(data.subjects == ["subj01"] && data.sessions("subj01") == [1, 2])
        let study = try data.study("subj01", sessions: 1...2)
        let places = try study.space.indices
        #expect(places == [16, 28, 32, 40] && study.runs.lengths == [750, 750])
        for (sample, session, trial) in [(0, 1, 0), (51, 1, 1), (750, 2, 0), (1499, 2, 49)] {
            for (voxel, place) in places.enumerated() {
                #expect(
                    abs(study.responses[sample, voxel] * 300 - Float(trial + session + 2 * place)) < 1e-3)
            }
        }
        #expect(study.stimuli[0] == "1" && study.stimuli[899] == "900" && study.stimuli[900] == "1")
        let regions = try study.regions(inSet: "prf-visualrois")
        #expect(try regions.voxels(in: "V1v") == [0, 1] && regions.voxels(in: "V1d") == [3])
        let ceiling = try data.ceiling("subj01", in: study.space, repeats: 3)
        let ratio = 1.6 * 1.6
        #expect(abs(ceiling.r[0] * ceiling.r[0] - ratio / (ratio + 1.0 / 3)) < 1e-6)
        let cortex = try data.study("subj01", sessions: 1...1, on: .fsaverage)
        #expect(try cortex.space.kind == .surface && cortex.responses.columns == 7)
        #expect(abs(cortex.responses[3, 2] - 3.02) < 1e-5 && abs(cortex.responses[3, 5] - 3.01) < 1e-5)
        #expect(try data.ceiling("subj01", in: cortex.space, repeats: 1).r.count == 7)
        let error = #expect(throws: FormatError.self) {
            try data.study("subj01", sessions: 2...2, on: .fsaverage)
        }
        #expect(error?.description.contains("lh.betas_session02.mgh") == true)
        #expect(throws: FormatError.self) { try data.study("subj01", sessions: 3...3) }
        for sessions in [0...1, 1...Int.max, Int.min...1] {
            #expect(throws: FormatError.self) { try data.study("subj01", sessions: sessions) }
        }
    }

    @Test func algonauts() throws {
        let pictures = try Algonauts2023.open(folder("algonauts2023"))
        let study = try pictures.study("subj01")
        #expect(
            study.stimuli == [
                "train-0001_nsd-00000.png", "train-0002_nsd-00007.png", "train-0003_nsd-00014.png",
            ])
        #expect(isOrdered(study.responses.columns(0..<4)) && study.responses[0, 4] == 100)
        #expect(try study.space.surfaces.map(\.vertices) == [[1, 2, 3, 4], [1, 2, 3]])
        #expect(try study.regions(inSet: "floc-faces").voxels(in: "FFA-1") == [2, 6])
        #expect(pictures.missing.contains("subj01/roi_masks/mapping_streams.npy"))

        let films = try Algonauts2025.open(folder("algonauts2025"))
        #expect(
            try films.runs("sub-01", task: "friends") == ["ses-001_task-s01e02a", "ses-001_task-s01e02b"])
        let friends = try films.study("sub-01", task: "friends")
        #expect(isOrdered(friends.responses) && friends.runs.lengths == [5, 4])
        #expect(try friends.regions.regions.count == 1000)
        #expect(
            try films.study("sub-01", task: "friends", runs: ["ses-001_task-s01e02b"]).responses[0, 0] == 5)
        #expect(try films.transcript("s01e02a").rowCount == 2)
        #expect(throws: FormatError.self) { try films.transcript("s09e01a") }
        #expect(throws: FormatError.self) { try films.study("sub-01", task: "friends", runs: ["x"]) }
    }

    @Test func stories() throws {
        let stories = try LeBelStories.open(folder("lebel"))
        let study = try stories.study("UTS01", stories: ["wheretheressmoke", "adollshouse"])
        #expect(isOrdered(study.responses, samples: [10, 11, 12, 13, 0, 1, 2, 3, 4, 5]))
        #expect(study.runs.lengths == [4, 6])
        #expect(try stories.words("adollshouse")["text"].values(as: String.self) == ["she", "left"])
        #expect(throws: FormatError.self) { try stories.study("UTS01", stories: ["legacy"]) }

        let narratives = try Narratives.open(folder("narratives"))
        let pieman = try narratives.study("sub-001", task: "pieman")
        #expect(pieman.runs.lengths == [6, 3] && isOrdered(pieman.responses.columns(0..<4)))
        #expect(pieman.responses[0, 4] == 100)
        #expect(try pieman.space.surfaces.map(\.meshVertexCount) == [4, 3])
        #expect(try narratives.words("pieman").rowCount == 2)
        #expect(throws: FormatError.self) { try narratives.study("sub-001", task: "pieman", smoothed: true) }
    }

    @Test func things() throws {
        let data = try ThingsFMRI.open(folder("things"))
        #expect(try data.regions("sub-01") == ["V1", "lFFA", "rFFA"])
        let study = try data.study("sub-01", in: ["lFFA", "rFFA"])
        #expect(isOrdered(study.responses, voxels: [1, 3, 4]) && study.runs.lengths == [2, 2, 2])
        #expect(study.stimuli[1] == "object_01s.jpg")
        #expect(try study.regions(inSet: "lFFA").voxels(in: "lFFA") == [1, 2])
        #expect(try study.space.shape == [4, 3, 2] && study.space.indices == [9, 15, 22])
        #expect(isOrdered(try data.study("sub-01").responses))
        let ceiling = try data.ceiling("sub-01", in: ["lFFA", "rFFA"])
        // The table's own ceilings of the mean over twelve presentations.
        for (found, percent) in zip(ceiling.r, [75, 38.7, 88.9]) {
            #expect(abs(found * found - percent / 100) < 1e-3)
        }
        #expect(throws: BrainError.self) { try data.study("sub-01", in: ["FFA"]) }
    }

    @Test func bold5000() throws {
        let data = try BOLD5000.open(folder("bold5000"))
        let study = try data.study("CSI1")
        #expect(study.responses.columns == 9 && study.stimuli.last == "rep_c.jpg")
        #expect(try study.regions.voxels(in: "LHPPA") == [2, 3, 4])
        #expect(study.responses[1, 2] == 101 && abs(study.responses[3, 8] - 203.03) < 1e-4)
        #expect(data.missing.contains { $0.hasSuffix("RHRSC.npy") })
    }

    @Test func derivativesOfFMRIPrep() throws {
        let data = try FMRIPrep.open(folder("fmriprep"))
        #expect(try data.spaces(of: "sub-01", task: "story") == ["MNI152NLin2009cAsym", "fsaverage5"])
        let raw = try data.study("sub-01", task: "story", space: "MNI152NLin2009cAsym")
        #expect(raw.responses.rows == 80 && raw.runs.lengths == [40, 40])
        // The mask of the second run lacks a voxel.
        #expect(try raw.space.indices == [16, 19, 28, 31, 40])
        let clean = try data.study(
            "sub-01", task: "story", space: "MNI152NLin2009cAsym", confounds: [.motion(.full), .cosine])
        // The same by hand, run by run.
        for (run, rows) in raw.runs.ranges.enumerated() {
            let path =
                "derivatives/fmriprep/sub-01/func/sub-01_task-story_run-\(run + 1)_desc-confounds_timeseries.tsv"
            let table = try DataTable.open(folder("fmriprep").appendingPathComponent(path))
            let confounds = try table.confounds(.motion(.full), .cosine)
            let expected = try raw.responses.rows(rows).cleaned(confounds: confounds.matrix)
            #expect(clean.responses.rows(rows).elements == expected.elements)
        }
        let cortex = try data.study("sub-01", task: "story", space: "fsaverage5")
        #expect(isOrdered(cortex.responses.rows(0..<40).columns(0..<4)))
        #expect(cortex.responses[0, 4] == 100)
        #expect(try data.events("sub-01", task: "story", space: "fsaverage5").map(\.rowCount) == [2, 2])
        let error = #expect(throws: FormatError.self) { try data.study("sub-01", task: "story") }
        #expect(error?.description.contains("fsaverage5") == true)
        #expect(throws: FormatError.self) { try data.study("sub-01", task: "rest") }
    }

    @Test(arguments: [
        ("pereira2018", Pereira2018.title), ("shortclips", Shortclips.title), ("haxby2001", Haxby2001.title),
        ("nsd", NaturalScenes.title), ("algonauts2023", Algonauts2023.title),
        ("algonauts2025", Algonauts2025.title), ("lebel", LeBelStories.title),
        ("narratives", Narratives.title),
        ("things", ThingsFMRI.title), ("bold5000", BOLD5000.title), ("fmriprep", FMRIPrep.title),
    ])
    func describing(_ name: String, _ title: String) throws {
        let found = try Study.describe(folder(name))
        #expect(found.layout == title && !found.subjects.isEmpty)
        #expect(found.parts.contains { !$0.found.isEmpty })
        #expect("\(found)".contains(title))
    }

    @Test func foldersWithoutALayoutAreRefused() throws {
        let empty = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: empty, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: empty) }
        let error = #expect(throws: FormatError.self) { try Study.describe(empty) }
        #expect(error?.description.contains(Pereira2018.title) == true)
        #expect(throws: FormatError.self) { try Shortclips.open(empty) }
        #expect(throws: FormatError.self) { try NaturalScenes.open(empty.appendingPathComponent("missing")) }
    }

    @Test func filesThatAreNotDownloadedAreNamed() throws {
        let copy = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.copyItem(at: folder("lebel"), to: copy)
        defer { try? FileManager.default.removeItem(at: copy) }
        let path = "derivative/preprocessed_data/UTS01/adollshouse.hf5"
        try FileManager.default.removeItem(at: copy.appendingPathComponent(path))
        try FileManager.default.createSymbolicLink(
            atPath: copy.appendingPathComponent(path).path,
            withDestinationPath:
                "../../../.git/annex/objects/aa/bb/MD5E-s1234--\(String(repeating: "a", count: 32)).hf5/MD5E-s1234--\(String(repeating: "a", count: 32)).hf5"
        )
        let data = try LeBelStories.open(copy)
        #expect(data.parts[0].notDownloaded == [path])
        let error = #expect(throws: FormatError.self) { try data.study("UTS01", stories: ["adollshouse"]) }
        #expect(error?.description.contains("datalad get") == true)
    }
}
