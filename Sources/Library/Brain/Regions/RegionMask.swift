import Formats

/// Some voxels of a space under a name; unlike the regions of an atlas, masks may overlap.
///
/// ```swift
/// let ffa = try RegionMask(mask: NIfTI.open("rFFA.nii.gz"), in: space)
/// let face = try ffa.union(RegionMask.sphere(at: [40, -50, -18], radius: 8, in: space, name: "peak"))
/// ```
public struct RegionMask: Sendable, Equatable {
    /// The mask's name.
    public let name: String
    /// Its voxels' numbers in the space, ascending.
    public let voxels: [Int]
    /// How many voxels the space has.
    public let voxelCount: Int

    /// A mask of voxels.
    ///
    /// - Parameters:
    ///   - name: what the region is called.
    ///   - voxels: the indices of its voxels in the space, from zero.
    ///   - voxelCount: how many voxels the space has.
    ///
    /// Throws `BrainError.value` if one is not in the space.
    public init(_ name: String, voxels: some Sequence<Int>, of voxelCount: Int) throws {
        let sorted = Set(voxels).sorted()
        if let outside = [sorted.first, sorted.last].compactMap({ $0 }).first(where: {
            $0 < 0 || $0 >= voxelCount
        }) {
            throw BrainError.value(
                what: "a voxel of the mask \(name)", got: "\(outside)", expected: "0 to \(voxelCount - 1)")
        }
        self.init(checked: name, sorted, voxelCount)
    }

    init(checked name: String, _ voxels: [Int], _ voxelCount: Int) {
        self.name = name
        self.voxels = voxels
        self.voxelCount = voxelCount
    }

    /// How many voxels the mask has.
    public var count: Int { voxels.count }

    /// The same voxels under another name.
    public func named(_ name: String) -> RegionMask { RegionMask(checked: name, voxels, voxelCount) }

    /// The voxels that are in this mask or in the other.
    ///
    /// Throws `BrainError.count` if the masks are of different spaces.
    public func union(_ other: RegionMask) throws -> RegionMask {
        try combined(other, "+") { Set($0).union($1) }
    }

    /// The voxels that are in both masks.
    ///
    /// Throws `BrainError.count` if the masks are of different spaces.
    public func intersection(_ other: RegionMask) throws -> RegionMask {
        try combined(other, "&") { Set($0).intersection($1) }
    }

    /// The voxels that are in this mask and not in the other.
    ///
    /// Throws `BrainError.count` if the masks are of different spaces.
    public func subtracting(_ other: RegionMask) throws -> RegionMask {
        try combined(other, "-") { Set($0).subtracting($1) }
    }

    private func combined(
        _ other: RegionMask, _ sign: String, _ combine: ([Int], [Int]) -> Set<Int>
    ) throws -> RegionMask {
        try check(other)
        return RegionMask(
            checked: "\(name) \(sign) \(other.name)", combine(voxels, other.voxels).sorted(), voxelCount)
    }

    func check(_ other: RegionMask) throws {
        guard voxelCount == other.voxelCount else {
            throw BrainError.count(
                what: "voxels of the space of \(other.name)", got: other.voxelCount, expected: voxelCount,
                of: "voxels of the space of \(name)")
        }
    }

    /// The voxels of a space whose centers lie within some mm of a place in mm.
    ///
    /// - Parameters:
    ///   - center: right, anterior, superior in mm.
    ///   - radius: in mm.
    ///   - space: the voxels.
    ///   - name: what the region is called; nil for the place and the radius.
    ///
    /// Throws `BrainError.value` if the place has not three coordinates, the radius is not above zero, the places of the
    /// voxels are not known, or none is so near.
    public static func sphere(
        at center: [Double], radius: Double, in space: VoxelSpace, name: String? = nil
    ) throws -> RegionMask {
        guard center.count == 3, center.allSatisfy(\.isFinite), radius > 0, radius.isFinite else {
            throw BrainError.value(
                what: "a sphere", got: "of \(radius) mm at \(center)",
                expected: "of a radius above zero at three coordinates in mm")
        }
        let positions = try space.positions()
        let voxels = positions.indices.filter { squaredDistance(positions[$0], center) <= radius * radius }
        let name = name ?? "sphere at \(center.map { "\($0)" }.joined(separator: ", "))"
        guard !voxels.isEmpty else {
            throw BrainError.value(
                what: name, got: "without a voxel of the space", expected: "one within \(radius) mm")
        }
        return RegionMask(checked: name, voxels, space.count)
    }
}

