import Tensors

/// The features of a fit in the form that costs less to decompose.
enum GramForm<Working: Scalar> {
    /// By the Gram matrix of the features.
    case primal(PrimalFeatures<Working>)
    /// By the kernel of the samples.
    case kernel(KernelFeatures<Working>)
    /// By the features themselves, where their products would lose too many digits.
    case singular(SingularFeatures<Working>)

    /// The cheaper form for linear ridge; `features` are centred where `centred` says so.
    init(_ features: Matrix<Working>, centred: Bool, largestTrain: Int) {
        if features.columns <= largestTrain {
            self = .primal(PrimalFeatures(features, centred: centred))
        } else {
            let kernel = LinearAlgebra.gram(features, ofRows: true)
            self = .kernel(KernelFeatures(kernel: kernel, features: features, centred: centred))
        }
    }

    /// The form for a refit to all samples: the Gram matrix of the features where that is the smaller one.
    var forRefit: GramForm {
        guard case .kernel(let space) = self, let features = space.features,
            features.columns < features.rows
        else { return self }
        return .primal(PrimalFeatures(features, centred: space.centred))
    }

    var samples: Int {
        switch self {
        case .primal(let features): features.features.rows
        case .kernel(let features): features.kernel.rows
        case .singular(let features): features.features.rows
        }
    }

    /// How many weights a voxel has.
    var weights: Int {
        switch self {
        case .primal(let features): features.features.columns
        case .kernel(let features): features.features?.columns ?? features.kernel.rows
        case .singular(let features): features.features.columns
        }
    }

    /// The largest eigenvalue of the products of the features, to a few hundredths.
    var largestEigenvalue: Double {
        switch self {
        case .primal(let features): features.gram.largestEigenvalue
        case .kernel(let features): features.kernel.largestEigenvalue
        case .singular(let features): features.features.largestSquaredSingularValue(centred: false)
        }
    }

    var centred: Bool {
        switch self {
        case .primal(let features): features.centred
        case .kernel(let features): features.centred
        case .singular(let features): features.centred
        }
    }

    /// The features whose products with the responses serve all folds.
    var productFeatures: Matrix<Working>? {
        if case .primal(let features) = self { features.features } else { nil }
    }

    /// The directions of one fold; `forRefit` adds what the weights are made of; with `fromResponses` all
    /// of `U` is there.
    func directions<Element: Scalar>(
        of fold: Fold, smallestAlpha: Double, forRefit: Bool = false, fromResponses: Bool = false,
        interruption: Interruption, as type: Element.Type
    ) throws -> RidgeSVD<Element> {
        switch self {
        case .primal(let features):
            return try features.directions(
                of: fold, smallestAlpha: smallestAlpha, forRefit: forRefit, fromResponses: fromResponses,
                interruption: interruption, as: type)
        case .kernel(let features):
            return try features.directions(of: fold, forRefit: forRefit, interruption: interruption, as: type)
        case .singular(let features):
            return try features.directions(of: fold, forRefit: forRefit, interruption: interruption, as: type)
        }
    }
}
