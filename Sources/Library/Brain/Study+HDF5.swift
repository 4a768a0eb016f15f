import Encoding
import Formats
import Foundation
import Tensors

/// A study in one HDF5 file.
///
/// | path | what | |
/// | --- | --- | --- |
/// | `/responses` | samples x voxels, any number type | needed |
/// | `/runs` | samples of each run, in order | one run if absent |
/// | `/stimuli` | one text per sample | |
/// | `/regions` | the name of each voxel's region, empty for none | |
/// | `/region_groups` | the group of each voxel's region | |
/// | `/space/shape`, `/space/indices`, `/space/affine` | the grid, each voxel's index in it, 3 or 4 rows of 4 | |
extension Study {
    /// Opens a study; throws `FormatError` if a data set is missing or malformed, `BrainError` if parts do not fit.
    public static func open(_ file: some FileLocation) throws -> Study {
        let url = file.fileURL
        let file = try HDF5File.open(url)
        let dataset = try file.dataset("/responses")
        guard dataset.shape.count == 2 else {
            throw FormatError(
                url, "data set \"/responses\"", expected: "two dimensions (samples x voxels)",
                found: "\(dataset.shape)")
        }
        let responses: Matrix<Float> = try dataset.matrix()
        let runs = file.contains("/runs") ? try Runs(lengths: file.dataset("/runs").integers()) : nil
        return try Study(
            name: url.deletingPathExtension().lastPathComponent,
            stimuli: file.contains("/stimuli") ? try file.dataset("/stimuli").strings() : [],
            responses: responses,
            runs: runs, space: try space(of: file), regions: try regions(of: file))
    }

    private static func space(of file: HDF5File) throws -> VoxelSpace? {
        guard file.contains("/space/shape"), file.contains("/space/indices") else { return nil }
        var affine: [[Double]]?
        if file.contains("/space/affine") {
            let matrix: Matrix<Double> = try file.dataset("/space/affine").matrix(as: Double.self)
            affine = (0..<matrix.rows).map { matrix.row($0) }
        }
        let shape = try file.dataset("/space/shape").integers()
        guard byteCount(of: shape, .uint8) != nil else {
            throw FormatError(file.url, "\"/space/shape\"", expected: "that of a grid", found: "\(shape)")
        }
        return try VoxelSpace(
            shape: shape,
            indices: file.dataset("/space/indices").integers(),
            affine: affine)
    }

    private static func regions(of file: HDF5File) throws -> Regions? {
        guard file.contains("/regions") else { return nil }
        let names = try file.dataset("/regions").strings()
        let groups = file.contains("/region_groups") ? try file.dataset("/region_groups").strings() : []
        guard groups.isEmpty || groups.count == names.count else {
            throw FormatError(
                file.url, "\"/region_groups\"", expected: "\(names.count) texts, as \"/regions\" has",
                found: "\(groups.count)")
        }
        return Regions(
            names: names, groups: Dictionary(zip(names, groups), uniquingKeysWith: { first, _ in first }))
    }

    /// Writes the study to an HDF5 file that `open` reads; throws `FormatError` if that fails.
    public func write(to file: some FileLocation) throws {
        try HDF5File.create(file) { file in
            try file.write(responses, to: "/responses")
            try file.write(runs.lengths, to: "/runs")
            if !stimuli.isEmpty { try file.write(stimuli, to: "/stimuli") }
            if let regions = knownRegions {
                let each = regions.places.map { place in place.map { regions.regions[$0] } }
                try file.write(each.map { $0?.name ?? "" }, to: "/regions")
                try file.write(each.map { $0?.group ?? "" }, to: "/region_groups")
            }
            if let space = knownSpace {
                try file.write(space.shape, to: "/space/shape")
                try file.write(space.indices, to: "/space/indices")
                try file.write(Matrix(space.affine), to: "/space/affine")
            }
        }
    }
}
