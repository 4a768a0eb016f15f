import Foundation
import Tensors

extension CIFTI {
    /// What the indices of a dimension stand for.
    public enum Dimension: Sendable, Equatable {
        /// Maps of numbers, by name.
        case scalars([String])
        /// Maps of labels, each with its own table.
        case labels([LabelMap])
        /// Time points, frequencies or the like, evenly spaced.
        case series(Series)
        /// Grayordinates, structure by structure.
        case brainModels([BrainModel])
        /// Parcels, each of vertices and voxels.
        case parcels([Parcel])

        /// How many indices there are.
        public var count: Int {
            switch self {
            case .scalars(let names): names.count
            case .labels(let maps): maps.count
            case .series(let series): series.count
            case .brainModels(let models): models.reduce(0) { $0 + $1.count }
            case .parcels(let parcels): parcels.count
            }
        }
    }

    /// A map of labels.
    public struct LabelMap: Sendable, Equatable {
        /// The map's name.
        public let name: String
        /// What its numbers stand for, in the file's order.
        public let labels: [SurfaceLabel]

        /// A map.
        ///
        /// - Parameters:
        ///   - name: what the map is called.
        ///   - labels: what its numbers stand for.
        public init(name: String, labels: [SurfaceLabel]) {
            self.name = name
            self.labels = labels
        }
    }

    /// Evenly spaced points.
    public struct Series: Sendable, Equatable {
        /// How many there are.
        public let count: Int
        /// The first point, in `unit`s.
        public let start: Double
        /// From one point to the next, in `unit`s.
        public let step: Double
        /// "SECOND", "HERTZ", "METER" or "RADIAN".
        public let unit: String

        /// Points.
        ///
        /// - Parameters:
        ///   - count: how many points there are.
        ///   - start: the first one, in `unit`s.
        ///   - step: from one to the next, in `unit`s.
        ///   - unit: "SECOND", "HERTZ", "METER" or "RADIAN".
        public init(count: Int, start: Double, step: Double, unit: String) {
            self.count = count
            self.start = start
            self.step = step
            self.unit = unit
        }
    }

    /// Some grayordinates of one structure.
    public struct BrainModel: Sendable, Equatable {
        /// The structure, for instance "CORTEX_LEFT" or "THALAMUS_RIGHT".
        public let structure: String
        /// The first of its indices in the dimension.
        public let offset: Int
        /// What the indices are, in their order.
        public let place: Place

        /// How many grayordinates there are.
        public var count: Int {
            switch place {
            case .vertices(let vertices, _): vertices.count
            case .voxels(let voxels, _): voxels.count
            }
        }
    }

    /// Where grayordinates are.
    public enum Place: Sendable, Equatable {
        /// Vertices of a surface that has `of` of them.
        case vertices([Int], of: Int)
        /// Voxels of a grid, by their three indices.
        case voxels([SIMD3<Int>], in: ImageGrid)
    }

    /// A parcel.
    public struct Parcel: Sendable, Equatable {
        /// Its name.
        public let name: String
        /// Its vertices by structure, for instance "CORTEX_LEFT".
        public let vertices: [String: [Int]]
        /// Its voxels.
        public let voxels: [SIMD3<Int>]

        /// A parcel.
        ///
        /// - Parameters:
        ///   - name: what the parcel is called.
        ///   - vertices: its vertices by structure.
        ///   - voxels: its voxels' three indices.
        public init(name: String, vertices: [String: [Int]], voxels: [SIMD3<Int>]) {
            self.name = name
            self.vertices = vertices
            self.voxels = voxels
        }
    }

    /// The grayordinates of the first dimension that has them.
    ///
    /// Throws `FormatError` if none has (the file is parcellated).
    public var brainModels: [BrainModel] {
        get throws {
            for case .brainModels(let models) in dimensions { return models }
            throw FormatError(url, "the dimensions", expected: "one of grayordinates", found: kinds)
        }
    }

    /// The names of the maps; empty for a series.
    public var mapNames: [String] {
        for dimension in dimensions {
            if case .scalars(let names) = dimension { return names }
            if case .labels(let maps) = dimension { return maps.map(\.name) }
        }
        return []
    }

    /// The time from one point of a series to the next in seconds; nil if the file is none, or not one of time, or its
    /// step is not above zero.
    public var repetitionTime: Double? {
        for case .series(let series) in dimensions where series.unit == "SECOND" {
            return series.step > 0 ? series.step : nil
        }
        return nil
    }

    /// The key of each grayordinate (or parcel) in a map of labels, and the map's table.
    ///
    /// Throws `FormatError` if the file has no labels or no such map, or holds fractions.
    public func labels(map: Int = 0) throws -> (keys: [Int], labels: [SurfaceLabel]) {
        guard shape.count == 2, case .labels(let maps) = dimensions[0] else {
            throw FormatError(url, "the first dimension", expected: "labels (.dlabel.nii)", found: kinds)
        }
        guard maps.indices.contains(map) else {
            throw FormatError(url, "the map", expected: "0 to \(maps.count - 1)", found: "\(map)")
        }
        let values = try tensor(as: Double.self).matrix.row(map)
        let keys = try values.map { value in
            guard let key = Int(exactly: value) else {
                throw FormatError(url, "a label", expected: "a whole number", found: "\(value)")
            }
            return key
        }
        return (keys, maps[map].labels)
    }

    /// What the dimensions are, in words.
    var kinds: String {
        dimensions.map { dimension in
            switch dimension {
            case .scalars: "scalars"
            case .labels: "labels"
            case .series: "a series"
            case .brainModels: "grayordinates"
            case .parcels: "parcels"
            }
        }.joined(separator: " x ")
    }
}
