import Figures
import Formats

extension SurfaceRegions {
    /// The region of each vertex from labels, for instance a pair of annotations, whose borders a `SurfaceMap` draws.
    ///
    /// ```swift
    /// let parcels = SurfaceRegions(
    ///     labels: [.left: try SurfaceLabels.open("lh.aparc.annot"), .right: try SurfaceLabels.open("rh.aparc.annot")])
    /// ```
    ///
    /// A name that both hemispheres have gets "_L" and "_R". The medial wall belongs to no region, nor does a vertex whose
    /// label the table lacks.
    ///
    /// - Parameter labels: the labels of each hemisphere's vertices; none for a hemisphere that the surface lacks.
    public init(labels: [Hemisphere: SurfaceLabels]) {
        let names = labels.mapValues { Set($0.cortex.map(\.name)) }
        let isShared = names.count == 2 && !(names[.left] ?? []).isDisjoint(with: names[.right] ?? [])
        func named(_ side: Hemisphere) -> [String] {
            guard let labels = labels[side] else { return [] }
            let suffix = isShared ? (side == .left ? "_L" : "_R") : ""
            let known = Dictionary(
                labels.cortex.map { ($0.key, $0.name + suffix) }, uniquingKeysWith: { first, _ in first })
            return labels.keys.map { known[$0] ?? "" }
        }
        self.init(left: named(.left), right: named(.right))
    }
}

extension Regions {
    /// The region of each voxel of a space from the labels of its vertices, for instance a pair of annotations.
    ///
    /// ```swift
    /// let regions = try Regions(
    ///     labels: [.left: SurfaceLabels.open("lh.aparc.annot"), .right: SurfaceLabels.open("rh.aparc.annot")],
    ///     in: space)
    /// ```
    ///
    /// A label that both hemispheres have is two regions, with "_L" and "_R" after the name. The medial wall and voxels
    /// below the cortex belong to none. Throws `BrainError` if a hemisphere of the space has no labels or another number
    /// of vertices, or a vertex's label is not in its table.
    ///
    /// - Parameters:
    ///   - labels: the labels of each hemisphere's vertices.
    ///   - space: the vertices.
    public init(labels: [Hemisphere: SurfaceLabels], in space: VoxelSpace) throws {
        guard !space.surfaces.isEmpty else {
            throw BrainError.value(
                what: "the voxel space for labels of vertices", got: "one of \(space.kind.rawValue)",
                expected: "one with a surface")
        }
        let tables = try space.surfaces.map { surface in
            guard let labels = labels[surface.hemisphere] else {
                throw BrainError.value(
                    what: "the labels of the \(surface.hemisphere.rawValue) hemisphere", got: "missing",
                    expected: "there, as it is part of the space")
            }
            guard labels.keys.count == surface.meshVertexCount else {
                throw BrainError.count(
                    what: "labels of the \(surface.hemisphere.rawValue) hemisphere", got: labels.keys.count,
                    expected: surface.meshVertexCount, of: "vertices of its mesh")
            }
            return labels
        }
        let names = tables.map { Set($0.cortex.map(\.name)) }
        let isShared = names.count == 2 && !names[0].isDisjoint(with: names[1])
        var all: [Region] = []
        var places: [Int?] = []
        for (surface, labels) in zip(space.surfaces, tables) {
            let suffix = isShared ? (surface.hemisphere == .left ? "_L" : "_R") : ""
            let cortex = labels.cortex
            let first = all.count
            all += cortex.enumerated().map { index, label in
                Region(id: first + index + 1, name: label.name + suffix, color: label.color)
            }
            let place = Dictionary(
                cortex.enumerated().map { ($1.key, first + $0) }, uniquingKeysWith: { first, _ in first })
            try labels.check(surface.vertices.map { labels.keys[$0] }, surface.hemisphere)
            places += surface.vertices.map { place[labels.keys[$0]] }
        }
        self.init(all, places: places + [Int?](repeating: nil, count: space.count - places.count))
    }

    /// The region of each grayordinate from a CIFTI file of labels; "???" belongs to none.
    ///
    /// - Parameters:
    ///   - cifti: a file of labels.
    ///   - map: which map of the file, from zero.
    ///
    /// Throws `FormatError` if the file has no labels or no such map, and `BrainError.unknownLabels` if its table lacks one.
    public init(cifti: CIFTI, map: Int = 0) throws {
        let (keys, labels) = try cifti.labels(map: map)
        let table = RegionTable(name: cifti.mapNames[map], labels: labels)
        let blank = Set(labels.filter { SurfaceLabels(keys: [], labels: [$0]).cortex.isEmpty }.map(\.key))
        try self.init(labels: keys.map { blank.contains($0) ? 0 : $0 }, table: table)
    }

    /// The structure of each grayordinate as a region: "CORTEX_LEFT", "THALAMUS_RIGHT", ….
    ///
    /// - Parameter cifti: a file of grayordinates.
    ///
    /// Throws `FormatError` if the file has no grayordinates.
    public init(structuresOf cifti: CIFTI) throws {
        self.init(names: try cifti.brainModels.flatMap { [String](repeating: $0.structure, count: $0.count) })
    }
}

extension RegionTable {
    /// A table from the labels of a surface or of CIFTI; label 0, which belongs to none, is left out.
    ///
    /// - Parameters:
    ///   - name: the name of the table, which errors use.
    ///   - labels: the labels.
    public init(name: String, labels: [SurfaceLabel]) {
        self.init(
            name: name,
            regions: labels.filter { $0.key != 0 }.map { Region(id: $0.key, name: $0.name, color: $0.color) })
    }
}

extension SurfaceLabels {
    /// The labels of cortex: all but those of the medial wall.
    var cortex: [SurfaceLabel] {
        let walls = Set(SurfaceLabels(keys: labels.map(\.key), labels: labels).medialWall)
        return labels.enumerated().filter { !walls.contains($0.offset) }.map(\.element)
    }

    /// Throws `BrainError.unknownLabels` if one of a hemisphere's labels is not in the table; 0 and -1 are none.
    func check(_ keys: [Int], _ side: Hemisphere) throws {
        let known = Set(labels.map(\.key)).union([0, -1])
        let unknown = Set(keys).subtracting(known)
        guard unknown.isEmpty else {
            throw BrainError.unknownLabels(
                unknown.sorted(), table: "of the \(side.rawValue) hemisphere", fitting: [])
        }
    }
}
