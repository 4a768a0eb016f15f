import Tensors

/// What can be fitted to the responses of voxels: ridge regression in its forms, or a `Pipeline` that ends in one.
///
/// Features come as bands, one matrix (samples x features) for each set of features. A model without bands joins
/// them.
public protocol EncodingModel: Sendable {
    /// Whether a long fit shows a progress bar; false unless the model says otherwise.
    var showsProgress: Bool { get set }

    /// The model, fitted to some of the samples.
    ///
    /// - Parameters:
    ///   - bands: for each band samples x features, of all samples.
    ///   - responses: samples x voxels, of all samples.
    ///   - runs: the runs of all samples, if the model or its folds need them.
    ///   - samples: the samples to learn from, ascending; all if nil. Nothing is learned from the others.
    ///
    /// Throws `EncodingError` if shapes or parameters do not fit, `CancellationError` if the cell is interrupted.
    func fitted<Element: Scalar>(
        bands: [Matrix<Element>], responses: Matrix<Element>, runs: Runs?, samples: [Int]?
    ) throws -> any EncodingFit<Element>
}

extension EncodingModel {
    public var showsProgress: Bool {
        get { false }
        set {}
    }
}

/// A model that has been fitted.
public protocol EncodingFit<Element>: Sendable {
    /// The precision of the data.
    associatedtype Element: Scalar

    /// The scores of held-out predictions that the fit made of its own folds; nil unless it made any.
    var heldOutScores: VoxelScores? { get }

    /// The predicted responses to some of the samples: samples x voxels.
    ///
    /// - Parameters:
    ///   - bands: for each band samples x features, of all samples.
    ///   - runs: the runs of all samples.
    ///   - samples: the samples to predict; all if nil.
    ///
    /// Throws `EncodingError` if bands or features are not those that the model was fitted to.
    func predict(bands: [Matrix<Element>], runs: Runs?, samples: [Int]?) throws -> Matrix<Element>

    /// What each band contributes to the predictions, about its mean over the training samples: samples x voxels.
    ///
    /// The sum over bands is the prediction less its intercept. Throws what `predict` throws, and `EncodingError`
    /// if the model has no bands to tell apart.
    ///
    /// - Parameters:
    ///   - bands: samples x features for each band that the model was fitted to.
    ///   - runs: the runs of the samples, if steps need them.
    ///   - samples: the indices of the samples that count, from zero; nil for all.
    func predictByBand(bands: [Matrix<Element>], runs: Runs?, samples: [Int]?) throws -> [Matrix<Element>]
}

extension EncodingFit {
    public var heldOutScores: VoxelScores? { nil }

    /// The predicted responses to all samples of the bands: samples x voxels.
    ///
    /// Throws `EncodingError` if bands or features are not those that the model was fitted to.
    public func predict(_ bands: [Matrix<Element>], runs: Runs? = nil) throws -> Matrix<Element> {
        try predict(bands: bands, runs: runs, samples: nil)
    }

    /// What each band contributes to the predictions for all samples, about its mean over the training samples: for
    /// each band samples x voxels.
    ///
    /// Throws what `predict` throws, and `EncodingError` if the model has no bands to tell apart.
    public func predictByBand(_ bands: [Matrix<Element>], runs: Runs? = nil) throws -> [Matrix<Element>] {
        try predictByBand(bands: bands, runs: runs, samples: nil)
    }

    /// R2 and r of each voxel for bands that the model has not seen.
    ///
    /// - Parameters:
    ///   - bands: for each band samples x features.
    ///   - responses: samples x voxels.
    ///   - runs: the runs of the samples, if steps need them.
    ///
    /// Throws `EncodingError` if shapes do not fit.
    public func score(
        _ bands: [Matrix<Element>], to responses: Matrix<Element>, runs: Runs? = nil
    ) throws -> VoxelScores {
        try VoxelScores(predictions: predict(bands, runs: runs), responses: responses)
    }
}

/// The samples that a model learns from.
struct TrainingData<Element: Scalar> {
    let bands: [Matrix<Element>]
    let responses: Matrix<Element>
    let runs: Runs?
    private let samples: [Int]?
    /// How many samples there are, with those that nothing is learned from.
    private let count: Int

    init(bands: [Matrix<Element>], responses: Matrix<Element>, runs: Runs?, samples: [Int]?) throws {
        guard !bands.isEmpty else {
            throw EncodingError.parameter(name: "the number of bands", value: "0", expected: "at least 1")
        }
        for band in bands where band.rows != responses.rows {
            throw EncodingError.sampleCount(what: "features", count: band.rows, expected: responses.rows)
        }
        if let runs, runs.samples != responses.rows {
            throw EncodingError.sampleCount(what: "runs", count: runs.samples, expected: responses.rows)
        }
        // scikit-learn's ShuffleSplit names samples in any order, and the samples of a run must be together.
        let samples = runs == nil ? samples : samples?.sorted()
        self.samples = samples
        count = responses.rows
        self.bands = bands.map { $0.chosen(samples) }
        self.responses = responses.chosen(samples)
        self.runs = try runs.map { try $0.subset(samples) }
    }

    /// All bands side by side.
    var features: Matrix<Element> { .joined(bands) }

    /// The folds among the samples that are learned from.
    func folds(_ folds: Folds) throws -> Folds {
        guard let samples else { return folds }
        // What lies beyond the last sample would only be missing in a part of the samples.
        try folds.checkSplits(samples: count)
        return try folds.subset(samples)
    }
}

extension Matrix {
    /// The rows at `samples`, or the whole matrix.
    func chosen(_ samples: [Int]?) -> Matrix { samples.map { rows(at: $0) } ?? self }

    /// All matrices side by side.
    package static func joined(_ parts: [Matrix]) -> Matrix {
        guard let first = parts.first else { return Matrix(rows: 0, columns: 0) }
        return parts.dropFirst().reduce(first) { $0.beside($1) }
    }
}
