import Brain
import Encoding
import Foundation

/// The scores of several subjects under several models, layer by layer: subjects x models x layers.
///
/// ```swift
/// var cohort = try Cohort(models: ["image", "text"], layers: ["layer 1", "layer 2"])
/// try cohort.add(study)
/// try cohort.set(scores, subject: study.name, model: "image", layer: "layer 1")
/// print(cohort.missing)                                      // what is still to be fitted
/// try cohort.byLayer()                                       // a curve for each model, SD over subjects
/// try cohort.byRegion(model: "image", layer: "layer 1")      // RegionScores over subjects
/// ```
///
/// Each subject has its own voxels; regions are matched by name, and a subject may lack some. Scores that were read
/// from a folder stay in their files until they are needed.
public struct Cohort: Sendable {
    /// One subject: its voxels, and the scores of each model and layer.
    public struct Subject: Sendable {
        /// The subject's name.
        public let name: String
        /// The region of each voxel; nil if they are not known.
        public let regions: Regions?
        /// Further sets of regions, which may overlap one another.
        public let regionSets: [RegionSet]
        /// Whether each voxel has a response other than zero.
        public let hasResponse: [Bool]
        /// The noise ceiling of each voxel; nil if it is not known.
        public let ceiling: NoiseCeiling?
        /// Models x layers; nil for what has not been fitted.
        var scores: [[StoredScores?]]

        /// How many voxels there are.
        public var voxelCount: Int { hasResponse.count }
    }

    /// Scores in memory, or where they are.
    enum StoredScores: Sendable {
        case inMemory(VoxelScores)
        case inFile(CohortFolder)
    }

    /// What has no scores yet.
    public struct Cell: Sendable, Equatable, CustomStringConvertible {
        public let subject: String
        public let model: String
        public let layer: String
        public var description: String { "\(subject), \(model), \(layer)" }
    }

    /// The names of the models, or of the bands of features of one model.
    public let models: [String]
    /// The names of the layers, in order.
    public let layers: [String]
    /// The model whose R2 decides which voxels `.pos` and `.pos90` select; nil if each model's own does.
    public let selectingModel: String?
    /// The subjects, in the order in which they were added.
    public internal(set) var subjects: [Subject] = []

    /// A cohort without subjects.
    ///
    /// - Parameters:
    ///   - models: the names of the models.
    ///   - layers: the names of the layers that every model has, in order.
    ///   - selectingModel: the model whose R2 decides which voxels `.pos` and `.pos90` select; nil if each model's own does.
    ///
    /// Throws `BrainError.value` if there is no model or layer, a name occurs twice, or there is no such model.
    public init(models: [String], layers: [String], selectingModel: String? = nil) throws {
        for (what, names) in [("models", models), ("layers", layers)] {
            guard !names.isEmpty, Set(names).count == names.count, !names.contains("") else {
                throw BrainError.value(
                    what: "the list of \(what)", got: "\(names)",
                    expected: "one or more different names, none empty")
            }
        }
        self.models = models
        self.layers = layers
        self.selectingModel = selectingModel
        if let selectingModel { _ = try place(of: selectingModel, in: models, "model") }
    }

    /// Adds a subject without scores.
    ///
    /// - Parameters:
    ///   - study: its name, voxels and regions; the responses are not kept.
    ///   - ceiling: the noise ceiling of each voxel, if it is known.
    ///
    /// Throws `BrainError` if there is a subject of that name, or the ceiling is of another number of voxels.
    public mutating func add(_ study: Study, ceiling: NoiseCeiling? = nil) throws {
        _ = try add(study, named: study.name, ceiling: ceiling)
    }

    /// Adds the subject of a study under another name.
    mutating func add(_ study: Study, named name: String, ceiling: NoiseCeiling?) throws -> Subject {
        try add(
            name, regions: study.regionsIfKnown, regionSets: study.regionSets,
            hasResponse: study.voxelsWithResponse, ceiling: ceiling)
    }

    mutating func add(
        _ name: String, regions: Regions?, regionSets: [RegionSet], hasResponse: [Bool],
        ceiling: NoiseCeiling?
    ) throws -> Subject {
        guard !subjects.contains(where: { $0.name == name }) else {
            throw BrainError.value(
                what: "the subject", got: "\"\(name)\"", expected: "another one: the cohort has \"\(name)\"")
        }
        if let ceiling, ceiling.r.count != hasResponse.count {
            throw BrainError.count(
                what: "noise ceilings of \(name)", got: ceiling.r.count, expected: hasResponse.count,
                of: "voxels")
        }
        let subject = Subject(
            name: name, regions: regions, regionSets: regionSets, hasResponse: hasResponse,
            ceiling: ceiling, scores: models.map { _ in layers.map { _ in nil } })
        subjects.append(subject)
        return subject
    }

    /// Sets the scores of a subject's voxels under a model and layer.
    ///
    /// - Parameters:
    ///   - scores: one for each voxel of the subject.
    ///   - subject: the name of the subject.
    ///   - model: the name of the model.
    ///   - layer: the name of the layer.
    ///
    /// Throws `BrainError` if there is no such subject, model or layer, or the scores are of another number of voxels.
    public mutating func set(_ scores: VoxelScores, subject: String, model: String, layer: String) throws {
        let place = (
            try self.place(of: subject, in: subjects.map(\.name), "subject"),
            try self.place(of: model, in: models, "model"), try self.place(of: layer, in: layers, "layer")
        )
        guard scores.count == subjects[place.0].voxelCount else {
            throw BrainError.count(
                what: "scores of \(subject)", got: scores.count, expected: subjects[place.0].voxelCount,
                of: "voxels of the subject")
        }
        subjects[place.0].scores[place.1][place.2] = .inMemory(scores)
    }

