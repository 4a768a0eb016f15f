import Tensors

extension BandedRidge {
    /// The mean over outer folds of each band's share, as the published scripts compute it.
    ///
    /// Features and responses are centred on the mean of each outer training set once, not again in the inner folds, and
    /// the responses of its test set on their own mean: `crossValidatedSplitScores` of a model without an intercept
    /// does not centre, and with one centres in the inner folds too.
    fileprivate func publishedSplitScores<Element: Scalar>(
        _ bands: [Matrix<Element>], to responses: Matrix<Element>, outer: Folds
    ) throws -> SplitScores {
        for (number, band) in bands.enumerated() {
            try checkFeatures(band, responses: responses, band: number)
        }
        let splits = try outer.splits(samples: responses.rows)
        var scores: [SplitScores] = []
        for split in splits {
            var (train, test): ([Matrix<Element>], [Matrix<Element>]) = ([], [])
            for band in bands {
                let part = band.rows(at: split.train)
                let scaler = StandardScaler(scales: false).fit(part)
                train.append(try scaler.transform(part))
                test.append(try scaler.transform(band.rows(at: split.test)))
            }
            let part = responses.rows(at: split.train)
            let centred = try StandardScaler(scales: false).fit(part).transform(part)
            let fit = try fit(train, to: centred)
            scores.append(
                try SplitScores(parts: fit.predictByBand(test), responses: responses.rows(at: split.test)))
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
    try BandedRidge.textAnalysis(seed: seed).publishedSplitScores(
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
        let offsets = mean { [$0.offsetR2] }
        self.init(r2: mean(\.r2), r: mean(\.r), offsetR2: offsets.first ?? [])
    }
}
