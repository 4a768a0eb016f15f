import Brain
import Encoding
import Formats
import Foundation
import Tables
import Tensors
import Testing

/// Copies of the small published data sets (Tests/Oracles/layouts.py) in which something is unusual or wrong.
@Suite("Published layouts with unusual and malformed files")
struct OddLayoutTests {
    /// Calls `body` with a copy of a data set, which is gone afterwards.
    private func withCopy(of name: String, _ body: (URL) throws -> Void) throws {
        let copy = FileManager.default.temporaryDirectory.appendingPathComponent(
            "gyrus-test-\(UUID().uuidString)")
        try FileManager.default.copyItem(at: LayoutTests.root.appendingPathComponent(name), to: copy)
        defer { try? FileManager.default.removeItem(at: copy) }
        try body(copy)
    }

    private func copy(_ name: String, to other: String, in folder: URL) throws {
        let target = folder.appendingPathComponent(other)
        try? FileManager.default.removeItem(at: target)
        try FileManager.default.copyItem(at: folder.appendingPathComponent(name), to: target)
    }

    /// What an error says that `body` throws.
    private func refusal(_ body: () throws -> Void) -> String {
        (#expect(throws: FormatError.self) { try body() })?.description ?? ""
    }

    @Test(
        "hemispheres of recordings that differ in one entity alone stay together", arguments: ["acq", "rec"])
    func acquisitions(_ entity: String) throws {
        try withCopy(of: "fmriprep") { folder in
            let functional = folder.appendingPathComponent("derivatives/fmriprep/sub-01/func")
            for name in try FileManager.default.contentsOfDirectory(atPath: functional.path) {
                let other = name.replacing("run-1", with: "\(entity)-x").replacing(
                    "run-2", with: "\(entity)-y")
                try FileManager.default.moveItem(
                    at: functional.appendingPathComponent(name),
                    to: functional.appendingPathComponent(other))
            }
            let study = try FMRIPrep.open(folder).study("sub-01", task: "story", space: "fsaverage5")
            #expect(study.runs.lengths == [40, 40])
            #expect(study.responses.row(40) == study.responses.row(0) && study.responses[40, 4] == 100)
        }
    }

    @Test("the cohort of a template is no part of a recording's name, and two are not mixed")
    func cohorts() throws {
        try withCopy(of: "fmriprep") { folder in
            let functional = folder.appendingPathComponent("derivatives/fmriprep/sub-01/func")
            let template = "space-MNI152NLin2009cAsym"
            let names = try FileManager.default.contentsOfDirectory(atPath: functional.path)
            for name in names where name.contains(template) {
                let other = name.replacing(template, with: "space-MNIPediatricAsym_cohort-1")
                try FileManager.default.moveItem(
                    at: functional.appendingPathComponent(name),
                    to: functional.appendingPathComponent(other))
            }
            let data = try FMRIPrep.open(folder)
            let study = try data.study(
                "sub-01", task: "story", space: "MNIPediatricAsym", confounds: [.motion(.basic)])
            #expect(study.runs.lengths == [40, 40])
            let run =
                "derivatives/fmriprep/sub-01/func/sub-01_task-story_run-1_space-MNIPediatricAsym_cohort-"
            let ending = "_desc-preproc_bold.nii.gz"
            try copy("\(run)1\(ending)", to: "\(run)2\(ending)", in: folder)
            let error = refusal { _ = try data.study("sub-01", task: "story", space: "MNIPediatricAsym") }
            #expect(error.contains("of one resolution and cohort"))
        }
    }

    @Test("runs in the scanner's own space are not read, and are said to be there")
    func nativeSpace() throws {
        try withCopy(of: "fmriprep") { folder in
            let path = "derivatives/fmriprep/sub-01/func"
            let native = "\(path)/sub-01_task-story_run-1_desc-preproc_bold.nii.gz"
            let image = "\(path)/sub-01_task-story_run-1_space-MNI152NLin2009cAsym_desc-preproc_bold.nii.gz"
            // The folder is read at each question.
            let before = try FMRIPrep.open(folder)
            let (parts, missing) = (before.parts, before.missing)
            let spaces = try before.spaces(of: "sub-01", task: "story")
            try copy(image, to: native, in: folder)
            let data = try FMRIPrep.open(folder)
            #expect(data.parts.dropLast() == parts[...] && data.missing == missing)
            #expect(data.parts.last?.name == "in the scanner's own space, not read")
            #expect(data.parts.last?.found == [native])
            #expect(try data.spaces(of: "sub-01", task: "story") == spaces)
            let functional = folder.appendingPathComponent(path)
            for name in try FileManager.default.contentsOfDirectory(atPath: functional.path)
            where name.contains("space-") {
                try FileManager.default.removeItem(at: functional.appendingPathComponent(name))
            }
            let error = refusal { _ = try FMRIPrep.open(folder) }
            #expect(error.contains("own space alone") && error.contains(native))
        }
    }

    @Test("samples that are not in a steady state are left out, and the confounds say which")
    func steadyState() throws {
        try withCopy(of: "fmriprep") { folder in
            let path =
                "derivatives/fmriprep/sub-01/func/sub-01_task-story_run-2_desc-confounds_timeseries.tsv"
            let url = folder.appendingPathComponent(path)
            let lines = try String(contentsOf: url, encoding: .utf8).split(separator: "\n")
            let marked = lines.enumerated().map { row, line in
                line + (row == 0 ? "\tnon_steady_state_outlier00" : row == 1 ? "\t1" : "\t0")
            }
            try marked.joined(separator: "\n").write(to: url, atomically: true, encoding: .utf8)
            let data = try FMRIPrep.open(folder)
            let raw = try data.study("sub-01", task: "story", space: "fsaverage5")
            #expect(raw.runs.lengths == [40, 40])
            let clean = try data.study(
                "sub-01", task: "story", space: "fsaverage5", confounds: [.motion(.full)])
            #expect(clean.runs.lengths == [40, 39])
            let confounds = try data.confounds(
                "sub-01", task: "story", space: "fsaverage5", [.motion(.full)])
            #expect(confounds.map(\.kept) == [nil, Array(1..<40)])
            #expect(confounds[1].names.count == 24 && confounds[1].matrix.rows == 40)
            let own = raw.responses.rows(raw.runs.ranges[1])
            let expected = try own.cleaned(confounds: confounds[1].matrix, keeping: confounds[1].kept)
            #expect(clean.responses.rows(40..<79).elements == expected.elements)
        }
    }

    @Test func sessionsOfOtherVerticesAreRefused() throws {
        try withCopy(of: "nsd") { folder in
            let path = "nsddata_betas/ppdata/subj01/fsaverage/betas_fithrf_GLMdenoise_RR"
            try copy("\(path)/lh.betas_session01.mgh", to: "\(path)/lh.betas_session02.mgh", in: folder)
            try copy("\(path)/rh.betas_session01.mgh", to: "\(path)/rh.betas_session02.mgh", in: folder)
            let data = try NaturalScenes.open(folder)
            let study = try data.study("subj01", sessions: 1...2, on: .fsaverage)
            #expect(study.runs.lengths == [750, 750])
            #expect(study.responses.row(753) == study.responses.row(3))
            try copy("\(path)/lh.betas_session01.mgh", to: "\(path)/rh.betas_session02.mgh", in: folder)
            let error = refusal { _ = try data.study("subj01", sessions: 1...2, on: .fsaverage) }
            #expect(error.contains("session 2") && error.contains("[4, 4]"))
        }
    }

    @Test func labelsThatAreNotWholeAreRefused() throws {
        try withCopy(of: "algonauts2023") { folder in
            let url = folder.appendingPathComponent(
                "subj01/roi_masks/lh.floc-faces_challenge_space.npy")
            for wrong: Float in [1.5, .nan, .infinity, 1e30] {
                try NumPyArray.write(Tensor<Float>(shape: [4], elements: [0, 1, wrong, 2]), to: url)
                let error = refusal { _ = try Algonauts2023.open(folder).study("subj01") }
                #expect(error.contains("lh.floc-faces_challenge_space.npy"))
            }
        }
    }

    @Test func runsWithoutParcelsAreRefused() throws {
        try withCopy(of: "algonauts2025") { folder in
            let path = "fmri/sub-01/func/sub-01_task-movie10_small_bold.h5"
            let functional = folder.appendingPathComponent("fmri/sub-01/func")
            for name in try FileManager.default.contentsOfDirectory(atPath: functional.path) {
                try FileManager.default.removeItem(at: functional.appendingPathComponent(name))
            }
            try HDF5File.create(folder.appendingPathComponent(path)) { file in
                try file.write(Matrix<Float>(rows: 3, columns: 0), to: "ses-001_task-bourne01")
            }
            let data = try Algonauts2025.open(folder)
            #expect(refusal { _ = try data.study("sub-01", task: "movie10") }.contains("[0] parcels"))
            #expect(
                refusal { _ = try data.study("sub-01", task: "movie10", runs: []) }.contains(
                    "is 0, of [] parcels"))
        }
    }

