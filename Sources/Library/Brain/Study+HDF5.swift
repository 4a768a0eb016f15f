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
/// | `/space/shape`, `/space/indices`, `/space/affine` | the grid, each voxel's index in it, 3 or 4 rows of 4 (absent | |
/// | | if it is not known) | |
/// | `/space/left_mesh`, `/space/left_vertices`, `/space/left_positions` | how many vertices the mesh has, those that | |
/// | and the same with `right_` | come before the voxels of the grid, and their places in mm if they are known | |
/// | `/space/points` | places in mm, after those | |
/// | `/regions_table/ids`, `names`, `groups`, `colors` | the regions in their order; colors of four columns, NaN for none | |
/// | `/regions_table/places` | for each voxel the number of its region among these, from 0; -1 for none | |
/// | `/region_sets/names` | the names of other sets of regions | |
/// | `/region_sets/1`, `/region_sets/1_groups`, … | the same as `/regions` and `/region_groups`, of each set | |
/// | `/region_sets/1_table/ids`, … | the same as of `/regions_table` | |
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
            runs: runs, space: try space(of: file),
            regions: try regions(of: file, at: "/regions", "/region_groups"),
            regionSets: try regionSets(of: file))
    }

    private static func regionSets(of file: HDF5File) throws -> [RegionSet] {
        guard file.contains("/region_sets/names") else { return [] }
        return try file.dataset("/region_sets/names").strings().enumerated().map { index, name in
            let path = "/region_sets/\(index + 1)"
            guard let regions = try regions(of: file, at: path, path + "_groups") else {
                throw FormatError(
                    file.url, "\"\(path)\"", expected: "there, as its name is", found: "missing")
            }
            return RegionSet(name, regions)
        }
    }

    private static func space(of file: HDF5File) throws -> VoxelSpace? {
        var parts: [VoxelSpace] = []
        let surfaces = try Hemisphere.allCases.compactMap { try surface($0, of: file) }
        if !surfaces.isEmpty { parts.append(try VoxelSpace(surfaces: surfaces)) }
        if let grid = try grid(of: file) { parts.append(grid) }
        if file.contains("/space/points") {
            let points: Matrix<Double> = try file.dataset("/space/points").matrix(as: Double.self)
            parts.append(try VoxelSpace(coordinates: (0..<points.rows).map { points.row($0) }))
        }
        return parts.isEmpty ? nil : try VoxelSpace(joining: parts)
    }

    private static func surface(_ hemisphere: Hemisphere, of file: HDF5File) throws -> SurfaceVertices? {
        let path = "/space/\(hemisphere.rawValue)_"
        guard file.contains(path + "vertices") else { return nil }
        let mesh = try file.dataset(path + "mesh").integers()
        guard mesh.count == 1 else {
            throw FormatError(file.url, "\"\(path)mesh\"", expected: "one number", found: "\(mesh.count)")
        }
        var positions: [SIMD3<Float>]?
        if file.contains(path + "positions") {
            let rows: Matrix<Float> = try file.dataset(path + "positions").matrix()
            guard rows.columns == 3 else {
                throw FormatError(
                    file.url, "\"\(path)positions\"", expected: "of three columns", found: "\(rows.columns)")
            }
            positions = (0..<rows.rows).map { SIMD3(rows[$0, 0], rows[$0, 1], rows[$0, 2]) }
        }
        return try SurfaceVertices(
            hemisphere, of: mesh[0], vertices: file.dataset(path + "vertices").integers(),
            positions: positions)
    }

    private static func grid(of file: HDF5File) throws -> VoxelSpace? {
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

    private static func regions(of file: HDF5File, at path: String, _ groupPath: String) throws -> Regions? {
        guard file.contains(path) else { return nil }
        let names = try file.dataset(path).strings()
        let groups = file.contains(groupPath) ? try file.dataset(groupPath).strings() : []
        guard groups.isEmpty || groups.count == names.count else {
            throw FormatError(
                file.url, "\"\(groupPath)\"", expected: "\(names.count) texts, as \"\(path)\" has",
                found: "\(groups.count)")
        }
        if let regions = try file.regions(at: path + "_table") {
            return try table(regions, of: file, at: path, names)
        }
        return Regions(
            names: names, groups: Dictionary(zip(names, groups), uniquingKeysWith: { first, _ in first }))
    }

    /// The regions in the order of their table, of which the names of the voxels' must be the same.
    private static func table(
        _ regions: [Region], of file: HDF5File, at path: String, _ voxelNames: [String]
    ) throws -> Regions {
        let places = try file.dataset(path + "_table/places").integers()
        guard places.allSatisfy({ -1..<regions.count ~= $0 }),
            places.map({ $0 < 0 ? "" : regions[$0].name }) == voxelNames
        else {
            throw FormatError(
                file.url, "\"\(path)_table/places\"", expected: "the regions that \"\(path)\" names",
                found: "others, of \(places.count) voxels")
        }
        return Regions(regions, places: places.map { $0 < 0 ? nil : $0 })
    }

    /// Writes the study to an HDF5 file that `open` reads; throws `FormatError` if that fails.
    public func write(to file: some FileLocation) throws {
        try HDF5File.create(file) { file in
            try file.write(responses, to: "/responses")
            try file.write(runs.lengths, to: "/runs")
            if !stimuli.isEmpty { try file.write(stimuli, to: "/stimuli") }
            if let regions = knownRegions { try write(regions, to: file, at: "/regions", "/region_groups") }
            if let space = knownSpace { try write(space, to: file) }
            if !regionSets.isEmpty {
                try file.write(regionSets.map(\.name), to: "/region_sets/names")
                for (index, set) in regionSets.enumerated() {
                    let path = "/region_sets/\(index + 1)"
                    try write(set.regions, to: file, at: path, path + "_groups")
                }
            }
        }
    }

    private func write(_ regions: Regions, to file: HDF5File, at path: String, _ groupPath: String) throws {
        let each = regions.places.map { place in place.map { regions.regions[$0] } }
        try file.write(each.map { $0?.name ?? "" }, to: path)
        try file.write(each.map { $0?.group ?? "" }, to: groupPath)
        guard !regions.regions.isEmpty else { return }
        try file.write(regions.regions, to: path + "_table")
        try file.write(regions.places.map { $0 ?? -1 }, to: path + "_table/places")
    }

    private func write(_ space: VoxelSpace, to file: HDF5File) throws {
        for surface in space.surfaces {
            let path = "/space/\(surface.hemisphere.rawValue)_"
            try file.write([surface.meshVertexCount], to: path + "mesh")
            try file.write(surface.vertices, to: path + "vertices")
            if let positions = surface.positions {
                try file.write(
                    Matrix<Float>(
                        rows: positions.count, columns: 3, elements: positions.flatMap { [$0.x, $0.y, $0.z] }),
                    to: path + "positions")
            }
        }
        if space.kind == .volume || space.kind == .grayordinates {
            try file.write(space.shape, to: "/space/shape")
            try file.write(space.indices, to: "/space/indices")
            if space.hasKnownAffine { try file.write(Matrix(space.affine), to: "/space/affine") }
        }
        if !space.points.isEmpty {
            try file.write(Matrix(space.points.map { [$0.x, $0.y, $0.z] }), to: "/space/points")
        }
    }
}
