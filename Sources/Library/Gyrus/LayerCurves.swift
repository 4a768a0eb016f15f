import Brain
import Display
import Encoding
import Figures

/// The split scores of one model of several bands, fitted to the features of each layer in turn.
///
/// ```swift
/// let first = try SplitScores(parts: [multimodal, unimodal], responses: responses)        // of the first layer
/// let splits = try LayerSplits([("layer 1", first)])
/// try splits.byLayer(bands: ["multimodal", "unimodal"])          // one curve a band, and one for both
/// ```
public struct LayerSplits: Sendable, Equatable {
    /// The names of the layers, in order.
    public let names: [String]
    /// The split scores of each layer.
    public let splits: [SplitScores]

    /// Split scores by layer; throws `BrainError` if there is no layer, a name is there twice or layers have other bands.
    ///
    /// - Parameter layers: the name of each layer and its split scores.
    public init(_ layers: [(name: String, split: SplitScores)]) throws {
        guard let first = layers.first else {
            throw BrainError.value(what: "the number of layers", got: "0", expected: "at least 1")
        }
        guard Set(layers.map(\.name)).count == layers.count else {
            throw BrainError.value(
                what: "the list of layers", got: layers.map(\.name).joined(separator: ", "),
                expected: "of different names")
        }
        for layer in layers where layer.split.r2.count != first.split.r2.count {
            throw BrainError.count(
                what: "bands of \(layer.name)", got: layer.split.r2.count, expected: first.split.r2.count,
                of: "bands of \(first.name)")
        }
        (names, splits) = (layers.map(\.name), layers.map(\.split))
    }

    /// The mean over voxels of each band's share and, last, of the joint score: curves x layers.
    fileprivate func curves(_ score: VoxelScore, _ selected: [Bool]?) throws -> [[Double]] {
        let bands = splits[0].r2.count
        return try (0...bands).map { band in
            try splits.map { split in
                let values =
                    band == bands
                    ? split.joint.values(score) : score == .r2 ? split.r2[band] : split.r[band]
                return try meanScore(values, selected)
            }
        }
    }

    /// Curves of one subject: the mean over voxels by layer, one for each band and one for all together.
    ///
    /// - Parameters:
    ///   - score: which score: R2 or r.
    ///   - bands: the names of the bands.
    ///   - selected: which voxels are averaged; nil for all that have a score.
    ///   - title: nil for none; by default it says what the figure shows.
    ///   - note: a line below the title; nil for none, not even to say what error bars and marks mean.
    ///   - style: colors, fonts and grid.
    ///
    /// Throws `BrainError` if names or truth values are of another number.
    public func byLayer(
        _ score: VoxelScore = .r2, bands: [String], selected: [Bool]? = nil, title: String? = "",
        note: String? = "", style: ChartStyle = .standard
    ) throws -> LineChart {
        try [self].byLayer(
            score, bands: bands, selected: selected.map { [$0] }, title: title, note: note, style: style)
    }
}

extension LayerSplits: CustomStringConvertible {
    /// How many layers and bands.
    public var description: String {
        "split scores of \(Number.counted(names.count, "layer")), \(Number.counted(splits[0].r2.count, "band"))"
    }
}

extension [LayerSplits] {
    /// Curves over subjects: the mean share of each band by layer and of all together, bands of one SD over subjects.
    ///
    /// - Parameters:
    ///   - score: which score: R2 or r.
    ///   - bands: the names of the bands.
    ///   - selected: which voxels are averaged; nil for all that have a score.
    ///   - title: nil for none; by default it says what the figure shows.
    ///   - note: a line below the title; nil for none, not even to say what error bars and marks mean.
    ///   - style: colors, fonts and grid.
    ///
    /// Throws `BrainError` if there is no subject, subjects have other layers or bands, or names are of another number.
    public func byLayer(
        _ score: VoxelScore = .r2, bands: [String], selected: [[Bool]]? = nil, title: String? = "",
        note: String? = "", style: ChartStyle = .standard
    ) throws -> LineChart {
        try checkSubjects(map(\.names), selected)
        for subject in self where subject.splits[0].r2.count != bands.count {
            throw BrainError.count(
                what: "names of bands", got: bands.count, expected: subject.splits[0].r2.count, of: "bands")
        }
        let curves = try enumerated().map { try $1.curves(score, selected?[$0]) }
        let all = bands.count == 2 ? "both" : "all"
        return try layerChart(
            (bands + (bands.count > 1 ? [all] : [])).enumerated().map { index, name in
                (name, curves.map { $0[index] })
            }, layers: self[0].names, valueTitle: "mean \(bands.count > 1 ? "split " : "")\(score.title)",
            seriesTitle: "band", title: title == "" ? "Split \(score.title) by layer" : title, note: note,
            style: style)
    }
}