    private func pereira() throws -> Pereira2018 {
        try Pereira2018.open(LayoutTests.root.appendingPathComponent("pereira2018-odd"))
    }

    @Test func placesMayBeIndicesOnly() throws {
        let study = try pereira().study("indices", .sentences384)
        // MATLAB counts the first axis fastest, the space the last one.
        #expect(try study.space.indices == [0, 12, 24, 36])
        #expect(try study.regions(inSet: "language").voxels(in: "LIFG") == [0, 3])
    }

    @Test(
        "what is missing in a file of Pereira et al. is refused",
        arguments: [
            ("column5", Pereira2018.Experiment.sentences384, "1 to 4"), ("few", .sentences384, "roisGordon"),
            ("twice", .sentences384, "roisGordon"), ("number", .sentences384, "text"),
            ("words", .conceptSentences, "labelsConcept"),
        ])
    func pereira(_ subject: String, _ experiment: Pereira2018.Experiment, _ words: String) throws {
        let data = try pereira()
        #expect(refusal { _ = try data.study(subject, experiment) }.contains(words))
    }

    @Test func passagesWithoutANameAreRefused() throws {
        let data = try pereira()
        let error = refusal { _ = try data.passages("passages", .sentences384) }
        #expect(error.contains("labelsPassageForEachSentence"))
    }
}