    /// Sets the scores of all layers of a model.
    ///
    /// - Parameters:
    ///   - scores: the scores by layer, in the order of the cohort's layers.
    ///   - subject: the name of the subject.
    ///   - model: the name of the model.
    ///
    /// Throws `BrainError` as for one layer, and if the layers are not those of the cohort.
    public mutating func set(_ scores: LayerScores, subject: String, model: String) throws {
        guard scores.names == layers else {
            throw BrainError.value(
                what: "the layers of \(model) in \(subject)", got: scores.names.joined(separator: ", "),
                expected: layers.joined(separator: ", ") + ", as in the cohort")
        }
        for (layer, scores) in scores { try set(scores, subject: subject, model: model, layer: layer) }
    }

    /// The scores of a subject's voxels under a model and layer.
    ///
    /// - Parameters:
    ///   - subject: the name of the subject.
    ///   - model: the name of the model.
    ///   - layer: the name of the layer.
    ///
    /// Throws `BrainError` if there is no such subject, model or layer, or it has not been fitted; `FormatError` if its
    /// file cannot be read.
    public func scores(of subject: String, model: String, layer: String) throws -> VoxelScores {
        try scores(
            of: place(of: subject, in: subjects.map(\.name), "subject"),
            model: place(of: model, in: models, "model"), layer: place(of: layer, in: layers, "layer"))
    }

    /// The scores of all layers of a model in one subject; throws as for one layer.
    public func layerScores(of subject: String, model: String) throws -> LayerScores {
        try LayerScores(layers.map { ($0, try scores(of: subject, model: model, layer: $0)) })
    }

    func scores(of subject: Int, model: Int, layer: Int) throws -> VoxelScores {
        switch subjects[subject].scores[model][layer] {
        case .inMemory(let scores): return scores
        case .inFile(let folder):
            return try folder.scores(
                of: subjects[subject].name, layer: layer, model: model, models: models.count,
                voxels: subjects[subject].voxelCount)
        case nil:
            throw BrainError.value(
                what: "the scores of \(subjects[subject].name), \(models[model]), \(layers[layer])",
                got: "missing", expected: "fitted first; `missing` lists what is not")
        }
    }

    /// The subjects, models and layers without scores.
    public var missing: [Cell] {
        subjects.flatMap { subject in
            layers.indices.flatMap { layer in
                models.indices.filter { subject.scores[$0][layer] == nil }.map {
                    Cell(subject: subject.name, model: models[$0], layer: layers[layer])
                }
            }
        }
    }

    /// The subject of that name; throws `BrainError.value` if there is none.
    public subscript(name: String) -> Subject {
        get throws { subjects[try place(of: name, in: subjects.map(\.name), "subject")] }
    }

    func place(of name: String, in names: [String], _ what: String) throws -> Int {
        guard let place = names.firstIndex(of: name) else {
            throw BrainError.value(
                what: "the \(what)", got: "\"\(name)\"",
                expected: names.isEmpty
                    ? "one of the cohort's, which has none" : "one of \(names.joined(separator: ", "))")
        }
        return place
    }

    /// A subject's scores under some models in one layer, each with the voxels that a rule selects; nil for all that have
    /// a score. Each file of scores is read once.
    func scores(
        of subject: Int, models places: [Int], layer: Int, select rule: VoxelSelection?
    ) throws -> [(scores: VoxelScores, isSelected: [Bool]?)] {
        let found = try places.map { try scores(of: subject, model: $0, layer: layer) }
        guard let rule else { return found.map { ($0, nil) } }
        guard let selectingModel else {
            return try found.map { ($0, try selection(by: rule, of: subject, scored: $0)) }
        }
        let model = try place(of: selectingModel, in: models, "model")
        let deciding =
            try places.firstIndex(of: model).map { found[$0] }
            ?? scores(of: subject, model: model, layer: layer)
        let isSelected = try selection(by: rule, of: subject, scored: deciding)
        return found.map { ($0, isSelected) }
    }

    /// Which voxels of a subject a rule selects by some scores.
    private func selection(
        by rule: VoxelSelection, of subject: Int, scored scores: VoxelScores
    ) throws -> [Bool] {
        let person = subjects[subject]
        return try rule.isSelected(
            r2: scores.r2, voxels: person.voxelCount, hasResponse: { person.hasResponse },
            regions: { try regions(of: subject) }, of: "voxels of \(person.name)")
    }

    /// The regions of a subject, or those of a set of it; throws `BrainError.value` if there are none.
    func regions(of subject: Int, inSet name: String? = nil) throws -> Regions {
        let person = subjects[subject]
        let sets = person.regionSets.map(\.name)
        guard let name else {
            guard let regions = person.regions else {
                throw BrainError.value(
                    what: "the subject \(person.name)", got: "without regions",
                    expected: sets.isEmpty
                        ? "added by a study that has regions"
                        : "a set of regions by its name (`inSet:`), one of \(sets.joined(separator: ", "))")
            }
            return regions
        }
        guard let set = person.regionSets.first(where: { $0.name == name }) else {
            throw BrainError.value(
                what: "the set of regions of \(person.name)", got: "\"\(name)\"",
                expected: sets.isEmpty
                    ? "one of a study that has sets, and this one had none"
                    : "one of \(sets.joined(separator: ", "))")
        }
        return set.regions
    }
}
