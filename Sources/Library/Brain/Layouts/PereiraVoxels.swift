import Formats
import Foundation

/// What `meta` in a file of Pereira et al. says of the voxels: where they lie, and in which regions.
struct PereiraVoxels {
    /// The grid.
    let shape: [Int]
    /// The index of each voxel, z fastest.
    let places: [Int]
    let regions: Regions?
    let regionSets: [RegionSet]

    init(_ meta: MATValue) throws {
        let fields = Set(meta.fieldNames)
        shape = try Self.shape(meta, fields)
        places = try Self.places(meta, fields, shape)
        (regions, regionSets) = try Self.regions(meta, fields, places.count)
    }

    func space(_ affine: [[Double]]?) throws -> VoxelSpace {
        try VoxelSpace(shape: shape, indices: places, affine: affine)
    }

    private static func shape(_ meta: MATValue, _ fields: Set<String>) throws -> [Int] {
        let names = ["dimx", "dimy", "dimz"]
        if names.allSatisfy(fields.contains) {
            let shape = try names.map { try meta[$0].integer ?? 0 }
            if shape.allSatisfy({ $0 > 0 }) { return shape }
        }
        let shape = try meta["dimensions"].integers()
        guard shape.count == 3, shape.allSatisfy({ $0 > 0 }) else {
            throw wrong(meta, "dimensions", expected: "three positive numbers", found: "\(shape)")
        }
        return shape
    }

    /// MATLAB counts from 1, the first axis fastest.
    private static func places(_ meta: MATValue, _ fields: Set<String>, _ shape: [Int]) throws -> [Int] {
        let (nx, ny, nz) = (shape[0], shape[1], shape[2])
        if fields.contains("indicesIn3D"), !fields.contains("colToCoord") {
            return try meta["indicesIn3D"].integers().map { number in
                guard (1...nx * ny * nz).contains(number) else {
                    throw wrong(meta, "indicesIn3D", expected: "within \(shape)", found: "\(number)")
                }
                let index = number - 1
                return ((index % nx) * ny + index / nx % ny) * nz + index / (nx * ny)
            }
        }
        let coordinates = try meta["colToCoord"].matrix(as: Double.self)
        guard coordinates.columns == 3 else {
            throw wrong(
                meta, "colToCoord", expected: "voxels x 3", found: "of \(coordinates.columns) columns")
        }
        return try (0..<coordinates.rows).map { voxel in
            let place = coordinates.row(voxel)
            let indices = place.compactMap { Int(exactly: $0) }
            guard indices.count == 3, zip(indices, shape).allSatisfy({ $0 >= 1 && $0 <= $1 }) else {
                throw wrong(meta, "colToCoord", expected: "within \(shape), from 1", found: "\(place)")
            }
            return ((indices[0] - 1) * ny + indices[1] - 1) * nz + indices[2] - 1
        }
    }

    private static func regions(
        _ meta: MATValue, _ fields: Set<String>, _ voxelCount: Int
    ) throws -> (Regions?, [RegionSet]) {
        var regions: Regions?
        var sets: [RegionSet] = []
        if fields.contains("roiMultimaskAAL") {
            regions = try Regions(labels: labels(meta, "roiMultimaskAAL"), table: .aal116)
        }
        if fields.contains("roiMultimaskGordon") {
            let labels = try labels(meta, "roiMultimaskGordon")
            let count = max(labels.max() ?? 0, 0)
            var names = (0..<count).map { "Gordon \($0 + 1)" }
            if fields.contains("roisGordon") {
                names = try Pereira2018.texts(meta["roisGordon"])
                guard names.count >= count, Set(names).count == names.count else {
                    throw wrong(
                        meta, "roisGordon", expected: "\(count) different names, as there are labels",
                        found: "\(names.count), \(Set(names).count) of them different")
                }
            }
            let table = RegionTable(
                name: "Gordon", regions: names.enumerated().map { Region(id: $0 + 1, name: $1) })
            sets.append(RegionSet("Gordon", try Regions(labels: labels, table: table)))
        }
        if fields.isSuperset(of: ["atlases", "rois", "roiColumns"]) {
            sets += try atlases(meta, voxelCount)
        }
        return (regions, sets)
    }

    /// The first column of labels, one per voxel.
    private static func labels(_ meta: MATValue, _ field: String) throws -> [Int] {
        let value = try meta[field]
        let numbers = try value.integers()
        guard value.shape.count == 2, min(value.shape[0], value.shape[1]) > 1 else { return numbers }
        return stride(from: 0, to: numbers.count, by: value.shape[1]).map { numbers[$0] }
    }

    /// Atlases as lists of the columns of each region; a voxel in several belongs to the first.
    private static func atlases(_ meta: MATValue, _ voxelCount: Int) throws -> [RegionSet] {
        let names = try Pereira2018.texts(meta["atlases"])
        let (regions, columns) = (try meta["rois"].elements, try meta["roiColumns"].elements)
        guard regions.count == names.count, columns.count == names.count else {
            throw wrong(
                meta, "rois and roiColumns", expected: "\(names.count) cells, as there are atlases",
                found: "\(regions.count) and \(columns.count)")
        }
        return try names.indices.map { atlas in
            let own = try Pereira2018.texts(regions[atlas])
            var ofVoxel = [String](repeating: "", count: voxelCount)
            let lists = columns[atlas].elements
            guard lists.count == own.count else {
                throw wrong(
                    meta, "roiColumns of \(names[atlas])",
                    expected: "\(own.count) cells, as there are regions",
                    found: "\(lists.count)")
            }
            for (name, list) in zip(own, lists) {
                for column in try list.integers() {
                    guard column >= 1, column <= voxelCount else {
                        throw wrong(
                            meta, "roiColumns of \(names[atlas])", expected: "1 to \(voxelCount)",
                            found: "\(column)")
                    }
                    if ofVoxel[column - 1].isEmpty { ofVoxel[column - 1] = name }
                }
            }
            return RegionSet(names[atlas], Regions(names: ofVoxel))
        }
    }

    private static func wrong(_ meta: MATValue, _ field: String, expected: String, found: String)
        -> FormatError
    {
        FormatError(meta.url, "meta.\(field)", expected: expected, found: found)
    }
}
