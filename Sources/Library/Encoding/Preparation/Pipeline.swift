import Display
import Tensors
import Text

/// Steps that prepare features and the model that they lead into, together a model like any other.
///
/// ```swift
/// let model = Pipeline(StandardScaler(), PCA(.count(100)), Delays([1, 2, 3, 4]), into: Ridge(folds: .leaveOneRunOut))
/// let fit = try model.fit(features, to: responses, runs: runs)
/// let scores = try model.crossValidatedScores(features, to: responses, outer: .leaveOneRunOut, runs: runs)
/// ```
///
/// Inside a fold every step is learned from the training samples and applied to all, and the model is fitted to the
/// training samples alone. Several bands each go through their own steps. The alphas of the model are chosen on
/// inner folds of the training samples, whose features are prepared by the steps of that outer fold: as in
/// `make_pipeline(StandardScaler(), RidgeCV())` under `cross_validate` of scikit-learn, which gives the same numbers.
public struct Pipeline: EncodingModel {
    /// The steps, in order.
    public var steps: [any PipelineStep]
    /// The model that is fitted to the prepared features.
    public var model: any EncodingModel

    public var showsProgress: Bool {
        get { model.showsProgress }
        set { model.showsProgress = newValue }
    }

    /// Steps in their order, and the model that they lead into.
    ///
    /// - Parameters:
    ///   - steps: what is done to the features, in this order.
    ///   - model: the model that is fitted to what the steps give.
    public init(_ steps: any PipelineStep..., into model: any EncodingModel) {
        self.steps = steps
        self.model = model
    }

    /// Fits steps and model to responses.
    ///
    /// - Parameters:
    ///   - features: samples x features.
    ///   - responses: samples x voxels.
    ///   - runs: the runs of the samples, which steps and folds keep apart.
    ///
    /// Throws what the steps and the model throw.
    public func fit<Element: Scalar>(
        _ features: Matrix<Element>, to responses: Matrix<Element>, runs: Runs? = nil
    ) throws -> PipelineFit<Element> {
        try fit(bands: [features], responses: responses, runs: runs, samples: nil)
    }

    /// Fits steps and model to responses; each band goes through its own steps.
    ///
    /// - Parameters:
    ///   - bands: for each band samples x features.
    ///   - responses: samples x voxels.
    ///   - runs: the runs of the samples, which steps and folds keep apart.
    ///
    /// Throws what the steps and the model throw.
    public func fit<Element: Scalar>(
        _ bands: [Matrix<Element>], to responses: Matrix<Element>, runs: Runs? = nil
    ) throws -> PipelineFit<Element> {
        try fit(bands: bands, responses: responses, runs: runs, samples: nil)
    }

    public func fitted<Element: Scalar>(
        bands: [Matrix<Element>], responses: Matrix<Element>, runs: Runs?, samples: [Int]?
    ) throws -> any EncodingFit<Element> {
        try fit(bands: bands, responses: responses, runs: runs, samples: samples)
    }

    private func fit<Element: Scalar>(
        bands: [Matrix<Element>], responses: Matrix<Element>, runs: Runs?, samples: [Int]?
    ) throws -> PipelineFit<Element> {
        if let samples, let step = steps.first(where: \.usesWholeRuns) {
            try refuseDividedRuns(runs, of: responses.rows, samples: samples, step: step)
        }
        // Before the steps, which spread a NaN over its column or its run.
        for (index, band) in bands.enumerated() {
            try checkFinite(band, band: bands.count > 1 ? index : nil)
        }
        var fitted: [[any FittedStep]] = []
        var prepared: [Matrix<Element>] = []
        for band in bands {
            var (band, learned) = (band, [any FittedStep]())
            for step in steps {
                try Task.checkCancellation()
                let part = try step.fitted(to: band.chosen(samples))
                band = try part.transform(band, runs: runs)
                learned.append(part)
            }
            fitted.append(learned)
            prepared.append(band)
        }
        let fit = try model.fitted(bands: prepared, responses: responses, runs: runs, samples: samples)
        let names = steps.map { "\(type(of: $0))" } + ["\(type(of: model))"]
        return PipelineFit(title: names.joined(separator: " → "), steps: fitted, model: fit)
    }

