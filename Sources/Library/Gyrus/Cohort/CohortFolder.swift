import Brain
import Encoding
import Formats
import Foundation
import Tensors

/// A folder of a cohort's scores: one HDF5 file for each subject and layer, each of which is whole or absent.
///
/// | file | dataset | what |
/// | --- | --- | --- |
/// | `cohort.h5` | `/models`, `/layers`, `/selecting`, `/settings`, `/subjects` | names; how the scores were made |
/// | `NAME/subject.h5` | `/has_response` | 1 for a voxel that has a response other than zero |
/// | | `/regions`, `/region_groups` | the names and groups of the regions, in their order |
/// | | `/region_of_voxel` | the number of each voxel's region among these, from 1; 0 for none |
/// | | `/region_table/…` | the same regions with their ids in the atlas and their colors |
/// | | `/region_sets` | the names of further sets of regions |
/// | | `/region_set_1/…` | the same of the first of them |
/// | | `/explainable_variance`, `/repeats` | the noise ceiling |
/// | | `/sha256` | of a study: the checksums of the responses and of the regions |
/// | | `/read_from/paths`, `bytes`, `modified` | the files that they were read from |
/// | `NAME/layer-1.h5` | `/r2`, `/r` | models x voxels; NaN for a model without scores |
/// | | `/has_scores` | 1 for a model with scores; absent where all have |
struct CohortFolder: Sendable {
    let url: URL

    private var index: URL { url.appendingPathComponent("cohort.h5") }

    private func folder(of subject: String) -> URL { url.appendingPathComponent(subject, isDirectory: true) }

    private func file(of subject: String, layer: Int) -> URL {
        folder(of: subject).appendingPathComponent("layer-\(layer + 1).h5")
    }

    /// Whether there is a cohort.
    var exists: Bool { FileManager.default.fileExists(atPath: index.path) }

    /// Throws `FormatError` if a subject's name cannot be that of a folder in this one.
    func check(nameOf subject: Cohort.Subject) throws {
        let name = subject.name
        guard
            !name.isEmpty, !name.hasPrefix("."), !name.contains("/"), name != index.lastPathComponent
        else {
            throw FormatError(
                url, "the name of a subject", expected: "one that a folder can have", found: "\"\(name)\"")
        }
    }

    /// Throws `FormatError` if the folder's cohort cannot be read, or another one is no later state of it.
    func check(canBecome cohort: Cohort) throws {
        let (former, settings) = try open()
        guard settings.isEmpty else {
            throw FormatError(
                url, "the cohort in it", expected: "one that was written (`Cohort.write(to:)`)",
                found: "that of a study, which goes on there; take another folder")
        }
        for (what, new, old) in [
            ("the models", cohort.models, former.models), ("the layers", cohort.layers, former.layers),
            (
                "the model that selects voxels", [cohort.selectingModel ?? "none"],
                [former.selectingModel ?? "none"]
            ),
        ] where new != old {
            throw FormatError(
                url, "\(what) of the cohort in it", expected: new.joined(separator: ", "),
                found: old.joined(separator: ", "))
        }
        let names = Set(cohort.subjects.map(\.name))
        if let lost = former.subjects.first(where: { !names.contains($0.name) }) {
            throw FormatError(
                url, "the subjects of the cohort in it",
                expected: "all among the new ones (\(cohort.subjects.map(\.name).joined(separator: ", ")))",
                found: "also \(lost.name); take another folder")
        }
    }

    /// Writes the names. It comes last: what they name is there then, and a write that ends early leaves what can be opened.
    func write(_ cohort: Cohort, settings: [String]) throws {
        try makeFolder(url)
        try HDF5File.create(index) { file in
            try file.write(cohort.models, to: "/models")
            try file.write(cohort.layers, to: "/layers")
            try file.write(cohort.selectingModel.map { [$0] } ?? [], to: "/selecting")
            try file.write(settings, to: "/settings")
            try file.write(cohort.subjects.map(\.name), to: "/subjects")
        }
    }

    /// Writes a subject without its scores, and what a study scored it from; throws `FormatError` if its name cannot be
    /// that of a folder.
    func write(_ subject: Cohort.Subject, from origin: SubjectOrigin? = nil) throws {
        try check(nameOf: subject)
        let folder = folder(of: subject.name)
        try makeFolder(folder)
        try HDF5File.create(folder.appendingPathComponent("subject.h5")) { file in
            try file.write(
                subject.hasResponse.map { $0 ? 1 : 0 }, shape: [subject.voxelCount], to: "/has_response")
            func write(_ regions: Regions, in group: String) throws {
                try file.write(regions.names, to: "\(group)/regions")
                try file.write(regions.regions.map(\.group), to: "\(group)/region_groups")
                try file.write(regions.regions, to: "\(group)/region_table")
                try file.write(regions.places.map { ($0 ?? -1) + 1 }, to: "\(group)/region_of_voxel")
            }
            if let regions = subject.regions { try write(regions, in: "") }
            if !subject.regionSets.isEmpty {
                try file.write(subject.regionSets.map(\.name), to: "/region_sets")
                for (number, set) in subject.regionSets.enumerated() {
                    try write(set.regions, in: "/region_set_\(number + 1)")
                }
            }
            if let ceiling = subject.ceiling {
                try file.write(Matrix([ceiling.explainableVariance]), to: "/explainable_variance")
                try file.write([ceiling.repeats], to: "/repeats")
            }
            if let origin {
                try file.write([origin.responses, origin.regions], to: "/sha256")
            }
            if let origin, !origin.files.isEmpty {
                try file.write(origin.files.map(\.path), to: "/read_from/paths")
                try file.write(origin.files.map(\.bytes), to: "/read_from/bytes")
                try file.write(origin.files.map(\.modified), to: "/read_from/modified")
            }
        }
    }

