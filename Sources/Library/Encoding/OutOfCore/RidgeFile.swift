import Formats
import Foundation
import Tensors

/// A ridge fit in an HDF5 file, complete or as far as it was computed.
///
/// | path | what |
/// | --- | --- |
/// | `/alphas` | the grid |
/// | `/best_alpha`, `/r2`, `/r`, `/intercepts` | one number per voxel |
/// | `/search_scores` | alphas x voxels |
/// | `/weights` | features x voxels |
/// | `/feature_means` | what is subtracted from each feature for a prediction |
/// | `/means` | of each voxel: what is predicted where all features are at their means |
/// | `/state` | of each voxel: 0 to be done, 1 fitted, 2 holds a NaN, 3 constant |
/// | `/settings` | the settings of the fit |
///
/// Voxels that are not done, or hold a NaN, read as NaN.
///
/// ```swift
/// let file = try RidgeFile.open("sub-01-ridge.h5")
/// try file.scores().r              // one correlation per voxel
/// try file.coefficients(of: 1000..<1100)
/// ```
public struct RidgeFile: Sendable {
    /// Where the file is.
    public let url: URL
    /// The grid of alphas, ascending.
    public let alphas: [Double]
    /// How many voxels there are.
    public let voxels: Int
    /// How many features there are.
    public let features: Int

    /// The state of a voxel.
    enum State: UInt8 {
        case waiting, fitted, notFinite, constant
    }

    static let featureMeans = "/feature_means"
    static let means = "/means"

    /// Opens the file of a fit; throws `FormatError` if it is another kind of file.
    public static func open(_ file: some FileLocation) throws -> RidgeFile {
        try RidgeFile(HDF5File.open(file))
    }

    /// The results in a file that is open.
    init(_ file: HDF5File) throws {
        url = file.url
        alphas = try file.dataset("/alphas").tensor(as: Double.self).elements
        let weights = try file.dataset("/weights")
        guard weights.shape.count == 2, try file.dataset("/state").shape == [weights.shape[1]] else {
            throw FormatError(
                url, "\"/weights\"",
                expected: "features x voxels, with a number in \"/state\" for each voxel",
                found: "\(weights.shape)")
        }
        (features, voxels) = (weights.shape[0], weights.shape[1])
    }

    /// Opened for each read: HDF5 would not let a fit resume in a file that a value of an earlier cell keeps open.
    private func dataset(_ path: String) throws -> HDF5Dataset { try HDF5File.open(url).dataset(path) }

    private func numbers(_ path: String) throws -> [Double] {
        let dataset = try dataset(path)
        guard dataset.shape == [voxels] else {
            throw FormatError(
                url, "\"\(path)\"", expected: "one number for each of \(voxels) voxels",
                found: "\(dataset.shape)")
        }
        return try zip(dataset.tensor(as: Double.self).elements, isDone).map { $1 ? $0 : .nan }
    }

    private func states() throws -> [UInt8] {
        let states = try dataset("/state").bytes([0..<voxels])
        if let voxel = states.firstIndex(where: { State(rawValue: $0) == nil }) {
            throw FormatError(
                url, "\"/state\" of voxel \(voxel)", expected: "from 0 to 3", found: "\(states[voxel])")
        }
        return states
    }

    private func voxels(in state: State) throws -> [Int] {
        try states().enumerated().filter { $0.element == state.rawValue }.map(\.offset)
    }

    /// Whether each voxel has its results.
    public var isDone: [Bool] { get throws { try states().map { $0 != State.waiting.rawValue } } }
    /// The voxels that hold a NaN or an infinity.
    public func voxelsWithNaN() throws -> [Int] { try voxels(in: .notFinite) }
    /// The voxels that never change: their coefficients are 0 and their scores NaN.
    public func constantVoxels() throws -> [Int] { try voxels(in: .constant) }
    /// The alpha of each voxel.
    public func bestAlphas() throws -> [Double] { try numbers("/best_alpha") }
    /// What is added to each voxel's prediction.
    public func intercepts() throws -> [Double] { try numbers("/intercepts") }
    /// R2 and r of each voxel's held-out predictions; NaN if the model does not score held-out predictions.
    public func scores() throws -> VoxelScores { try VoxelScores(r2: numbers("/r2"), r: numbers("/r")) }

    /// The coefficients of some voxels: features x voxels of the range; NaN for voxels that are not done.
    public func coefficients<Element: Scalar>(
        of range: Range<Int>, as type: Element.Type = Float.self
    ) throws -> Matrix<Element> {
        var matrix = try dataset("/weights").tensor([0..<features, range], as: type).matrix
        let done = try isDone
        for (j, voxel) in range.enumerated() where !done[voxel] {
            for k in 0..<features { matrix[k, j] = .nan }
        }
        return matrix
    }

    /// The predicted responses of some voxels to `features`: samples x voxels of the range.
    ///
    /// Throws `EncodingError` if the number of features is not that of the fit.
    public func predict<Element: Scalar>(
        _ features: Matrix<Element>, voxels range: Range<Int>
    ) throws -> Matrix<Element> {
        guard features.columns == self.features else {
            throw EncodingError.columnCount(
                what: "features", count: features.columns, expected: self.features)
        }
        let coefficients = try coefficients(of: range, as: Element.self)
        guard try HDF5File.open(url).contains(Self.featureMeans) else {
            // A file of the time before it held the means.
            return multiply(features, coefficients).addingToColumns(Array(try intercepts()[range]))
        }
        let featureMeans = try dataset(Self.featureMeans)
        guard featureMeans.shape == [self.features] else {
            throw FormatError(
                url, "\"\(Self.featureMeans)\"", expected: "one number for each of \(self.features) features",
                found: "\(featureMeans.shape)")
        }
        // About their means, as in `RidgeFit.predict`.
        let centered = features.centered(by: try featureMeans.tensor(as: Double.self).elements)
        return multiply(centered, coefficients).addingToColumns(Array(try numbers(Self.means)[range]))
    }
}
