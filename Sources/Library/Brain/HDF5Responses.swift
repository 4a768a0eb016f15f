import Encoding
import Formats
import Tensors

/// The responses of a data set of an HDF5 file, read a few voxels at a time.
public struct HDF5Responses<Element: Scalar>: ResponseReader {
    /// How many samples each voxel has.
    public let samples: Int
    /// How many voxels there are.
    public let voxels: Int
    /// The data set.
    public let dataset: HDF5Dataset
    /// Whether the rows of the data set are voxels and not samples.
    private let rowsAreVoxels: Bool

    /// The responses of a data set, samples x voxels or voxels x samples, whichever has `samples` samples.
    ///
    /// Throws `BrainError.value` where neither of its two dimensions does.
    public init(_ dataset: HDF5Dataset, samples: Int) throws {
        guard dataset.shape.count == 2, dataset.shape.contains(samples) else {
            throw BrainError.value(
                what: "the shape of \"\(dataset.path)\"",
                got: dataset.shape.map(String.init).joined(separator: " x "),
                expected: "\(samples) samples x voxels, as the features have \(samples) samples")
        }
        self.dataset = dataset
        self.samples = samples
        rowsAreVoxels = dataset.shape[0] != samples
        voxels = dataset.shape[rowsAreVoxels ? 0 : 1]
    }

    /// Samples x voxels of the range; throws `FormatError` where they cannot be read.
    public func responses(of voxels: Range<Int>) throws -> Matrix<Element> {
        rowsAreVoxels
            ? try dataset.tensor([voxels, 0..<samples], as: Element.self).matrix.transposed()
            : try dataset.tensor([0..<samples, voxels], as: Element.self).matrix
    }
}
