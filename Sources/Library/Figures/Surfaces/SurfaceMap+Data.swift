import Display
import Formats
import Tables

extension SurfaceMap {
    /// A row for each vertex: hemisphere, number, where it lies in mm (in the folded shape, if there is one), region and
    /// what each layer has there.
    public var data: DataTable {
        let sides = Hemisphere.allCases.filter { surface[$0] != nil }
        let vertices = sides.flatMap { side in (0..<(surface[side]?.vertexCount ?? 0)).map { (side, $0) } }
        let shape = [.pial, "midthickness", .white].first { surface.shapes.contains($0) } ?? shape
        let places = sides.flatMap { surface[$0]?.shapes[shape]?.vertices ?? [] }
        var columns = [
            DataTable.Column("hemisphere", vertices.map(\.0.rawValue)),
            DataTable.Column("vertex", vertices.map(\.1)),
        ]
        for (axis, name) in ["x", "y", "z"].enumerated() {
            columns.append(DataTable.Column(name, places.map { Double($0[axis]) }))
        }
        if let regions {
            columns.append(
                DataTable.Column(
                    "region",
                    sides.flatMap { side in
                        regions.labels(side).map { label in label.map { regions.names[$0] } }
                    }
                ))
        }
        let value = valueTitle.orElse("value")
        for layer in shownLayers {
            columns.append(
                DataTable.Column(layer.name.orElse(value), sides.flatMap { layer.values($0) }))
        }
        return DataTable(shown: columns, title: title)
    }

    /// A row for each region: how many vertices it has, its mean in each layer, and what `telling` added; no row without
    /// regions.
    public var dataByRegion: DataTable {
        let names = regions?.names ?? []
        let value = valueTitle.orElse("value")
        let layers = shownLayers.map { DataTable.Column($0.name.orElse(value), regionMeans($0)) }
        let told = details.map { detail in
            DataTable.Column(detail.title, names.map { detail.values[$0] ?? .nan })
        }
        return DataTable(
            shown: [DataTable.Column("region", names), DataTable.Column("vertices", regionCounts())] + layers
                + told, title: title)
    }
}
