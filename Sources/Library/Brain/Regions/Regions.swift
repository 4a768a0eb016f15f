/// A part of the brain with a name.
public struct Region: Sendable, Hashable {
    /// The number that stands for the region in an atlas or a label image.
    public let id: Int
    /// The name in full, for instance "Temporal_Sup_L".
    public let name: String
    /// The larger part that it belongs to, for instance "temporal"; empty if absent.
    public let group: String
    /// Red, green, blue and alpha from 0 to 1, as the atlas has it; nil if it has none.
    public let color: SIMD4<Float>?

    /// A region.
    ///
    /// - Parameters:
    ///   - id: the label of its voxels in the atlas.
    ///   - name: its name.
    ///   - group: what it is a part of, for instance a lobe; empty for none.
    ///   - color: red, green, blue and alpha from 0 to 1; nil for none.
    public init(id: Int, name: String, group: String = "", color: SIMD4<Float>? = nil) {
        self.id = id
        self.name = name
        self.group = group
        self.color = color
    }
}

/// The region of each voxel.
///
/// ```swift
/// let regions = try Regions(labels: [2001, 2001, 2002, 0], table: .aalSPM12)   // as an atlas numbers them
/// let own = Regions(names: ["V1", "V1", "V4", ""])       // the last voxel belongs to none
/// try own.voxels(in: "V1")                               // [0, 1]
/// ```
public struct Regions: Sendable, Equatable {
    /// The regions that have at least one voxel, in the order of their table.
    public let regions: [Region]
    /// The index in `regions` of each voxel's region; nil for a voxel that belongs to none.
    public let places: [Int?]

    /// Regions from the label of each voxel, as an atlas numbers them; 0 belongs to none.
    ///
    /// - Parameters:
    ///   - labels: the label of each voxel; 0 for none.
    ///   - table: the names of the labels.
    ///   - leavingOutOthers: whether voxels with a label that the table lacks belong to no region instead of being an
    ///     error.
    ///
    /// Throws `BrainError.unknownLabels` if the table does not have a label: the image has another numbering, which
    /// the error names if it is a published one. With `leavingOutOthers` such voxels belong to none.
    public init(labels: [Int], table: RegionTable, leavingOutOthers: Bool = false) throws {
        let present = Set(labels)
        let unknown = present.subtracting(table.regions.map(\.id)).subtracting([0]).sorted()
        guard unknown.isEmpty || leavingOutOthers else {
            let fitting = RegionTable.published.filter { $0.hasAll(of: present) && $0 != table }
            throw BrainError.unknownLabels(
                unknown, table: table.name, fitting: fitting.map { $0.symbol ?? $0.name })
        }
        self.init(known: labels, table)
    }

    /// Regions from labels; those that the table does not have belong to none.
    private init(known labels: [Int], _ table: RegionTable) {
        // Of several regions of one number the first has its voxels.
        var left = Set(labels)
        regions = table.regions.filter { left.remove($0.id) != nil }
        let place = Dictionary(uniqueKeysWithValues: regions.enumerated().map { ($1.id, $0) })
        places = labels.map { place[$0] }
    }

    /// Regions by the index of each voxel's in `all`; those without a voxel are left out.
    package init(_ all: [Region], places: [Int?]) {
        var isThere = [Bool](repeating: false, count: all.count)
        for case let place? in places { isThere[place] = true }
        var new = [Int?](repeating: nil, count: all.count)
        var kept: [Region] = []
        for place in all.indices where isThere[place] {
            new[place] = kept.count
            kept.append(all[place])
        }
        regions = kept
        self.places = places.map { $0.flatMap { new[$0] } }
    }

    /// Regions from the name of each voxel, in order of first appearance; an empty name belongs to none.
    ///
    /// - Parameters:
    ///   - names: the region of each voxel; empty for none.
    ///   - groups: what a region is a part of, by its name.
    public init(names: [String], groups: [String: String] = [:]) {
        var place: [String: Int] = [:]
        var regions: [Region] = []
        for name in names where !name.isEmpty && place[name] == nil {
            place[name] = regions.count
            regions.append(Region(id: regions.count + 1, name: name, group: groups[name] ?? ""))
        }
        self.regions = regions
        places = names.map { place[$0] }
    }

    /// How many voxels there are, with those that belong to none.
    public var voxelCount: Int { places.count }

    /// The names of the regions, in order.
    public var names: [String] { regions.map(\.name) }

    /// How many voxels belong to no region.
    public var unlabelledCount: Int { places.count { $0 == nil } }

    /// The voxels of each region, in the order of `regions`.
    public var voxels: [[Int]] {
        var voxels = [[Int]](repeating: [], count: regions.count)
        for (voxel, place) in places.enumerated() {
            if let place { voxels[place].append(voxel) }
        }
        return voxels
    }

    /// The voxels of one region, by its name in any spelling that tells it from the others.
    ///
    /// "Temporal_Sup_L" is also "left temporal sup". Throws `BrainError.unknownRegion` if no such name exists, and
    /// `BrainError.value` if there are several.
    public func voxels(in name: String) throws -> [Int] {
        let place = try self.place(of: name)
        return places.indices.filter { places[$0] == place }
    }

    /// The regions joined into their groups, for instance the 90 of AAL into eight; a region without one stays.
    public func grouped() -> Regions {
        let names = regions.map { $0.group.isEmpty ? $0.name : $0.group }
        // The order is that of the groups in the table, not that of the voxels.
        let order = names.enumerated().filter { names.firstIndex(of: $1) == $0 }.map(\.element)
        let table = RegionTable(
            name: "groups", regions: order.enumerated().map { Region(id: $0 + 1, name: $1) })
        let id = Dictionary(uniqueKeysWithValues: table.regions.map { ($0.name, $0.id) })
        return Regions(known: places.map { place in place.flatMap { id[names[$0]] } ?? 0 }, table)
    }
}

/// The numbers of an atlas and what they stand for.
public struct RegionTable: Sendable, Equatable {
    /// The name of the atlas.
    public let name: String
    /// The regions, in anatomical order.
    public let regions: [Region]

    /// How Swift writes the table, for instance ".aal116"; nil for a custom table.
    let symbol: String?

    /// A table of regions.
    ///
    /// - Parameters:
    ///   - name: the name of the table, which errors use.
    ///   - regions: the regions, each with the label of its voxels.
    public init(name: String, regions: [Region]) {
        self.init(name: name, regions: regions, symbol: nil)
    }

    init(name: String, regions: [Region], symbol: String?) {
        self.name = name
        self.regions = regions
        self.symbol = symbol
    }

    /// Whether the table has every label but 0.
    func hasAll(of labels: Set<Int>) -> Bool {
        labels.subtracting(regions.map(\.id)).subtracting([0]).isEmpty
    }
}