    /// What a study scored a subject from; nil if the folder is of an earlier version, which did not keep it.
    func origin(of subject: String) throws -> SubjectOrigin? {
        let file = try HDF5File.open(folder(of: subject).appendingPathComponent("subject.h5"))
        guard file.contains("/sha256") else { return nil }
        let sums = try file.dataset("/sha256").strings()
        let hasFiles = file.contains("/read_from/paths")
        let paths = hasFiles ? try file.dataset("/read_from/paths").strings() : []
        let bytes = hasFiles ? try file.dataset("/read_from/bytes").integers() : []
        let modified = hasFiles ? try file.dataset("/read_from/modified").integers() : []
        guard sums.count == 2, bytes.count == paths.count, modified.count == paths.count else {
            throw FormatError(
                file.url, "\"/sha256\" and \"/read_from\"",
                expected: "2 checksums, and a size and a date for each of \(paths.count) files",
                found: "\(sums.count), \(bytes.count) and \(modified.count)")
        }
        return SubjectOrigin(
            responses: sums[0], regions: sums[1],
            files: paths.indices.map {
                SubjectOrigin.ReadFile(path: paths[$0], bytes: bytes[$0], modified: modified[$0])
            })
    }

    /// Writes the scores of all models in one layer; nil for a model that has none.
    func write(_ scores: [VoxelScores?], of subject: String, layer: Int) throws {
        guard let voxels = scores.lazy.compactMap({ $0?.r2.count }).first else { return }
        let none = [Double](repeating: .nan, count: voxels)
        try HDF5File.create(file(of: subject, layer: layer)) { file in
            try file.write(Matrix(scores.map { $0?.r2 ?? none }), to: "/r2")
            try file.write(Matrix(scores.map { $0?.r ?? none }), to: "/r")
            if scores.contains(where: { $0 == nil }) {
                try file.write(scores.map { $0 == nil ? 0 : 1 }, to: "/has_scores")
            }
        }
    }

    /// Removes the scores of a layer of a subject, if there are any.
    func remove(layer: Int, of subject: String) throws {
        guard contains(subject, layer: layer) else { return }
        try FileManager.default.removeItem(at: file(of: subject, layer: layer))
    }

    /// Whether a layer of a subject has scores.
    func contains(_ subject: String, layer: Int) -> Bool {
        FileManager.default.fileExists(atPath: file(of: subject, layer: layer).path)
    }

    /// Which models have scores in a layer; throws `FormatError` if the file is not as expected.
    private func scored(_ subject: String, layer: Int, models: Int) throws -> [Bool] {
        let url = file(of: subject, layer: layer)
        let file = try HDF5File.open(url)
        guard file.contains("/has_scores") else { return [Bool](repeating: true, count: models) }
        let scored = try file.dataset("/has_scores").integers()
        guard scored.count == models else {
            throw FormatError(url, "\"/has_scores\"", expected: "\(models) models", found: "\(scored.count)")
        }
        return scored.map { $0 != 0 }
    }

    /// The scores of one model; throws `FormatError` if the file is not as expected.
    func scores(of subject: String, layer: Int, model: Int, models: Int, voxels: Int) throws -> VoxelScores {
        let url = file(of: subject, layer: layer)
        let file = try HDF5File.open(url)
        let rows = try ["/r2", "/r"].map { path in
            let dataset = try file.dataset(path)
            guard dataset.shape == [models, voxels] else {
                throw FormatError(
                    url, "\"\(path)\"", expected: "\(models) models x \(voxels) voxels",
                    found: "\(dataset.shape)")
            }
            let row: Matrix<Double> = try dataset.matrix(rows: model..<model + 1, as: Double.self)
            return row.row(0)
        }
        return try VoxelScores(r2: rows[0], r: rows[1])
    }

    /// The cohort, whose scores stay in their files, and how they were made.
    func open() throws -> (cohort: Cohort, settings: [String]) {
        guard exists else { throw FormatError(url, "has no cohort.h5, so that it holds no cohort") }
        let file = try HDF5File.open(index)
        let selecting = try file.dataset("/selecting").strings()
        var cohort = try Cohort(
            models: file.dataset("/models").strings(), layers: file.dataset("/layers").strings(),
            selectingModel: selecting.first)
        for name in try file.dataset("/subjects").strings() {
            try add(name, to: &cohort)
        }
        return (cohort, try file.dataset("/settings").strings())
    }

