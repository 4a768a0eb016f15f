import Formats

extension Regions {
    /// The regions of one side, by what their names tell; voxels of all others belong to none.
    public func hemisphere(_ side: Hemisphere) -> Regions { keeping { $0.hemisphere == side } }

    /// The regions of one side, by where the voxels lie: left of the midline, or on the left hemisphere's surface.
    ///
    /// Throws `BrainError` if the space has another number of voxels, or their places are not known.
    public func hemisphere(_ side: Hemisphere, in space: VoxelSpace) throws -> Regions {
        try check(space)
        let sides = try space.sides()
        return Regions(regions, places: places.enumerated().map { sides[$0] == side ? $1 : nil })
    }

    /// Each region divided into its left and its right part, named with "_L" and "_R"; those whose names tell a side stay.
    ///
    /// If one is divided, the numbers of all are doubled, and those of right parts are one higher: they stay different, and
    /// in the order of the atlas.
    ///
    /// Throws `BrainError` if the space has another number of voxels, or their places are not known.
    public func dividedByHemisphere(in space: VoxelSpace) throws -> Regions {
        try check(space)
        let sides = try space.sides()
        let staysWhole = regions.allSatisfy { $0.hemisphere != nil }
        func part(_ region: Region, _ side: Hemisphere, _ name: String) -> Region {
            Region(
                id: staysWhole ? region.id : 2 &* region.id &+ (side == .left ? 0 : 1), name: name,
                group: region.group, color: region.color)
        }
        // Two places for each region: left and right.
        let all = regions.flatMap { region -> [Region] in
            if let own = region.hemisphere {
                let kept = part(region, own, region.name)
                return [kept, kept]
            }
            return [
                part(region, .left, region.name + "_L"), part(region, .right, region.name + "_R"),
            ]
        }
        return Regions(
            all,
            places: places.enumerated().map { voxel, place in
                guard let place else { return nil }
                if regions[place].hemisphere != nil { return 2 * place }
                return sides[voxel].map { 2 * place + ($0 == .left ? 0 : 1) }
            })
    }

    /// The regions of a group, for instance "temporal"; voxels of all others belong to none.
    ///
    /// Throws `BrainError.unknownGroup` if no region is of that group.
    public func inGroup(_ group: String) throws -> Regions {
        let chosen = keeping { $0.group == group }
        guard !chosen.regions.isEmpty else {
            throw BrainError.unknownGroup(
                group, known: Set(regions.map(\.group)).filter { !$0.isEmpty }.sorted())
        }
        return chosen
    }

    /// The regions of at least this many voxels; voxels of smaller ones belong to none.
    public func atLeast(voxels count: Int) -> Regions {
        let sizes = voxels.map(\.count)
        return Regions(
            regions, places: places.map { place in place.flatMap { sizes[$0] >= count ? $0 : nil } })
    }

    /// The regions of some names, in any spelling; voxels of all others belong to none.
    ///
    /// Throws as `voxels(in:)`.
    public func selecting(_ names: [String]) throws -> Regions {
        let chosen = Set(try names.map(place))
        return Regions(
            regions, places: places.map { place in place.flatMap { chosen.contains($0) ? $0 : nil } })
    }

    private func keeping(_ isWanted: (Region) -> Bool) -> Regions {
        let wanted = regions.map(isWanted)
        return Regions(regions, places: places.map { place in place.flatMap { wanted[$0] ? $0 : nil } })
    }

    /// The mean place of each region's voxels in mm, in the order of `regions`.
    ///
    /// Throws `BrainError` if the space has another number of voxels, or their places are not known.
    public func centroids(in space: VoxelSpace) throws -> [[Double]] {
        try check(space)
        let positions = try space.positions()
        return voxels.map { meanPlace(of: $0, in: positions) }
    }

    /// The region of the voxel nearest to a place in mm; nil if that voxel belongs to none, or is farther than `limit` mm.
    ///
    /// - Parameters:
    ///   - place: right, anterior, superior in mm.
    ///   - space: where the voxels of these regions lie.
    ///   - limit: how far the nearest voxel may be, in mm.
    ///
    /// Throws `BrainError` if the place has not three coordinates, the limit is below 0, the space has another number of
    /// voxels, or their places are not known.
    public func region(at place: [Double], in space: VoxelSpace, within limit: Double = 5) throws -> Region? {
        try check(space)
        guard place.count == 3, place.allSatisfy(\.isFinite) else {
            throw BrainError.value(what: "a place", got: "\(place)", expected: "three coordinates in mm")
        }
        guard limit >= 0 else {
            throw BrainError.value(
                what: "the limit of a distance", got: "\(limit) mm", expected: "0 mm or more")
        }
        var nearest: (voxel: Int, distance: Double)?
        for (voxel, position) in try space.positions().enumerated() {
            let distance = squaredDistance(position, place)
            if distance < nearest?.distance ?? .infinity { nearest = (voxel, distance) }
        }
        guard let nearest, nearest.distance <= limit * limit else { return nil }
        return places[nearest.voxel].map { regions[$0] }
    }

    private func check(_ space: VoxelSpace) throws {
        guard space.count == voxelCount else {
            throw BrainError.count(
                what: "voxels of the space", got: space.count, expected: voxelCount,
                of: "voxels of the regions")
        }
    }
}

extension VoxelSpace {
    /// The side of each voxel: its surface's, or that of its place; nil on the midline.
    func sides() throws -> [Hemisphere?] {
        let onSurfaces = surfaces.flatMap {
            [Hemisphere?](repeating: $0.hemisphere, count: $0.vertices.count)
        }
        let rest = VoxelSpace(
            checked: shape, indices: indices, affine: affine, hasKnownAffine: hasKnownAffine, points: points)
        return onSurfaces + (try rest.positions().map { $0[0] < 0 ? .left : $0[0] > 0 ? .right : nil })
    }
}
