import Display

extension SurfaceMesh: CustomStringConvertible {
    /// How many vertices and faces there are, and how far they extend in mm.
    public var description: String {
        let first = vertices.first ?? .zero
        let low = vertices.reduce(first) { pointwiseMin($0, $1) }
        let size = vertices.reduce(first) { pointwiseMax($0, $1) } - low
        let extent = (0..<3).map { Number.short(Double(size[$0])) }.joined(separator: " x ")
        return
            "a mesh of \(Number.counted(vertices.count, "vertex", "vertices")) and "
            + "\(Number.counted(faces.count, "face")), \(extent) mm"
    }
}

extension SurfaceMaps: CustomStringConvertible {
    /// How many maps there are, of how many vertices, and their names.
    public var description: String {
        let named = names.filter { !$0.isEmpty }
        return
            "\(Number.counted(values.rows, "map")) of \(Number.counted(values.columns, "vertex", "vertices"))"
            + (named.isEmpty ? "" : ": \(listed(named))")
    }
}

extension SurfaceLabel: CustomStringConvertible {
    /// The name and the key.
    public var description: String { "\(name) (\(key))" }
}

extension SurfaceLabels: Displayable, CustomStringConvertible {
    /// A row a label: how many vertices have it.
    public var mimeBundle: MIMEBundle {
        let counts = Dictionary(keys.map { ($0, 1) }, uniquingKeysWith: +)
        let known = Set(labels.map(\.key))
        let others = counts.filter { !known.contains($0.key) }.reduce(0) { $0 + $1.value }
        var table = Table(
            "\(Number.counted(keys.count, "vertex", "vertices")), \(Number.counted(labels.count, "label"))"
                + (others > 0 ? " (\(Number.counted(others, "vertex", "vertices")) in none)" : ""),
            [
                .text("label", labels.map(\.name)), .counts("key", labels.map(\.key)),
                .counts("vertices", labels.map { counts[$0.key] ?? 0 }),
            ])
        table.rowLimit = 20
        return table.mimeBundle
    }
}

extension GIFTI: Displayable, CustomStringConvertible {
    /// The arrays with what they are, their shapes and types.
    public var mimeBundle: MIMEBundle {
        var table = Table(
            "GIFTI file \(url.lastPathComponent)"
                + (labels.isEmpty ? "" : ", \(Number.counted(labels.count, "label"))"),
            [
                .text("array", arrays.map { $0.metadata["Name"] ?? "" }),
                .text("intent", arrays.map { String($0.intent.trimmingPrefix("NIFTI_INTENT_")) }),
                .text("shape", arrays.map { extents($0.shape) }),
                .text("type", arrays.map(\.type.rawValue)),
            ])
        table.rowLimit = 20
        return table.mimeBundle
    }
}

extension GIFTIArray: CustomStringConvertible {
    /// What the numbers are, their extents and type.
    public var description: String {
        "\(intent.trimmingPrefix("NIFTI_INTENT_")): \(extents(shape)), \(type.rawValue)"
    }
}

extension GIFTIArray.CoordinateSystem: CustomStringConvertible {
    /// The space of the data and the one that the transform leads to.
    public var description: String {
        "\(dataSpace.trimmingPrefix("NIFTI_XFORM_")) to \(transformedSpace.trimmingPrefix("NIFTI_XFORM_"))"
    }
}

extension FreeSurferSurface: CustomStringConvertible {
    /// The mesh, and where the volume's center is.
    public var description: String {
        mesh.description
            + (center.map { center in
                ", the volume's center at "
                    + (0..<3).map { Number.short(Double(center[$0])) }.joined(separator: ", ") + " mm"
            } ?? "")
    }
}

extension FreeSurferLabel: CustomStringConvertible {
    /// How many vertices there are.
    public var description: String { "a label of \(Number.counted(vertices.count, "vertex", "vertices"))" }
}

extension CIFTI: Displayable, CustomStringConvertible {
    /// The dimensions, and the structures with how many grayordinates each has.
    public var mimeBundle: MIMEBundle {
        let title = "CIFTI-2 file \(url.lastPathComponent): \(extents(shape)), \(kinds)"
        guard let models = try? brainModels else { return .plain(title) }
        var table = Table(
            title,
            [
                .text("structure", models.map(\.structure)),
                .text("of", models.map { if case .vertices = $0.place { "vertices" } else { "voxels" } }),
                .counts("grayordinates", models.map(\.count)),
            ])
        table.rowLimit = 30
        return table.mimeBundle
    }
}

extension CIFTI.Dimension: CustomStringConvertible {
    /// What the indices are, and how many.
    public var description: String {
        switch self {
        case .scalars(let names): "\(Number.counted(names.count, "map")): \(listed(names))"
        case .labels(let maps): "\(Number.counted(maps.count, "map")) of labels: \(listed(maps.map(\.name)))"
        case .series(let series): series.description
        case .brainModels: Number.counted(count, "grayordinate")
        case .parcels(let parcels):
            "\(Number.counted(parcels.count, "parcel")): \(listed(parcels.map(\.name)))"
        }
    }
}

extension CIFTI.LabelMap: CustomStringConvertible {
    /// The map and its labels.
    public var description: String { "\(name): \(listed(labels.map(\.name)))" }
}

extension CIFTI.Series: CustomStringConvertible {
    /// How many points there are, and how far apart.
    public var description: String {
        "\(Number.counted(count, "point")), from \(Number.short(start)) by \(Number.short(step)) (\(unit.lowercased()))"
    }
}

extension CIFTI.BrainModel: CustomStringConvertible {
    /// The structure and what it has.
    public var description: String { "\(structure): \(place)" }
}

extension CIFTI.Place: CustomStringConvertible {
    /// How many vertices or voxels there are, and of what.
    public var description: String {
        switch self {
        case .vertices(let vertices, let most):
            "\(Number.grouped(vertices.count)) of \(Number.counted(most, "vertex", "vertices"))"
        case .voxels(let voxels, let grid):
            "\(Number.counted(voxels.count, "voxel")) of a grid of \(extents(grid.shape))"
        }
    }
}

extension CIFTI.Parcel: CustomStringConvertible {
    /// The name, and how many vertices and voxels there are.
    public var description: String {
        let count = vertices.reduce(0) { $0 + $1.value.count }
        return
            "\(name): \(Number.counted(count, "vertex", "vertices"))"
            + (voxels.isEmpty ? "" : ", \(Number.counted(voxels.count, "voxel"))")
    }
}

extension SurfaceSampling: CustomStringConvertible {
    /// The places and the rule.
    public var description: String { "\(places), \(rule.rawValue)" }
}

extension SurfaceSampling.Places: CustomStringConvertible {
    /// Where the places are, and how many.
    public var description: String {
        switch self {
        case .vertex: "the vertex"
        case .normal(let offsets):
            "\(Number.counted(offsets.count, "place")) along the normal, from \(Number.short(offsets.max() ?? 0)) to "
                + "\(Number.short(offsets.min() ?? 0)) mm"
        case .ribbon(_, let depths):
            "\(Number.counted(depths.count, "depth")) to the other mesh, from \(Number.short(depths.min() ?? 0)) to "
                + Number.short(depths.max() ?? 0)
        case .offsets(let offsets): "\(Number.counted(offsets.count, "place")) around the vertex"
        }
    }
}
