import Figures
import Formats
import Foundation
import Tables
import Tensors

/// The map from a subject's voxels to the pixels of its flattened cortex, as the Gallant lab's data sets hold it.
///
/// ```swift
/// let mapper = try FlatMapper.open("mappers/S01_mappers.hdf")
/// try mapper.flatMap(fit.scores.r2, scoreName: "R²")
/// ```
///
/// Each pixel is a weighted sum of voxels: a sparse matrix, pixels x voxels, row after row.
/// Source: `voxel_to_flatmap` of the shortclips mappers (Dupre la Tour et al. 2022).
public struct FlatMapper: Sendable, Equatable {
    /// How many voxels there are.
    public let voxelCount: Int
    /// The size of the picture, in pixels.
    public let width: Int
    public let height: Int
    /// The pixels of the picture that belong to the cortex, by their index from the upper left, in the order of the rows
    /// of the matrix.
    let pixels: [Int]
    /// Where each row of the matrix begins in `columns` and `weights`, and where the last one ends.
    let starts: [Int]
    /// The voxel of each weight.
    let columns: [Int]
    let weights: [Double]
    /// How the cortex is folded, 0 to 1, pixel by pixel; NaN outside. Nil if the file does not say.
    let curvature: [Double]?
    /// Lines and names of regions: how opaque they are, 0 to 1, pixel by pixel. Nil if the file does not say.
    let regions: [Double]?

    /// Reads a mapper; throws `FormatError` if a data set is missing, of another shape than the others ask for, or holds
    /// an index outside.
    public static func open(_ file: some FileLocation) throws -> FlatMapper {
        let url = file.fileURL
        let file = try HDF5File.open(url)
        func wrong(_ what: String, expected: String, found: String) -> FormatError {
            FormatError(url, "data set \"\(what)\"", expected: expected, found: found)
        }
        let shape = try file.dataset("/voxel_to_flatmap_shape").integers()
        guard shape.count == 2, shape.allSatisfy({ $0 > 0 && $0 < 1 << 31 }) else {
            throw wrong("voxel_to_flatmap_shape", expected: "pixels and voxels", found: "\(shape)")
        }
        let starts = try file.dataset("/voxel_to_flatmap_indptr").integers()
        let columns = try file.dataset("/voxel_to_flatmap_indices").integers()
        let weights: [Double] = try file.dataset("/voxel_to_flatmap_data").tensor(as: Double.self).elements
        guard starts.count == shape[0] + 1, starts.first == 0, starts.last == columns.count,
            zip(starts, starts.dropFirst()).allSatisfy({ $0 <= $1 })
        else {
            throw wrong(
                "voxel_to_flatmap_indptr",
                expected: "\(shape[0] + 1) rising numbers from 0 to \(columns.count)",
                found: "\(starts.count) from \(starts.first ?? 0) to \(starts.last ?? 0)")
        }
        guard weights.count == columns.count else {
            throw wrong(
                "voxel_to_flatmap_data", expected: "\(columns.count) numbers, as the indices",
                found: "\(weights.count)")
        }
        if let bad = columns.first(where: { $0 < 0 || $0 >= shape[1] }) {
            throw wrong("voxel_to_flatmap_indices", expected: "0 to \(shape[1] - 1)", found: "\(bad)")
        }
        let maskSet = try file.dataset("/flatmap_mask")
        guard maskSet.shape.count == 2 else {
            throw wrong("flatmap_mask", expected: "two dimensions", found: "\(maskSet.shape)")
        }
        // The file's first dimension runs across, its second upwards.
        let (width, height) = (maskSet.shape[0], maskSet.shape[1])
        func upright(_ index: Int) -> Int { (height - 1 - index % height) * width + index / height }
        let mask = try maskSet.integers()
        let pixels = mask.indices.filter { mask[$0] != 0 }.map(upright)
        guard pixels.count == shape[0] else {
            throw wrong(
                "flatmap_mask", expected: "\(shape[0]) pixels, as the matrix has rows",
                found: "\(pixels.count)")
        }
        func layer(_ name: String, channels: Int) throws -> [Double]? {
            guard file.contains("/\(name)") else { return nil }
            let dataset = try file.dataset("/\(name)")
            let expected = [width, height] + (channels > 1 ? [channels] : [])
            guard dataset.shape == expected else {
                throw wrong(name, expected: "of shape \(expected)", found: "\(dataset.shape)")
            }
            let values: [Double] = try dataset.tensor(as: Double.self).elements
            var turned = [Double](repeating: .nan, count: width * height)
            // Of four channels the last is the opacity.
            for index in turned.indices { turned[upright(index)] = values[index * channels + channels - 1] }
            return turned
        }
        var lines = try layer("flatmap_rois", channels: 4)
        if let most = lines?.filter(\.isFinite).max(), most > 1 { lines = lines?.map { $0 / 255 } }
        return FlatMapper(
            voxelCount: shape[1], width: width, height: height, pixels: pixels, starts: starts,
            columns: columns, weights: weights, curvature: try layer("flatmap_curvature", channels: 1),
            regions: lines)
    }

    /// The values of voxels in the pixels of the flattened cortex, the upper left one first, row after row: NaN outside it
    /// and where no voxel has a value.
    ///
    /// A pixel is the weighted sum of its voxels; where some have no value, the rest stand for them by their weights.
    /// Throws `BrainError.count` for another number of values.
    public func pixels(of values: [Double]) throws -> Matrix<Double> {
        guard values.count == voxelCount else {
            throw BrainError.count(
                what: "values", got: values.count, expected: voxelCount, of: "voxels of the mapper")
        }
        var picture = [Double](repeating: .nan, count: width * height)
        for (row, pixel) in pixels.enumerated() {
            var (sum, known, whole) = (0.0, 0.0, 0.0)
            for item in starts[row]..<starts[row + 1] {
                let (value, weight) = (values[columns[item]], weights[item])
                whole += weight
                guard value.isFinite else { continue }
                sum += weight * value
                known += weight
            }
            if known > 0 { picture[pixel] = known == whole ? sum : sum * whole / known }
        }
        return Matrix(rows: height, columns: width, elements: picture)
    }
}

extension FlatMapper: CustomStringConvertible {
    /// How many voxels, and the size of the picture.
    public var description: String {
        "flat map: \(voxelCount) voxels to \(pixels.count) of \(width) x \(height) pixels"
    }
}