    private func refuseDividedRuns(
        _ runs: Runs?, of count: Int, samples: [Int], step: any PipelineStep
    ) throws {
        let isTrained = samples.reduce(into: [Bool](repeating: false, count: count)) { $0[$1] = true }
        for range in try Runs.ranges(of: runs, samples: count)
        where Set(isTrained[range]).count == 2 {
            throw EncodingError.folds(
                """
                \(type(of: step)) works on whole runs, but a fold trains on a part of the samples \
                \(range.lowerBound) to \(range.upperBound - 1) and tests on the rest; pass `runs:` and folds that \
                keep runs whole, such as .leaveOneRunOut
                """)
        }
    }
}

/// A fitted pipeline: the fitted steps and the fitted model.
public struct PipelineFit<Element: Scalar>: EncodingFit {
    /// The pipeline's steps and model by name.
    let title: String
    /// The steps of each band, in order.
    public let steps: [[any FittedStep]]
    /// The model, fitted to the prepared features: `fit.model as? RidgeFit<Float>` has its coefficients.
    public let model: any EncodingFit<Element>

    /// The features as the model sees them.
    ///
    /// Throws `EncodingError` if bands or features are not those that the pipeline was fitted to.
    public func prepared(_ bands: [Matrix<Element>], runs: Runs? = nil) throws -> [Matrix<Element>] {
        guard bands.count == steps.count else {
            throw EncodingError.parameter(
                name: "the number of bands", value: "\(bands.count)", expected: "\(steps.count)")
        }
        return try zip(bands, steps).map { band, steps in
            try steps.reduce(band) { try $1.transform($0, runs: runs) }
        }
    }

    public func predict(bands: [Matrix<Element>], runs: Runs?, samples: [Int]?) throws -> Matrix<Element> {
        try model.predict(bands: prepared(bands, runs: runs), runs: runs, samples: samples)
    }

    public func predictByBand(bands: [Matrix<Element>], runs: Runs?, samples: [Int]?) throws
        -> [Matrix<Element>]
    {
        try model.predictByBand(bands: prepared(bands, runs: runs), runs: runs, samples: samples)
    }

    /// The predicted responses (samples x voxels) to `features` (samples x features), as they were before any step.
    ///
    /// Throws `EncodingError` if the number of features is not that of the fit.
    public func predict(_ features: Matrix<Element>, runs: Runs? = nil) throws -> Matrix<Element> {
        try predict(bands: [features], runs: runs, samples: nil)
    }

    /// R2 and r of each voxel for data that the pipeline has not seen.
    ///
    /// - Parameters:
    ///   - features: samples x features.
    ///   - responses: samples x voxels.
    ///   - runs: the runs of the samples, which steps keep apart.
    ///
    /// Throws `EncodingError` if shapes do not fit.
    public func score(
        _ features: Matrix<Element>, to responses: Matrix<Element>, runs: Runs? = nil
    ) throws -> VoxelScores {
        try VoxelScores(predictions: predict(features, runs: runs), responses: responses)
    }
}

extension PipelineFit: Displayable {
    /// What the fitted model shows, under the names of steps and model.
    public var mimeBundle: MIMEBundle {
        guard let shown = (model as? any Displayable)?.mimeBundle else { return .plain(title) }
        var bundle = shown
        bundle.contents["text/plain"] = .text(title + "\n" + (shown.plainText ?? ""))
        if case .text(let html)? = shown.contents["text/html"] {
            bundle.contents["text/html"] = .text("<div>\(title.escapedHTML)</div>" + html)
        }
        return bundle
    }
}
