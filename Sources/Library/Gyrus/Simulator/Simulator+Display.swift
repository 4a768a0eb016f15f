import Brain
import Display
import Encoding

extension BrainSimulator: Displayable, CustomStringConvertible {
    /// What the simulator is of, how it was made, and how well it predicts what it did not see.
    public var mimeBundle: MIMEBundle {
        let known = scores.r.filter(\.isFinite)
        var rows: [(String, String)] = [
            ("answers to", modality.rawValue), ("model", provenance.model),
            ("weights", "SHA-256 \(provenance.weightsHash.prefix(12))…"),
            ("layers", provenance.layers.joined(separator: ", ")), ("pooling", provenance.pooling),
            ("pipeline", provenance.pipeline.joined(separator: "; ")),
            (
                "fitted to",
                "\(Number.grouped(provenance.samples)) samples of \(provenance.runs) runs, \(Number.grouped(voxelCount)) voxels"
            ),
            (
                "held-out r",
                known.isEmpty
                    ? "none"
                    : "mean \(Number.fixed(known.mean(), 3)), best voxel \(Number.fixed(known.max() ?? .nan, 3))"
            ),
        ]
        if let ceilings {
            let reached = zip(scores.r, ceilings).filter { $0.0.isFinite && $0.1 > 0 }
            let share = reached.map(\.0).mean() / reached.map(\.1).mean()
            rows.append(("share of the ceiling", Number.fixed(share, 2)))
        }
        if let regions { rows.append(("regions", "\(regions.regions.count)")) }
        return card("Simulator of \(name)", rows)
    }
}

extension SimulatorProvenance: CustomStringConvertible {
    public var description: String {
        "\(model), \(layers.joined(separator: ", ")), \(pooling); \(pipeline.joined(separator: "; "))"
    }
}

extension BrainSimulator.Options: CustomStringConvertible {
    public var description: String {
        let time = repetitionTime.map { "\(Number.short($0)) s a sample" } ?? "single stimuli"
        return
            "\(time); drift: \(drift.map { "\($0)" } ?? "kept"); \(Number.counted(ridge.alphas.values.count, "alpha"))"
    }
}

extension SimulatedResponse: Displayable, CustomStringConvertible {
    /// Each stimulus, the regions that it drives most and least, and how unusual it is.
    public var mimeBundle: MIMEBundle {
        let shown = stimuli.indices.prefix(20)
        var columns: [Table.Column] = [
            .text(secondsPerSample == nil ? "stimulus" : "sample", shown.map { stimuli[$0] })
        ]
        if let regions = try? byRegion(0..<shown.count) {
            func list(_ row: Int, _ isWanted: (Double, Double) -> Bool) -> String {
                let values = regions.values.row(row)
                return values.indices.sorted { isWanted(values[$0], values[$1]) }.prefix(2)
                    .map {
                        "\(regions.regions[$0].name) \(Number.fixed(values[$0], 2)) ± \(Number.fixed(regions.standardErrors[row, $0], 2))"
                    }.joined(separator: ", ")
            }
            columns += [
                .text("most", shown.map { list($0, >) }), .text("least", shown.map { list($0, <) }),
            ]
        }
        columns.append(.percents("nearer in the fit", shown.map { shareNearer[$0] }))
        let rest = stimuli.count - shown.count
        return Table(
            "Predicted responses of \(subject) to \(secondsPerSample == nil ? Number.counted(stimuli.count, "stimulus", "stimuli") : Number.counted(stimuli.count, "sample")), in deviations of a voxel",
            columns,
            notes: [
                "Standard errors by leaving out runs. “Nearer in the fit”: the share of the stimuli of the fit that lie nearer to the rest; from 99 % on a prediction is a guess."
            ] + (rest > 0 ? ["\(rest) more"] : [])
        ).mimeBundle
    }
}