    private func add(_ name: String, to cohort: inout Cohort) throws {
        let file = try HDF5File.open(folder(of: name).appendingPathComponent("subject.h5"))
        let responding = try file.dataset("/has_response")
        guard responding.shape.count == 1 else {
            throw FormatError(
                file.url, "\"/has_response\"", expected: "one dimension", found: "\(responding.shape)")
        }
        let hasResponse = try responding.integers().map { $0 != 0 }
        let voxels = hasResponse.count
        let regions = file.contains("/regions") ? try self.regions(of: file, in: "", voxels: voxels) : nil
        let sets = file.contains("/region_sets") ? try file.dataset("/region_sets").strings() : []
        let regionSets = try sets.enumerated().map { number, name in
            RegionSet(name, try self.regions(of: file, in: "/region_set_\(number + 1)", voxels: voxels))
        }
        var ceiling: NoiseCeiling?
        if file.contains("/explainable_variance") {
            let share: Matrix<Double> = try file.dataset("/explainable_variance").matrix(as: Double.self)
            let repeats = try file.dataset("/repeats").integers()
            ceiling = try NoiseCeiling(
                explainableVariance: share.rows == 1 ? share.row(0) : [], repeats: repeats.first ?? 0)
        }
        _ = try cohort.add(
            name, regions: regions, regionSets: regionSets, hasResponse: hasResponse, ceiling: ceiling)
        for layer in cohort.layers.indices where contains(name, layer: layer) {
            let scored = try scored(name, layer: layer, models: cohort.models.count)
            refer(to: layer, of: name, models: scored, in: &cohort)
        }
    }

    private func regions(of file: HDF5File, in group: String, voxels: Int) throws -> Regions {
        let names = try file.dataset("\(group)/regions").strings()
        let groups = try file.dataset("\(group)/region_groups").strings()
        let numbers = try file.dataset("\(group)/region_of_voxel").integers()
        guard groups.count == names.count, numbers.count == voxels else {
            throw FormatError(
                file.url, "\"\(group)/regions\"", expected: "\(names.count) groups and \(voxels) numbers",
                found: "\(groups.count) and \(numbers.count)")
        }
        if let regions = try file.regions(at: "\(group)/region_table") {
            guard regions.map(\.name) == names, numbers.allSatisfy({ 0...names.count ~= $0 }) else {
                throw FormatError(
                    file.url, "\"\(group)/region_table\"", expected: "the regions of \"\(group)/regions\"",
                    found: "others")
            }
            return Regions(regions, places: numbers.map { $0 == 0 ? nil : $0 - 1 })
        }
        // Earlier files have no table.
        return try Regions(
            labels: numbers,
            table: RegionTable(
                name: "\(file.url.lastPathComponent)",
                regions: zip(names, groups).enumerated().map {
                    Region(id: $0 + 1, name: $1.0, group: $1.1)
                }))
    }

    /// Has the cohort read a layer's scores from their file, of all models or those that have some.
    func refer(to layer: Int, of name: String, models: [Bool]? = nil, in cohort: inout Cohort) {
        guard let place = cohort.subjects.firstIndex(where: { $0.name == name }) else { return }
        for model in cohort.models.indices where models?[model] ?? true {
            cohort.subjects[place].scores[model][layer] = .inFile(self)
        }
    }
}

extension Cohort {
    /// Opens a cohort that was written to a folder, or that an interrupted study left there; scores are read when they
    /// are needed.
    ///
    /// Throws `FormatError` if the folder holds none, or a file is not as expected.
    public static func open(_ folder: some FileLocation) throws -> Cohort {
        try CohortFolder(url: folder.fileURL).open().cohort
    }

    /// Writes the cohort to a folder, one HDF5 file for each subject and layer, each of which is whole or absent.
    ///
    /// ```swift
    /// try cohort.write(to: "results/text-study")
    /// let again = try Cohort.open("results/text-study")
    /// ```
    ///
    /// An earlier state of the cohort in the folder is
    /// replaced: one with the same models and layers and none but these subjects. Throws `FormatError` if there is another
    /// cohort in the folder, a study's (`LuEtAl2022`) or one that cannot be read, or a file cannot be written.
    public func write(to folder: some FileLocation) throws {
        let target = CohortFolder(url: folder.fileURL)
        if target.exists { try target.check(canBecome: self) }
        for subject in subjects { try target.check(nameOf: subject) }
        for (place, subject) in subjects.enumerated() {
            try target.write(subject)
            for layer in layers.indices {
                let known = try models.indices.map { model in
                    try subject.scores[model][layer].map { _ in
                        try scores(of: place, model: model, layer: layer)
                    }
                }
                if known.allSatisfy({ $0 == nil }) {
                    try target.remove(layer: layer, of: subject.name)
                } else {
                    try target.write(known, of: subject.name, layer: layer)
                }
            }
        }
        try target.write(self, settings: [])
    }
}
