import Brain
import Encoding

extension Cohort {
    /// The mean score of each region under one model and layer, over subjects.
    ///
    /// ```swift
    /// try cohort.byRegion(model: "image", layer: "layer 9", select: .pos90, grouped: true)
    /// ```
    ///
    /// - Parameters:
    ///   - model: the name of the model.
    ///   - layer: the name of the layer.
    ///   - score: which score: R2 or r.
    ///   - select: which voxels count; nil for all that have a score.
    ///   - grouped: whether regions are joined into their groups (the eight of AAL, say).
    ///   - set: the name of a set of regions (`Study.regionSets`); nil for the regions of the studies.
    ///
    /// A subject without a region, or without a selected voxel in it, is left out there. Throws `BrainError` if a subject
    /// has no regions, no such set or no scores, and as the rule does.
    public func byRegion(
        model: String, layer: String, _ score: VoxelScore = .r2, select: VoxelSelection? = nil,
        grouped: Bool = false, inSet set: String? = nil
    ) throws -> RegionScores {
        let (model, layer) = (
            try place(of: model, in: models, "model"), try place(of: layer, in: layers, "layer")
        )
        return try RegionScores(
            subjects: subjects.indices.flatMap {
                try byRegion(subject: $0, models: [model], layer: layer, score, select, grouped, set)
            })
    }

    /// The models compared in each region of one layer, and their differences tested over subjects.
    ///
    /// ```swift
    /// try cohort.byRegion(layer: "layer 9", test: .wilcoxon).differences
    /// ```
    ///
    /// - Parameters:
    ///   - layer: the name of the layer.
    ///   - score: which score: R2 or r.
    ///   - select: which voxels count; nil for all that have a score.
    ///   - grouped: whether regions are joined into their groups.
    ///   - set: the name of a set of regions (`Study.regionSets`); nil for the regions of the studies.
    ///   - only: the models that are compared; nil for all.
    ///   - test: how the differences are tested over subjects.
    ///   - correction: how p values are corrected for the number of comparisons.
    ///   - error: what error bars show, over subjects.
    ///   - against: the model that all others are compared with; nil compares all pairs.
    ///
    /// Throws `BrainError` with fewer than two subjects or models, and as `byRegion` of one model does.
    public func byRegion(
        layer: String, _ score: VoxelScore = .r2, select: VoxelSelection? = nil, grouped: Bool = false,
        inSet set: String? = nil, only: [String]? = nil, test: RegionTest = .pairedT,
        correction: PValueCorrection = .benjaminiHochberg, error: ErrorBar = .sd, against: String? = nil
    ) throws -> RegionComparison {
        let names = only ?? models
        let places = try names.map { try place(of: $0, in: models, "model") }
        let layer = try place(of: layer, in: layers, "layer")
        return try RegionComparison(
            subjects: subjects.indices.map { subject in
                try RegionComparison(
                    names,
                    byRegion(subject: subject, models: places, layer: layer, score, select, grouped, set))
            }, test: test, correction: correction, error: error, against: against)
    }

    /// Whether a multimodal model predicts regions better than a unimodal one in a layer, over subjects.
    ///
    /// - Parameters:
    ///   - multimodal: the name of the multimodal model.
    ///   - unimodal: the name of the unimodal model.
    ///   - layer: the name of the layer.
    ///   - score: which score: R2 or r.
    ///   - select: which voxels count; nil for all that have a score.
    ///   - grouped: whether regions are joined into their groups.
    ///   - set: the name of a set of regions (`Study.regionSets`); nil for the regions of the studies.
    ///   - test: of the paired differences over subjects.
    ///   - correction: for the number of regions.
    ///   - level: the largest q at which a difference counts as shown.
    ///
    /// Throws `BrainError` with fewer than two subjects, and as `byRegion` does.
    public func modalities(
        multimodal: String, unimodal: String, layer: String, _ score: VoxelScore = .r2,
        select: VoxelSelection? = nil, grouped: Bool = false, inSet set: String? = nil,
        test: RegionTest = .pairedT, correction: PValueCorrection = .benjaminiHochberg, level: Double = 0.05
    ) throws -> ModalityComparison {
        let places = try [multimodal, unimodal].map { try place(of: $0, in: models, "model") }
        let layer = try place(of: layer, in: layers, "layer")
        return try ModalityComparison(
            subjects: subjects.indices.map { subject in
                let both = try byRegion(
                    subject: subject, models: places, layer: layer, score, select, grouped, set)
                return (multimodal: both[0], unimodal: both[1])
            }, test: test, correction: correction, level: level)
    }

    /// The scores of one subject by region, for each of some models.
    private func byRegion(
        subject: Int, models: [Int], layer: Int, _ score: VoxelScore, _ select: VoxelSelection?,
        _ grouped: Bool, _ set: String?
    ) throws -> [RegionScores] {
        let regions = try regions(of: subject, inSet: set)
        let joined = grouped ? regions.grouped() : regions
        let found = try scores(of: subject, models: models, layer: layer, select: select)
        return try found.map { scores, isSelected in
            let values = scores.values(score)
            guard let select, let isSelected else {
                return try RegionScores(values, regions: joined, scoreName: score.title)
            }
            return try RegionScores(
                values, regions: joined, selected: isSelected, rule: select.description,
                scoreName: score.title)
        }
    }
}
