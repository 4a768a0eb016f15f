/// A split of the samples whose training samples are split again.
public struct NestedFold: Sendable, Equatable {
    /// What the final model learns from and is tested on.
    public let outer: Fold
    /// The splits of the outer training samples, on which the model is chosen; the samples keep their indices.
    public let inner: [Fold]

    /// An outer fold with its inner folds.
    ///
    /// - Parameters:
    ///   - outer: the samples to fit to and to predict.
    ///   - inner: splits of the training samples, whose indices are those of all samples.
    public init(outer: Fold, inner: [Fold]) {
        self.outer = outer
        self.inner = inner
    }
}

extension Folds {
    /// Outer folds, and inner folds of each one's training samples.
    ///
    /// ```swift
    /// for fold in try Folds.leaveOneRunOut.nested(inner: .kFold(5), samples: 870, runs: runs) {
    ///     print(fold.outer.test.count, fold.inner.map(\.train.count))
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - inner: how the training samples of each outer fold are split again.
    ///   - samples: how many samples there are.
    ///   - runs: the runs of the samples, if a split needs them.
    ///
    /// Throws `EncodingError` if the samples cannot be split in this way.
    public func nested(inner: Folds, samples: Int, runs: Runs? = nil) throws -> [NestedFold] {
        let outerFolds = try splits(samples: samples, runs: runs)
        // What lies beyond the last sample would only be missing in a part of the samples.
        try inner.checkSplits(samples: samples)
        return try outerFolds.map { outer in
            // The samples of a run must be together.
            let train = runs == nil ? outer.train : outer.train.sorted()
            let folds = try inner.subset(train).splits(samples: train.count, runs: runs?.subset(train))
            return NestedFold(
                outer: outer,
                inner: folds.map { fold in
                    Fold(train: fold.train.map { train[$0] }, test: fold.test.map { train[$0] })
                })
        }
    }

    /// The same way of splitting for some of the samples.
    package func subset(_ samples: [Int]) throws -> Folds {
        func chosen(_ labels: [Int]) throws -> [Int] {
            if let beyond = samples.first(where: { $0 >= labels.count }) {
                throw EncodingError.sampleCount(what: "groups", count: labels.count, expected: beyond + 1)
            }
            return samples.map { labels[$0] }
        }
        return switch self {
        case .kFold, .leaveOneRunOut: self
        case .groupKFold(let count, let groups): .groupKFold(count, groups: try chosen(groups))
        case .leaveOneGroupOut(let groups): .leaveOneGroupOut(groups: try chosen(groups))
        case .predefined(let tested): .predefined(try chosen(tested))
        case .splits(let folds): .splits(folds.map { $0.within(samples) })
        }
    }
}

extension Fold {
    /// The fold's samples among `samples`, by their indices in it.
    fileprivate func within(_ samples: [Int]) -> Fold {
        let index = Dictionary(
            samples.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
        return Fold(train: train.compactMap { index[$0] }, test: test.compactMap { index[$0] })
    }
}
