import Tensors

/// A ridge model: what its forms have in common are their options.
public protocol RidgeModel: EncodingModel {
    /// Alphas, folds and the other options.
    var options: RidgeOptions { get set }
}

extension RidgeModel {
    public var showsProgress: Bool {
        get { options.showsProgress }
        set { options.showsProgress = newValue }
    }

    /// The model and the data for a fit to some of the samples: with the folds among these.
    func prepared<Element: Scalar>(
        _ bands: [Matrix<Element>], _ responses: Matrix<Element>, _ runs: Runs?, _ samples: [Int]?
    ) throws -> (model: Self, data: TrainingData<Element>) {
        let data = try TrainingData(bands: bands, responses: responses, runs: runs, samples: samples)
        var model = self
        model.options.folds = try data.folds(options.folds)
        // Inside a fold only its test samples are scored.
        if samples != nil { model.options.scoresHeldOut = false }
        return (model, data)
    }
}
