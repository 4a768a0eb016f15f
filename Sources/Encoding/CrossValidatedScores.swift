import Display
import Tensors

/// Scores of predictions of samples that neither the weights nor the alphas have seen.
public struct CrossValidatedScores: Sendable, Equatable, Displayable {
    /// The scores within each outer fold.
    public let folds: [VoxelScores]
    /// The mean over the outer folds: what the paper of this library reports.
    public let mean: VoxelScores
    /// The scores of the held-out predictions of all outer folds together.
    public let pooled: VoxelScores

    init(folds: [VoxelScores], pooled: VoxelScores) {
        self.folds = folds
        self.pooled = pooled
        func average(_ values: (VoxelScores) -> [Double]) -> [Double] {
            pooled.r2.indices.map { voxel in
                folds.reduce(0) { $0 + values($1)[voxel] } / Double(max(folds.count, 1))
            }
        }
        mean = VoxelScores(r2: average(\.r2), r: average(\.r))
    }

    /// The table of the mean scores.
    public var mimeBundle: MIMEBundle { mean.mimeBundle }
}

extension Ridge {
    /// Scores the model on outer folds, choosing the alphas on folds inside each training set.
    ///
    /// - Parameters:
    ///   - features: samples x features.
    ///   - responses: samples x voxels.
    ///   - outer: the splits whose test samples are predicted; the model's own `folds` are the inner ones.
    ///   - runs: the runs of the samples, where folds leave runs out.
    ///
    /// Throws what `fit` throws.
    public func crossValidatedScores<Element: Scalar>(
        _ features: Matrix<Element>, to responses: Matrix<Element>, outer: Folds, runs: Runs? = nil
    ) throws -> CrossValidatedScores {
        try checkFeatures(features, responses: responses)
        var model = self
        model.scoresHeldOut = false
        let splits = try outer.splits(samples: features.rows, runs: runs)
        var scores: [VoxelScores] = []
        var predictions: [Matrix<Element>] = []
        for split in splits {
            let inner = try folds.subset(split.train).splits(
                samples: split.train.count,
                runLabels: runs.map { runs in split.train.map { runs.labels[$0] } })
            let fit = try model.fit(
                features.rows(at: split.train), to: responses.rows(at: split.train), splits: inner)
            let prediction = try fit.predict(features.rows(at: split.test))
            scores.append(try VoxelScores(predictions: prediction, responses: responses.rows(at: split.test)))
            predictions.append(prediction)
        }
        let pooled = try VoxelScores(
            predictions: .stacked(predictions), responses: responses.rows(at: splits.flatMap(\.test)))
        return CrossValidatedScores(folds: scores, pooled: pooled)
    }
}

extension Folds {
    /// The same way of splitting for some of the samples.
    func subset(_ samples: [Int]) throws -> Folds {
        func chosen(_ labels: [Int]) throws -> [Int] {
            if let beyond = samples.first(where: { $0 >= labels.count }) {
                throw EncodingError.sampleCount(what: "groups", count: labels.count, expected: beyond + 1)
            }
            return samples.map { labels[$0] }
        }
        return switch self {
        case .kFold, .shuffledKFold, .leaveOneRunOut: self
        case .groupKFold(let count, let groups): .groupKFold(count, groups: try chosen(groups))
        case .leaveOneGroupOut(let groups): .leaveOneGroupOut(groups: try chosen(groups))
        case .predefined(let tested): .predefined(try chosen(tested))
        case .splits(let folds): .splits(folds.map { $0.within(samples) })
        }
    }
}

extension Fold {
    /// The fold's samples among `samples`, numbered by their place there.
    fileprivate func within(_ samples: [Int]) -> Fold {
        let place = Dictionary(uniqueKeysWithValues: samples.enumerated().map { ($0.element, $0.offset) })
        return Fold(train: train.compactMap { place[$0] }, test: test.compactMap { place[$0] })
    }
}
