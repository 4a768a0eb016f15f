import Tensors

extension BandedRidge {
    /// Scores the model on outer folds, choosing scalings and alphas on folds inside each training set.
    ///
    /// Features and responses are centred on the mean of each outer training set, and the responses of its test set on
    /// their own mean, as the split of R2 needs.
    ///
    /// - Parameters:
    ///   - bands: for each band samples x features.
    ///   - responses: samples x voxels.
    ///   - outer: the splits whose test samples are predicted; the model's own `folds` are the inner ones.
    ///   - runs: the runs of the samples, where folds leave runs out.
    ///
    /// Returns the mean over the outer folds of each band's share of R2 and r. Throws what `fit` throws.
    public func crossValidatedScores<Element: Scalar>(
        _ bands: [Matrix<Element>], to responses: Matrix<Element>, outer: Folds, runs: Runs? = nil
    ) throws -> SplitScores {
        for band in bands { try checkFeatures(band, responses: responses) }
        let splits = try outer.splits(samples: responses.rows, runs: runs)
        var scores: [SplitScores] = []
        for split in splits {
            let labels = runs.map { runs in split.train.map { runs.labels[$0] } }
            let inner = try folds.subset(split.train).splits(samples: split.train.count, runLabels: labels)
            var (train, test): ([Matrix<Element>], [Matrix<Element>]) = ([], [])
            for band in bands {
                let part = band.rows(at: split.train)
                let scaler = StandardScaler(fittedTo: part, scales: false)
                train.append(try scaler.transform(part))
                test.append(try scaler.transform(band.rows(at: split.test)))
            }
            let part = responses.rows(at: split.train)
            let centred = try StandardScaler(fittedTo: part, scales: false).transform(part)
            let fit = try fit(train, to: centred, splits: inner)
            scores.append(try fit.splitScores(test, responses.rows(at: split.test)))
        }
        return SplitScores(meanOf: scores)
    }

    /// The banded model of the text analysis of Lu et al. (2022): 20 alphas from 10 to 10²⁰, 20 Dirichlet samples of
    /// concentrations 0.1 and 1, 5 inner folds, no intercept beyond the centring of each outer training set.
    public static func textAnalysis(seed: UInt32 = 1) -> BandedRidge {
        BandedRidge(
            alphas: .logspace(1, 20, count: 20), candidates: .dirichlet(20, seed: seed), folds: .kFold(5),
            intercept: false)
    }
}

/// The text analysis of Lu et al. (2022) for one layer: how much of each voxel's R2 the multimodal and the unimodal
/// features share, over 5 shuffled outer folds.
///
/// ```swift
/// let shares = try textAnalysis(multimodal: brivl["layer 9"], unimodal: bert["layer 9"], responses: study.responses)
/// shares.r2[0]            // the multimodal band's share, one number a voxel
/// ```
///
/// - Parameters:
///   - multimodal: sentences x features.
///   - unimodal: sentences x features.
///   - responses: sentences x voxels.
///   - seed: of the outer folds' shuffle and of the Dirichlet samples; the published analysis uses 1.
///
/// Throws what `BandedRidge.fit` throws.
public func textAnalysis<Element: Scalar>(
    multimodal: Matrix<Element>, unimodal: Matrix<Element>, responses: Matrix<Element>, seed: UInt32 = 1
) throws -> SplitScores {
    try BandedRidge.textAnalysis(seed: seed).crossValidatedScores(
        [multimodal, unimodal], to: responses, outer: .kFold(5, shuffledWithSeed: seed))
}

extension SplitScores {
    /// The mean of the shares over folds.
    init(meanOf folds: [SplitScores]) {
        func mean(_ shares: (SplitScores) -> [[Double]]) -> [[Double]] {
            guard let first = folds.first.map(shares) else { return [] }
            return first.indices.map { band in
                first[band].indices.map { voxel in
                    folds.reduce(0) { $0 + shares($1)[band][voxel] } / Double(folds.count)
                }
            }
        }
        self.init(r2: mean(\.r2), r: mean(\.r))
    }
}
