import Tensors

/// Bands of features in the form that costs less to decompose for every scaling of the bands.
struct BandedFeatures<Working: Scalar> {
    /// All bands side by side, not scaled.
    let features: Matrix<Working>
    let widths: [Int]
    let centered: Bool
    /// Whether the features themselves are decomposed, because their products would lose too many digits.
    let needsSingularValues: Bool
    private let primal: PrimalFeatures<Working>?
    /// The kernel of each band, samples x samples, if kernels are used.
    let kernels: [Matrix<Working>]

    /// The given bands, which are centered over all samples if `centered`.
    init(_ bands: [Matrix<Working>], centered: Bool, largestTrain: Int, needsSingularValues: Bool = false) {
        features = bands.dropFirst().reduce(bands[0]) { $0.beside($1) }
        widths = bands.map(\.columns)
        self.centered = centered
        self.needsSingularValues = needsSingularValues
        let isPrimal = features.columns <= largestTrain && !needsSingularValues
        primal = isPrimal ? PrimalFeatures(features, centered: centered) : nil
        kernels = isPrimal || needsSingularValues ? [] : bands.map { LinearAlgebra.gram($0, ofRows: true) }
    }

    /// Whether the features' Gram matrix is used, not the kernels of the bands.
    var isPrimal: Bool { primal != nil }

    /// The bands one by one, not scaled.
    var separate: [Matrix<Working>] {
        var start = 0
        return widths.map { width in
            defer { start += width }
            return features.columns(start..<start + width)
        }
    }

    /// The same bands in the same form, in double precision.
    var inDouble: BandedFeatures<Double> {
        BandedFeatures<Double>(
            separate.map { $0.converted(to: Double.self) }, centered: centered,
            largestTrain: isPrimal ? features.columns : 0)
    }

    /// The square root of each feature's scaling.
    func factors(_ gamma: [Double]) -> [Double] {
        zip(gamma, widths).flatMap { Array(repeating: $0.squareRoot(), count: $1) }
    }

    /// All bands side by side, each times the square root of its scaling.
    func scaled(_ gamma: [Double]) -> Matrix<Working> { features.scalingColumns(by: factors(gamma)) }

    /// The form of the bands with one scaling.
    func form(_ gamma: [Double]) -> GramForm<Working> {
        if needsSingularValues {
            return .singular(SingularFeatures(features: scaled(gamma), centered: centered))
        }
        if let primal { return .primal(primal.scaled(by: factors(gamma))) }
        return .kernel(KernelFeatures(kernel: kernel(gamma), features: nil, centered: centered))
    }

    /// The matrix whose inverse, with alpha added to its diagonal, gives the weights: Gram matrix or kernel.
    func symmetric(_ gamma: [Double]) -> Matrix<Working> {
        primal?.scaled(by: factors(gamma)).gram ?? kernel(gamma)
    }

    /// One fold's matrices, for any scaling of the bands.
    func fold(_ fold: Fold) -> FoldLoss<Working> {
        isPrimal
            ? FoldLoss(features, widths: widths, fold: fold, centered: centered)
            : FoldLoss(kernels: kernels, fold: fold, centered: centered)
    }

    /// The kernel of the bands with one scaling.
    func kernel(_ gamma: [Double]) -> Matrix<Working> { .sum(kernels, times: gamma) }
}

extension Matrix {
    /// Adds `factor * other`.
    mutating func add(_ other: Matrix, times factor: Element) {
        withUnsafeMutableBufferPointer { target in
            other.withUnsafeBufferPointer { source in
                guard let to = target.baseAddress, let from = source.baseAddress else { return }
                addMultiple(of: from, factor, to: to, count: target.count)
            }
        }
    }
}

@_specialize(where Element == Float)
@_specialize(where Element == Double)
private func addMultiple<Element: Scalar>(
    of source: UnsafePointer<Element>, _ factor: Element, to target: UnsafeMutablePointer<Element>, count: Int
) {
    for i in 0..<count { target[i] += factor * source[i] }
}
