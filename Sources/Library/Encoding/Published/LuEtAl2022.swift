import Tensors

/// The banded text analysis of Lu et al., "Multimodal foundation models are better simulators of the human brain"
/// (2022, arXiv 2208.08263): how much of each voxel's R2 multimodal and unimodal features share.
public enum LuEtAl2022 {
    /// The banded model: 20 alphas from 10 to 10²⁰, 20 Dirichlet samples of concentrations 0.1 and 1, 5 inner folds,
    /// no intercept beyond the centering of each outer training set.
    ///
    /// - Parameter seed: of the Dirichlet samples; the paper uses 1.
    public static func model(seed: UInt32 = 1) -> BandedRidge {
        BandedRidge(
            alphas: .logspace(1, 20, count: 20), candidates: .dirichlet(20, seed: seed), folds: .kFold(5),
            intercept: false)
    }

    /// The mean share of each band over 5 shuffled outer folds.
    ///
    /// ```swift
    /// let shares = try LuEtAl2022.splitScores(
    ///     multimodal: multimodal, unimodal: unimodal, to: study.responses)
    /// shares.r2[0]            // the multimodal band's share, one number per voxel
    /// ```
    ///
    /// - Parameters:
    ///   - multimodal: sentences x features.
    ///   - unimodal: sentences x features.
    ///   - responses: sentences x voxels.
    ///   - seed: of the outer folds' shuffle and of the Dirichlet samples; the paper uses 1.
    ///
    /// Features and responses are centered on the mean of each outer training set once, not again in the inner
    /// folds, and the responses of its test set on their own mean: `crossValidatedSplitScores` of a model without an
    /// intercept does not center, and with one centers in the inner folds too.
    ///
    /// Throws what `BandedRidge.fit` throws.
    public static func splitScores<Element: Scalar>(
        multimodal: Matrix<Element>, unimodal: Matrix<Element>, to responses: Matrix<Element>,
        seed: UInt32 = 1
    ) throws -> SplitScores {
        let bands = [multimodal, unimodal]
        for (index, band) in bands.enumerated() {
            try checkFeatures(band, responses: responses, band: index)
        }
        let splits = try Folds.kFold(5, shuffledWithSeed: seed).splits(samples: responses.rows)
        let scores = try splits.map { split in
            let scalers = bands.map { StandardScaler(scales: false).fit($0.rows(at: split.train)) }
            func centered(_ samples: [Int]) throws -> [Matrix<Element>] {
                try zip(scalers, bands).map { try $0.transform($1.rows(at: samples)) }
            }
            let train = responses.rows(at: split.train)
            let fit = try model(seed: seed).fit(
                centered(split.train), to: StandardScaler(scales: false).fit(train).transform(train))
            return try SplitScores(
                parts: fit.predictByBand(centered(split.test)), responses: responses.rows(at: split.test))
        }
        return SplitScores(meanOf: scores)
    }
}
