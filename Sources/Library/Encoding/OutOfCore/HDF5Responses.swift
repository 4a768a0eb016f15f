import Formats
import Tensors

/// The responses of a data set of an HDF5 file, read a few voxels at a time.
package struct HDF5Responses<Element: Scalar>: ResponseReader {
    /// How many samples each voxel has.
    package let samples: Int
    /// How many voxels there are.
    package let voxels: Int
    /// The data set.
    package let dataset: HDF5Dataset
    /// Whether the rows of the data set are voxels and not samples.
    private let rowsAreVoxels: Bool

    /// The responses of a data set, samples x voxels or voxels x samples, whichever has `samples` samples.
    ///
    /// Throws `EncodingError` if neither of its two dimensions does.
    package init(_ dataset: HDF5Dataset, samples: Int) throws {
        guard dataset.shape.count == 2, dataset.shape.contains(samples) else {
            throw EncodingError.parameter(
                name: "the shape of \"\(dataset.path)\"",
                value: dataset.shape.map(String.init).joined(separator: " x "),
                expected: "\(samples) samples x voxels, as the features have \(samples) samples")
        }
        self.dataset = dataset
        self.samples = samples
        rowsAreVoxels = dataset.shape[0] != samples
        voxels = dataset.shape[rowsAreVoxels ? 0 : 1]
    }

    /// What tells these responses from others: their path, and a checksum of eight voxels, evenly spaced.
    ///
    /// Throws `FormatError` if they cannot be read.
    package func name() throws -> String {
        let count = min(8, voxels)
        let chosen = try (0..<count).map { part -> Matrix<Element> in
            let voxel = (2 * part + 1) * voxels / (2 * count)
            return try responses(of: voxel..<voxel + 1)
        }
        return "\(dataset.path), checksum \(checksum(of: Matrix<Element>.joined(chosen)))"
    }

    /// Samples x voxels of the range; throws `FormatError` if they cannot be read.
    package func responses(of voxels: Range<Int>) throws -> Matrix<Element> {
        rowsAreVoxels
            ? try dataset.tensor([voxels, 0..<samples], as: Element.self).matrix.transposed()
            : try dataset.tensor([0..<samples, voxels], as: Element.self).matrix
    }
}