extension RegionResponses: Displayable, CustomStringConvertible {
    /// Regions by stimuli, the first eight of these, each with its standard error.
    public var mimeBundle: MIMEBundle {
        Table(
            "Predicted responses by region (SD)",
            [.text("region", regions.map(\.name))]
                + stimuli.indices.prefix(8).flatMap { row -> [Table.Column] in
                    [
                        .numbers(stimuli[row], values.row(row), decimals: 2),
                        .numbers("±", standardErrors.row(row), decimals: 2),
                    ]
                },
            notes: stimuli.count > 8 ? ["\(stimuli.count - 8) more stimuli"] : []
        ).mimeBundle
    }
}

extension SimulatedContrast.Row: CustomStringConvertible {
    public var description: String {
        "\(region.name): \(Number.fixed(difference, 3)) ± \(Number.fixed(standardError, 3)), q \(Number.probability(q))"
    }
}

extension SimulatedContrast: Displayable, CustomStringConvertible {
    public var mimeBundle: MIMEBundle {
        Table(
            "Predicted contrast, first less second (SD)",
            [
                .text("region", rows.map(\.region.name)), .numbers("first", rows.map(\.first)),
                .numbers("second", rows.map(\.second)), .numbers("difference", rows.map(\.difference)),
                .numbers("±", rows.map(\.standardError)), .probabilities("p", rows.map(\.p)),
                .probabilities("q", rows.map(\.q)),
            ], notes: ["\(test); q: Benjamini-Hochberg over \(rows.count) regions."]
        ).mimeBundle
    }
}

extension Occlusion: Displayable, CustomStringConvertible {
    /// The parts with the region that each drives most.
    public var mimeBundle: MIMEBundle {
        let best = parts.indices.map { part in
            let row = values.row(part)
            return row.indices.max { abs(row[$0]) < abs(row[$1]) } ?? 0
        }
        return Table(
            "What \(patchesPerSide == nil ? "words" : "patches") do: response with less without (SD)",
            [
                .text(patchesPerSide == nil ? "word" : "patch", parts),
                .text("largest in", best.map { regions[$0].name }),
                .numbers("difference", parts.indices.map { values[$0, best[$0]] }),
            ]
        ).mimeBundle
    }
}

extension BrainSimulator.Entry: CustomStringConvertible {
    public var description: String {
        "\(file.lastPathComponent): \(name), \(modality.rawValue), \(provenance.model), mean r \(Number.fixed(meanR, 3))"
    }
}

extension SimulatorList: Displayable, CustomStringConvertible {
    public var mimeBundle: MIMEBundle {
        Table(
            Number.counted(entries.count, "simulator"),
            [
                .text("file", entries.map(\.file.lastPathComponent)), .text("subject", entries.map(\.name)),
                .text("answers to", entries.map(\.modality.rawValue)),
                .text("model", entries.map(\.provenance.model)),
                .text("layers", entries.map { $0.provenance.layers.joined(separator: ", ") }),
                .counts("voxels", entries.map(\.voxelCount)), .numbers("mean r", entries.map(\.meanR)),
            ]
        ).mimeBundle
    }
}

extension SimulatorComparison.Difference: CustomStringConvertible {
    public var description: String { "\(what): \(first) | \(second)" }
}

extension SimulatorComparison.RegionRow: CustomStringConvertible {
    public var description: String {
        "\(region): r \(Number.fixed(first, 3)) | \(Number.fixed(second, 3))"
    }
}

extension SimulatorComparison: Displayable, CustomStringConvertible {
    public var mimeBundle: MIMEBundle {
        let rows =
            differences.map { ($0.what, $0.first, $0.second) }
            + regions.map { ("r of \($0.region)", Number.fixed($0.first, 3), Number.fixed($0.second, 3)) }
        return Table(
            differences.isEmpty ? "Made alike" : "Two simulators",
            [
                .text("", rows.map(\.0)), .text("first", rows.map(\.1)), .text("second", rows.map(\.2)),
            ]
        ).mimeBundle
    }
}
