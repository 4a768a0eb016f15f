import Display

extension Study: Displayable {
    public var mimeBundle: MIMEBundle {
        var rows: [(String, String)] = [
            (
                "responses",
                "\(Number.grouped(responses.rows)) samples x \(Number.grouped(responses.columns)) voxels"
            ),
            ("runs", "\(runs.count), of \(lengths) samples"),
        ]
        if let first = stimuli.first {
            rows.insert(("stimuli", "\(Number.grouped(stimuli.count)), the first: \(first)"), at: 0)
        }
        if let space = knownSpace {
            let isGrid = space.kind == .volume
            rows.append(
                (
                    "voxel space",
                    isGrid ? space.shape.map(String.init).joined(separator: " x ") : space.kind.rawValue
                ))
        }
        if let regions = knownRegions {
            let none = regions.unlabelledCount
            rows.append(
                (
                    "regions",
                    "\(regions.regions.count)"
                        + (none > 0 ? ", \(Number.counted(none, "voxel")) in none" : "")
                ))
        }
        for set in regionSets { rows.append((set.name, Number.counted(set.regions.regions.count, "region"))) }
        return Table(name, [.text("", rows.map(\.0)), .text("", rows.map(\.1))]).mimeBundle
    }

    private var lengths: String {
        let (least, most) = (runs.lengths.min() ?? 0, runs.lengths.max() ?? 0)
        return least == most ? "\(least)" : "\(least) to \(most)"
    }
}

extension Study: CustomStringConvertible {}