extension LayerScores {
    /// The mean score over voxels by layer.
    ///
    /// ```swift
    /// try layerScores.byLayer()                       // one subject
    /// try [layerScores, layerScores].byLayer(.r2)     // several, with a band of one SD
    /// ```
    ///
    /// - Parameters:
    ///   - score: which score: R2 or r.
    ///   - selected: which voxels are averaged; nil for all that have a score.
    ///   - title: nil for none; by default it says what the figure shows.
    ///   - note: a line below the title; nil for none, not even to say what error bars and marks mean.
    ///   - style: colors, fonts and grid.
    ///
    /// Throws `BrainError.count` for another number of truth values than voxels.
    public func byLayer(
        _ score: VoxelScore = .r, selected: [Bool]? = nil, title: String? = "", note: String? = "",
        style: ChartStyle = .standard
    ) throws -> LineChart {
        try [self].byLayer(
            score, selected: selected.map { [$0] }, title: title, note: note, style: style)
    }

    /// Layers by regions as a heat map, the best layer of each region outlined; see `RegionComparison.heatmap`.
    ///
    /// - Parameters:
    ///   - regions: the region of each voxel.
    ///   - score: which score: R2 or r.
    ///   - title: nil for none; by default it says what the figure shows.
    ///   - note: a line below the title; nil for none, not even to say what error bars and marks mean.
    ///   - style: colors, fonts and grid.
    public func byLayerAndRegion(
        _ regions: Regions, _ score: VoxelScore = .r, title: String? = "", note: String? = "",
        style: ChartStyle = .standard
    ) throws -> Heatmap {
        try RegionComparison(self, regions: regions, score).heatmap(title: title, note: note, style: style)
    }
}

extension [LayerScores] {
    /// The mean score by layer over subjects, with a band of one SD over subjects.
    ///
    /// - Parameters:
    ///   - score: which score: R2 or r.
    ///   - selected: which voxels are averaged; nil for all that have a score.
    ///   - title: nil for none; by default it says what the figure shows.
    ///   - note: a line below the title; nil for none, not even to say what error bars and marks mean.
    ///   - style: colors, fonts and grid.
    ///
    /// Throws `BrainError` if there is no subject or subjects have other layers.
    public func byLayer(
        _ score: VoxelScore = .r, selected: [[Bool]]? = nil, title: String? = "", note: String? = "",
        style: ChartStyle = .standard
    ) throws -> LineChart {
        try checkSubjects(map(\.names), selected)
        let means = try enumerated().map { subject, layers in
            try layers.scores.map { try meanScore($0.values(score), selected?[subject]) }
        }
        return try layerChart(
            [("", means)], layers: self[0].names, valueTitle: "mean \(score.title)", seriesTitle: "",
            title: title == "" ? "\(score.title) by layer" : title, note: note, style: style)
    }
}

/// Throws `BrainError` unless there are subjects, all of the same layers, and a selection for each.
private func checkSubjects(_ layers: [[String]], _ selected: [[Bool]]?) throws {
    guard let first = layers.first else {
        throw BrainError.value(what: "the number of subjects", got: "0", expected: "1 or more")
    }
    for (index, names) in layers.enumerated() where names != first {
        throw BrainError.value(
            what: "the layers of subject \(index)", got: names.joined(separator: ", "),
            expected: first.joined(separator: ", ") + ", as of the first subject")
    }
    if let selected, selected.count != layers.count {
        throw BrainError.count(
            what: "selections of voxels", got: selected.count, expected: layers.count, of: "subjects")
    }
}

/// The mean over the voxels that have a score and are selected; NaN where no value exists.
func meanScore(_ values: [Double], _ selected: [Bool]?) throws -> Double {
    if let selected, selected.count != values.count {
        throw BrainError.count(
            what: "truth values of the selection", got: selected.count, expected: values.count, of: "voxels")
    }
    var (sum, count) = (0.0, 0.0)
    for (voxel, value) in values.enumerated() where value.isFinite && selected?[voxel] != false {
        sum += value
        count += 1
    }
    return count > 0 ? sum / count : .nan
}

/// A line for each curve (subjects x layers): the mean over subjects, a band of one SD where there are several.
func layerChart(
    _ curves: [(name: String, values: [[Double]])], layers: [String], valueTitle: String,
    seriesTitle: String, title: String?, note: String?, style: ChartStyle
) throws -> LineChart {
    let subjects = curves.first?.values.count ?? 0
    let series = curves.map { name, values -> LineChart.Series in
        let points = layers.indices.map { layer -> LineChart.Series.Point in
            let known = values.map { $0[layer] }.filter(\.isFinite)
            let count = Double(known.count)
            let mean = known.isEmpty ? .nan : known.reduce(0, +) / count
            let squares = known.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            let deviation = known.count > 1 ? (squares / (count - 1)).squareRoot() : nil
            return LineChart.Series.Point(Double(layer), mean, error: deviation)
        }
        return LineChart.Series(name, points: points)
    }
    return LineChart(
        series, positions: layers.map { $0.hasPrefix("layer ") ? String($0.dropFirst(6)) : $0 }, title: title,
        note: note, positionTitle: "layer", valueTitle: valueTitle, seriesTitle: seriesTitle,
        errorMeaning: subjects > 1 ? "SD over \(Number.counted(subjects, "subject"))" : "", style: style)
}
