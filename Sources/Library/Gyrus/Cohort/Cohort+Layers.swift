import Brain
import Display
import Encoding
import Figures
import Tables
import Tensors

extension Cohort {
    /// The mean score over voxels by layer: a curve for each model, with a band of one SD over subjects.
    ///
    /// ```swift
    /// try cohort.byLayer(.r2, select: .pos)
    /// ```
    ///
    /// - Parameters:
    ///   - score: which score: R2 or r.
    ///   - select: which voxels are averaged; nil for all that have a score.
    ///   - only: the models that are shown; nil for all.
    ///   - title: nil for none; by default it says what the figure shows.
    ///   - note: a line below the title; nil for none, not even to say what error bars and marks mean.
    ///   - style: colors, fonts and grid.
    ///
    /// Throws `BrainError` if the cohort has no subjects or lacks scores, and as the rule does.
    public func byLayer(
        _ score: VoxelScore = .r2, select: VoxelSelection? = nil, only: [String]? = nil,
        title: String? = "", note: String? = "", style: ChartStyle = .standard
    ) throws -> LineChart {
        let names = only ?? models
        let means = try meansByLayer(score, select: select, only: names)
        return try layerChart(
            zip(names, means).map { ($0, $1) }, layers: layers, valueTitle: "mean \(score.title)",
            seriesTitle: "model",
            title: title == "" ? "\(score.title) by layer" + (select.map { " (\($0))" } ?? "") : title,
            note: note, style: style)
    }

    /// The difference of two models at each layer, tested over subjects: a row for each layer.
    ///
    /// - Parameters:
    ///   - first: the name of a model.
    ///   - second: the model whose scores are subtracted.
    ///   - score: which score: R2 or r.
    ///   - select: which voxels are averaged in each subject; nil for all that have a score.
    ///   - test: how the differences are tested over subjects.
    ///   - correction: how p values are corrected for the number of layers.
    ///
    /// The columns are the layer, the number of subjects, the means of both models and their difference, its 95 % interval
    /// by Student's t, the statistic, p and the corrected p. Throws `BrainError` with fewer than two subjects, and as
    /// `byLayer` does.
    public func testsByLayer(
        _ first: String, minus second: String, _ score: VoxelScore = .r2, select: VoxelSelection? = nil,
        test: RegionTest = .pairedT, correction: PValueCorrection = .benjaminiHochberg
    ) throws -> DataTable {
        let means = try meansByLayer(score, select: select, only: [first, second])
        // Each layer takes the place of a region: subjects x layers.
        let comparison = try RegionComparison(
            zip([first, second], means).map { ($0, Matrix($1)) }, regions: layers,
            scoreName: score.title, test: test, correction: correction)
        let rows = comparison.differences?.rows ?? []
        return Table(
            "\(first) less \(second), mean \(score.title) over voxels",
            [
                .text("layer", rows.map(\.region.name)), .counts("subjects", rows.map(\.count)),
                .numbers(first, comparison.means(of: 0)), .numbers(second, comparison.means(of: 1)),
                .numbers("difference", rows.map(\.difference)),
                .numbers("95 % interval from", rows.map { $0.interval?.lowerBound ?? .nan }),
                .numbers("95 % interval to", rows.map { $0.interval?.upperBound ?? .nan }),
                .numbers("statistic", rows.map(\.statistic)), .numbers("p", rows.map(\.p)),
                .numbers("q", rows.map(\.q)),
            ]
        ).data
    }

    /// For each of some models the mean over voxels: subjects x layers.
    func meansByLayer(
        _ score: VoxelScore, select: VoxelSelection?, only names: [String]
    ) throws -> [[[Double]]] {
        guard !subjects.isEmpty else {
            throw BrainError.value(what: "the number of subjects", got: "0", expected: "1 or more")
        }
        let places = try names.map { try place(of: $0, in: models, "model") }
        var means = names.map { _ in subjects.map { _ in layers.map { _ in Double.nan } } }
        for subject in subjects.indices {
            for layer in layers.indices {
                let found = try scores(of: subject, models: places, layer: layer, select: select)
                for (model, (scores, isSelected)) in found.enumerated() {
                    means[model][subject][layer] = try meanScore(scores.values(score), isSelected)
                }
            }
        }
        return means
    }
}
