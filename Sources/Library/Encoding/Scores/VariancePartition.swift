import Display
import Tensors

/// How much of each voxel's variance two or more bands of features explain alone and together.
///
/// A model is fitted to every subset of the bands and scored on held-out samples; from those R2 follows what each
/// band explains that no other does, and what each set of bands shares.
///
/// ```swift
/// let parts = try VariancePartition(["motion": motion, "meaning": meaning], to: responses, model: Ridge(), outer: .kFold(5))
/// try parts.unique("meaning")             // R2 of both less R2 of motion alone, one number per voxel
/// try parts.shared("motion", "meaning")   // the sum of both alone less R2 of both
/// ```
///
/// Held-out R2 are estimates: a part may come out below 0 if there is little of it, or if one band suppresses
/// noise in another. Source: Lescroart, Stansbury & Gallant (2015); de Heer et al. (2017).
public struct VariancePartition: Sendable, Equatable {
    /// What a set of bands explains that no band outside it does.
    public struct Part: Sendable, Equatable {
        /// The bands that share it; one alone for a unique part.
        public let names: [String]
        /// The variance, one number per voxel.
        public let r2: [Double]

        /// "only motion", or "shared by motion, meaning".
        public var name: String {
            (names.count == 1 ? "only " : "shared by ") + names.joined(separator: ", ")
        }
    }

    /// The names of the bands of features.
    public let names: [String]
    /// For each set of bands the held-out R2 of the model of them: number `1 << i | 1 << j` is that of bands i and j.
    public let jointR2: [[Double]]

    /// A partition from R2 that were computed elsewhere, one for each set of bands, the empty one (of zeros) first.
    ///
    /// - Parameters:
    ///   - names: the names of the bands.
    ///   - jointR2: for each set of bands the R2 of each voxel; bit i of the index says whether band i is in the set.
    ///
    /// Throws `EncodingError` if there is not one list of one length for each set.
    public init(names: [String], jointR2: [[Double]]) throws {
        guard Set(names).count == names.count, !names.isEmpty, names.count <= 6 else {
            throw EncodingError.parameter(
                name: "the names of the bands", value: "\(names)", expected: "1 to 6, all different")
        }
        guard jointR2.count == 1 << names.count, Set(jointR2.map(\.count)).count == 1 else {
            throw EncodingError.parameter(
                name: "the R2 of the sets of bands", value: "\(jointR2.map(\.count))",
                expected: "\(1 << names.count) lists of one length")
        }
        self.names = names
        self.jointR2 = jointR2
    }

    /// Fits a model to every set of bands of features and partitions the mean R2 over the outer folds.
    ///
    /// - Parameters:
    ///   - bands: the features of each band by name, samples x features; at most 6.
    ///   - responses: samples x voxels.
    ///   - model: what is fitted; a banded model scales each band on its own, any other joins them.
    ///   - outer: the splits whose test samples are predicted; the model's own `folds` are the inner ones.
    ///   - runs: the runs of the samples, if steps or folds need them.
    ///
    /// Throws what fitting the model throws, and `EncodingError.folds` if an outer fold tests a single sample.
    public init<Element: Scalar>(
        _ bands: KeyValuePairs<String, Matrix<Element>>, to responses: Matrix<Element>,
        model: some EncodingModel, outer: Folds, runs: Runs? = nil
    ) throws {
        let names = bands.map(\.key)
        // Sees to the names and folds before hours of fits.
        _ = try VariancePartition(
            names: names, jointR2: Array(repeating: [], count: 1 << min(names.count, 16)))
        try checkScored(outer.splits(samples: responses.rows, runs: runs))
        var jointR2 = [[Double]](
            repeating: Array(repeating: 0, count: responses.columns), count: 1 << names.count)
        for set in 1..<(1 << names.count) {
            let subset = bands.enumerated().filter { set >> $0.offset & 1 == 1 }.map(\.element.value)
            jointR2[set] = try model.crossValidatedScores(subset, to: responses, outer: outer, runs: runs)
                .mean.r2
        }
        try self.init(names: names, jointR2: jointR2)
    }

    /// The R2 of the model of all bands.
    public var total: [Double] { jointR2[jointR2.count - 1] }

    /// All parts, those of one band first; they sum to `total`.
    public var parts: [Part] {
        (1..<jointR2.count).sorted {
            ($0.nonzeroBitCount, $0) < ($1.nonzeroBitCount, $1)
        }.map { Part(names: members($0), r2: part($0)) }
    }

    /// What one band explains and no other does; throws `EncodingError` if no band has the name.
    public func unique(_ name: String) throws -> [Double] { try part(set([name])) }

    /// What exactly these bands share and no further one has; throws `EncodingError` if there are not two or more
    /// different names, or no band has one of them.
    public func shared(_ names: String...) throws -> [Double] {
        try checkParameter(
            "the list of bands that share a part", names, expected: "two or more, all different",
            names.count > 1 && Set(names).count == names.count)
        return try part(set(names))
    }

    private func members(_ set: Int) -> [String] {
        names.indices.filter { set >> $0 & 1 == 1 }.map { names[$0] }
    }

    private func set(_ wanted: [String]) throws -> Int {
        try wanted.reduce(0) { set, name in
            guard let index = names.firstIndex(of: name) else {
                throw EncodingError.parameter(
                    name: "the name of a band", value: "\"\(name)\"",
                    expected: "one of \(names.map { "\"\($0)\"" }.joined(separator: ", "))")
            }
            return set | 1 << index
        }
    }

    /// By inclusion and exclusion: with U the bands outside the set, the sum over its subsets T of
    /// `(-1)^(|T| + 1) R2(U and T)`.
    private func part(_ set: Int) -> [Double] {
        let outside = (jointR2.count - 1) & ~set
        var result = [Double](repeating: 0, count: total.count)
        for subset in 0..<jointR2.count where subset & ~set == 0 {
            let sign: Double = subset.nonzeroBitCount % 2 == 1 ? 1 : -1
            for voxel in result.indices { result[voxel] += sign * jointR2[outside | subset][voxel] }
        }
        return result
    }
}

extension VariancePartition: Displayable {
    /// The mean of every part over the voxels that have a score.
    public var mimeBundle: MIMEBundle {
        let isScored = total.map { !$0.isNaN }
        func mean(_ values: [Double]) -> Double {
            let kept = zip(values, isScored).filter(\.1).map(\.0)
            return kept.reduce(0, +) / Double(kept.count)
        }
        return Table(
            "Variance of \(Number.counted(total.count, "voxel")) by \(names.count) bands",
            [
                .text("part", parts.map(\.name) + ["all"]),
                .numbers("mean R2", parts.map { mean($0.r2) } + [mean(total)]),
            ]
        ).mimeBundle
    }
}
