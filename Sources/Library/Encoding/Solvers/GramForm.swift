import Tensors

/// The features of a fit in the form that costs less to decompose.
enum GramForm<Working: Scalar> {
    /// By the Gram matrix of the features.
    case primal(PrimalFeatures<Working>)
    /// By the kernel of the samples.
    case kernel(KernelFeatures<Working>)
    /// By the features themselves, if their products would lose too many digits.
    case singular(SingularFeatures<Working>)

    /// The cheaper form for linear ridge; `features` are centered if `centered`.
    init(_ features: Matrix<Working>, centered: Bool, largestTrain: Int) {
        if features.columns <= largestTrain {
            self = .primal(PrimalFeatures(features, centered: centered))
        } else {
            let kernel = LinearAlgebra.gram(features, ofRows: true)
            self = .kernel(KernelFeatures(kernel: kernel, features: features, centered: centered))
        }
    }

    /// The form for a refit to all samples: the Gram matrix of the features if that is the smaller one.
    var forRefit: GramForm {
        guard case .kernel(let kernel) = self, let features = kernel.features,
            features.columns < features.rows
        else { return self }
        return .primal(PrimalFeatures(features, centered: kernel.centered))
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
        case .singular(let features): features.features.largestSquaredSingularValue(centered: false)
        }
    }

    /// The features whose products with the responses serve all folds.
    var productFeatures: Matrix<Working>? {
        if case .primal(let features) = self { features.features } else { nil }
    }

    /// The decomposition of one fold; `forRefit` adds the axes that weights are made of; with `fromResponses` all
    /// targets are computed from the responses, with `U`.
    func svd<Element: Scalar>(
        of fold: Fold, smallestAlpha: Double, forRefit: Bool = false, fromResponses: Bool = false,
        interruption: Interruption, as type: Element.Type
    ) throws -> RidgeSVD<Element> {
        switch self {
        case .primal(let features):
            return try features.svd(
                of: fold, smallestAlpha: smallestAlpha, forRefit: forRefit, fromResponses: fromResponses,
                interruption: interruption, as: type)
        case .kernel(let features):
            return try features.svd(of: fold, forRefit: forRefit, interruption: interruption, as: type)
        case .singular(let features):
            return try features.svd(of: fold, forRefit: forRefit, interruption: interruption, as: type)
        }
    }
}
