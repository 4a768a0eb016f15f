import Display
import Formats

extension SurfaceMap {
    public var description: String {
        guard hasValues else { return EmptyPlot(title: title, message: emptyMessage).description }
        let names = regions?.names ?? []
        let table = names.isEmpty ? table(byHemisphere: layers) : table(byRegion: names)
        let lines = [
            valueTitle.isEmpty ? "" : "Values: \(valueTitle).",
            "\(surface.name), \(Number.grouped(surface.vertexCount)) vertices.", shownNote,
        ]
        return ([table.description] + lines.filter { !$0.isEmpty }).joined(separator: "\n")
    }

    /// All layers that are shown, the second of a pair as well.
    public var shownLayers: [Layer] { layers + (second.map { [$0] } ?? []) }

    private func table(byHemisphere layers: [Layer]) -> Table {
        let rows = shownLayers.flatMap { layer in
            surface.hemispheres.map {
                (layer: layer.name, side: $0.side, values: layer.values($0.side).filter(\.isFinite))
            }
        }
        var columns: [Table.Column] = [.text("hemisphere", rows.map(\.side.rawValue))]
        if shownLayers.contains(where: { !$0.name.isEmpty }) {
            columns.insert(.text("map", rows.map(\.layer)), at: 0)
        }
        columns += [
            .counts("vertices", rows.map(\.values.count)),
            .shown(
                "mean",
                rows.map { $0.values.isEmpty ? .nan : $0.values.reduce(0, +) / Double($0.values.count) }),
            .shown("min", rows.map { $0.values.min() ?? .nan }),
            .shown("max", rows.map { $0.values.max() ?? .nan }),
        ]
        if let threshold {
            columns.append(
                .counts(
                    "above \(Number.short(threshold))",
                    rows.map { $0.values.count { (isSigned ? abs($0) : $0) >= threshold } }))
        }
        return Table(title ?? "", columns)
    }

    private func table(byRegion names: [String]) -> Table {
        let means = shownLayers.map { regionMeans($0) }
        let counts = regionCounts()
        var columns: [Table.Column] = [.text("region", names), .counts("vertices", counts)]
        for (layer, mean) in zip(shownLayers, means) {
            columns.append(.shown(layer.name.isEmpty ? "mean" : "mean of \(layer.name)", mean))
        }
        for detail in details {
            columns.append(.shown(detail.title, names.map { detail.values[$0] ?? .nan }))
        }
        return Table(title ?? "", columns)
    }

    public var altText: String {
        guard hasValues else { return EmptyPlot(title: title, message: emptyMessage).altText }
        var text = AltText("Cortical surface map", title: title)
        let sides = surface.hemispheres.map { "\($0.side.rawValue)" }.joined(separator: " and ")
        let shown = shape == .flat ? "" : " from \(views.map(\.name).joined(separator: ", "))"
        text.add(
            "\(surface.name), \(shape), \(sides) hemisphere\(surface.hemispheres.count > 1 ? "s" : "")\(shown)"
        )
        let count = shownValues.count(where: \.isFinite)
        text.add("\(Number.counted(count, "vertex", "vertices")) with a value")
        let title = valueTitle.isEmpty ? "values" : valueTitle
        for layer in shownLayers.prefix(8) {
            let name = layer.name.isEmpty ? "" : "\(layer.name), "
            text.add("\(name)\(AltText.range(title, (layer.left + layer.right).map { ("", $0) }))")
        }
        if let regions {
            let means = zip(regions.names, regionMeans(layers[0])).map { ($0, $1) }
            text.add("Regions: " + AltText.range("mean", means))
        }
        text.add(note: shownNote)
        if let below { text.add(below.altText) }
        return text.text
    }
}

// MARK: - By region

extension SurfaceMap {
    /// The mean of a layer's finite values in each region.
    func regionMeans(_ layer: Layer) -> [Double] {
        guard let regions else { return [] }
        var sums = [Double](repeating: 0, count: regions.names.count)
        var counts = sums
        for side in Hemisphere.allCases {
            for (label, value) in zip(regions.labels(side), layer.values(side)) where value.isFinite {
                guard let label else { continue }
                sums[label] += value
                counts[label] += 1
            }
        }
        return zip(sums, counts).map { $0 / $1 }
    }

    /// How many vertices each region has.
    func regionCounts() -> [Int] {
        guard let regions else { return [] }
        var counts = [Int](repeating: 0, count: regions.names.count)
        for label in (regions.labels(.left) + regions.labels(.right)).compactMap({ $0 }) {
            counts[label] += 1
        }
        return counts
    }
}