extension RegionMask {
    /// The voxels of a space where a mask image on its grid is not zero; the name is the file's unless one is given.
    ///
    /// - Parameters:
    ///   - mask: an image on the space's grid.
    ///   - space: the voxels.
    ///   - name: what the region is called; nil for the file's name.
    ///
    /// Throws `FormatError` if the image lies on another grid or is not a mask, and `BrainError.value` if none of its voxels is
    /// in the space.
    public init(mask: NIfTI, in space: VoxelSpace, name: String? = nil) throws {
        let voxels = try space.voxels(inside: mask)
        let file = mask.url.lastPathComponent
        guard !voxels.isEmpty else {
            throw BrainError.value(
                what: "the mask \(file)", got: "without a voxel of the space",
                expected: "a mask that has one (\(try mask.maskIndices().count) of its voxels are not zero)")
        }
        self.init(checked: name ?? Self.bareName(file), voxels, space.count)
    }

    /// The masks in a folder, one per image (`.nii`, `.nii.gz`, `.mgz`), in the order of their names.
    ///
    /// Throws `FormatError` or `BrainError` if there is none, or one cannot be read or does not fit the space.
    public static func folder(_ folder: some FileLocation, in space: VoxelSpace) throws -> [RegionMask] {
        let url = folder.fileURL
        let files = try filesOfMasks(url)
        guard !files.isEmpty else {
            throw BrainError.value(
                what: "the folder \(url.lastPathComponent)", got: "without an image",
                expected: "one with masks (.nii, .nii.gz, .mgh, .mgz)")
        }
        return try files.map { try RegionMask(mask: NIfTI.open($0), in: space) }
    }
}

extension Regions {
    /// The voxels of one region as a mask, by its name in any spelling; throws as `voxels(in:)`.
    public func mask(of name: String) throws -> RegionMask {
        let place = try self.place(of: name)
        return RegionMask(checked: names[place], places.indices.filter { places[$0] == place }, voxelCount)
    }

    /// Regions from masks that do not overlap.
    ///
    /// - Parameter masks: the regions, of one space.
    ///
    /// Throws `BrainError` if two masks share a voxel (`RegionSet.sets(of:)` divides such), two have the same name, or they
    /// are of different spaces.
    public init(masks: [RegionMask]) throws {
        var places = [Int?](repeating: nil, count: masks.first?.voxelCount ?? 0)
        for (index, mask) in masks.enumerated() {
            try masks[0].check(mask)
            for voxel in mask.voxels {
                if let other = places[voxel] {
                    throw BrainError.value(
                        what: "the voxel \(voxel)",
                        got: "in both masks, \(masks[other].name) and \(mask.name)",
                        expected: "in one (`RegionSet.sets(of:)` divides masks that overlap)")
                }
                places[voxel] = index
            }
        }
        guard Set(masks.map(\.name)).count == masks.count else {
            throw BrainError.value(
                what: "the names of the masks", got: "\(masks.map(\.name))", expected: "different")
        }
        self.init(masks.enumerated().map { Region(id: $0 + 1, name: $1.name) }, places: places)
    }
}

extension RegionSet {
    /// Masks that may overlap, divided into as few sets without an overlap as going through them in order gives.
    ///
    /// Throws `BrainError` if two masks have the same name, or they are of different spaces.
    public static func sets(of masks: [RegionMask], name: String = "masks") throws -> [RegionSet] {
        var sets: [(masks: [RegionMask], voxels: Set<Int>)] = []
        for mask in masks {
            if let free = sets.firstIndex(where: { $0.voxels.isDisjoint(with: mask.voxels) }) {
                sets[free].masks.append(mask)
                sets[free].voxels.formUnion(mask.voxels)
            } else {
                sets.append(([mask], Set(mask.voxels)))
            }
        }
        return try sets.enumerated().map { index, set in
            RegionSet(sets.count == 1 ? name : "\(name) \(index + 1)", try Regions(masks: set.masks))
        }
    }
}

extension RegionMask: CustomStringConvertible {
    /// The name, and how many of the space's voxels are in.
    public var description: String { "\(name): \(count) of \(voxelCount) voxels" }
}
