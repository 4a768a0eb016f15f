import Tensors

/// Responses that are read a few voxels at a time, because all together would not fit into memory.
///
/// A matrix is one; `HDF5Responses` reads a data set of an HDF5 file.
package protocol ResponseReader<Element>: Sendable {
    /// The precision of the responses.
    associatedtype Element: Scalar
    /// How many samples each voxel has.
    var samples: Int { get }
    /// How many voxels there are.
    var voxels: Int { get }
    /// The responses of some voxels: samples x voxels of the range.
    func responses(of voxels: Range<Int>) throws -> Matrix<Element>
}

extension Matrix: ResponseReader {
    /// How many rows there are.
    package var samples: Int { rows }
    /// How many columns there are.
    package var voxels: Int { columns }
    /// The columns of a range.
    package func responses(of voxels: Range<Int>) throws -> Matrix { columns(voxels) }
}

/// Takes the results of a fit, a few voxels at a time.
package protocol RidgeWriter<Element> {
    /// The precision of the weights.
    associatedtype Element: Scalar
    /// Whether each voxel already has its results, from an earlier fit that was stopped.
    var isDone: [Bool] { get throws }
    /// Writes the results of the voxels of a range; they are safe when it returns.
    func write(_ fit: RidgeFit<Element>, of voxels: Range<Int>) throws
}
