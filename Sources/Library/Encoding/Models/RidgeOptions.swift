/// The options that the ridge models have in common.
///
/// Every model has these as properties of its own, too: `ridge.alphas` is `ridge.options.alphas`.
public struct RidgeOptions: Sendable, Equatable {
    /// The alphas to choose from.
    public var alphas: Alphas
    /// Whether each voxel has its own alpha, or all share the one with the best mean score.
    public var alphaPerVoxel: Bool
    /// The splits on which the alphas are compared.
    public var folds: Folds
    /// Whether features and responses are centered on the mean of the training samples of each fold.
    ///
    /// himalaya's default is false, which is right only for data that are centered already.
    public var intercept: Bool
    /// The score by which the alphas are compared.
    public var searchScore: SearchScore
    /// Whether the held-out predictions are scored too (`RidgeFit.scores`).
    public var scoresHeldOut: Bool
    /// The memory that batches of voxels may take, beside the data, the decompositions of the folds and the result.
    public var memoryLimit: MemoryLimit
    /// Whether a long fit shows a progress bar.
    public var showsProgress: Bool

    /// Options of a ridge model; the arguments are those of `Ridge`.
    ///
    /// - Parameters:
    ///   - alphas: the alphas to choose from.
    ///   - alphaPerVoxel: whether each voxel has its own alpha, or all share the one with the best mean score.
    ///   - folds: the splits on which the alphas are compared.
    ///   - intercept: whether features and responses are centered on the training samples of each fold.
    ///   - searchScore: the score by which the alphas are compared.
    ///   - scoresHeldOut: whether the held-out predictions are scored too (`RidgeFit.scores`).
    ///   - memoryLimit: the memory that batches of voxels may take, beside data, decompositions and result.
    ///   - showsProgress: whether a long fit shows a progress bar.
    public init(
        alphas: Alphas = .logspace(0, 6, count: 20), alphaPerVoxel: Bool = true, folds: Folds = .kFold(5),
        intercept: Bool = true, searchScore: SearchScore = .negativeSquaredError, scoresHeldOut: Bool = true,
        memoryLimit: MemoryLimit = .megabytes(512), showsProgress: Bool = true
    ) {
        self.alphas = alphas
        self.alphaPerVoxel = alphaPerVoxel
        self.folds = folds
        self.intercept = intercept
        self.searchScore = searchScore
        self.scoresHeldOut = scoresHeldOut
        self.memoryLimit = memoryLimit
        self.showsProgress = showsProgress
    }

    /// The splits of the samples on which the alphas, and `candidates` of other kinds, are compared.
    ///
    /// Throws `EncodingError` if the samples cannot be split, or no split can tell one alpha from another.
    func splits(samples: Int, runs: Runs?, candidates: Int = 1) throws -> [Fold] {
        let splits = try folds.splits(samples: samples, runs: runs)
        guard searchScore != .negativeSquaredError, alphas.values.count > 1 || candidates > 1,
            splits.allSatisfy({ $0.test.count == 1 })
        else { return splits }
        throw EncodingError.folds(
            """
            every fold tests a single sample, within which there is no \(searchScore), so that alphas cannot be \
            compared by it; take searchScore: .negativeSquaredError, or fewer folds
            """)
    }

    /// Throws `EncodingError` if the alphas or the memory limit have values that they cannot have.
    func check() throws {
        try alphas.check()
        try checkParameter(
            "memoryLimit", "\(memoryLimit.bytes) bytes", expected: "above 0", memoryLimit.bytes > 0)
    }
}
