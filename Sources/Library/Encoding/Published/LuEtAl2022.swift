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

    /// How closely an analysis follows the published scripts where they depart from good practice.
    public enum Mode: String, Sendable, CaseIterable {
        /// Without the departures: texts are read with an attention mask over the padding, frames are cropped at the
        /// center, and test samples are scored with the means and deviations of the training samples.
        case corrected
        /// As published: no attention mask, a random resized crop of every frame, and test samples that are centered
        /// (and, of films, scaled) by their own statistics.
        case faithful
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
    ///   - mode: whether the joint R2 counts that the mean of the training responses is not that of the test responses
    ///     (`corrected`; `SplitScores.offsetR2` is that part), or test responses are centered on their own mean
    ///     (`faithful`). The shares of the bands are the same.
    ///   - showsProgress: whether a progress bar is shown for each outer fold.
    ///
    /// Features and responses are centered on the mean of each outer training set once, not again in the inner
    /// folds: `crossValidatedSplitScores` of a model without an intercept does not center, and with one centers in the
    /// inner folds too. The weights of all voxels are never in memory at once.
    ///
    /// Throws what `BandedRidge.fit` throws.
    public static func splitScores<Element: Scalar>(
        multimodal: Matrix<Element>, unimodal: Matrix<Element>, to responses: Matrix<Element>,
        seed: UInt32 = 1, mode: Mode = .corrected, showsProgress: Bool = true
    ) throws -> SplitScores {
        let bands = [multimodal, unimodal]
        for (index, band) in bands.enumerated() {
            try checkFeatures(band, responses: responses, band: index)
        }
        var model = model(seed: seed)
        model.showsProgress = showsProgress
        let scores = try Folds.kFold(5, shuffledWithSeed: seed).splits(samples: responses.rows).map { split in
            try model.splitScores(
                fittedTo: bands.map { $0.rows(at: split.train) }, responses.rows(at: split.train),
                of: (bands.map { $0.rows(at: split.test) }, responses.rows(at: split.test)),
                countsOffset: mode == .corrected)
        }
        return SplitScores(meanOf: scores)
    }
}
