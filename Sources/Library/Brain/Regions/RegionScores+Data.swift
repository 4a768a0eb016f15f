import Display
import Encoding
import Tables

extension RegionScores {
    /// The scores of the voxels that are selected, summed up by region; a region without one has no mean.
    ///
    /// - Parameters:
    ///   - scores: one for each voxel; NaN if missing.
    ///   - regions: the region of each voxel.
    ///   - selected: whether each voxel counts.
    ///   - rule: by what rule they were selected, for the note.
    ///   - scoreName: what the scores are, for titles and axes.
    ///
    /// Throws `BrainError.count` if scores, truth values and regions differ in number.
    public init(
        _ scores: [Double], regions: Regions, selected: [Bool], rule: String, scoreName: String = "score"
    ) throws {
        for (what, count) in [("scores", scores.count), ("truth values of the selection", selected.count)]
        where count != regions.voxelCount {
            throw BrainError.count(
                what: what, got: count, expected: regions.voxelCount, of: "voxels of the regions")
        }
        self.init(
            rows: zip(regions.regions, regions.voxels).map { region, voxels in
                Row(region: region, values: voxels.filter { selected[$0] }.map { scores[$0] })
            }, scoreName: scoreName, unit: .voxel,
            unlabelledCount: zip(regions.places, selected).count { $0 == nil && $1 })
        self.rule = rule
    }

    /// A row for each region: count, mean, median, deviations, quartiles, and the share above zero.
    public var data: DataTable { table(chance: 0, intervals: nil) }

    /// The means by the names of the regions; NaN where there is no score.
    ///
    /// Of several regions of the same name each is followed by its number and place: "V1 (1 of 2)", "V1 (2 of 2)".
    public var means: [String: Double] {
        let rowsOfName = Dictionary(grouping: rows, by: \.region.name)
        let named = rowsOfName.flatMap { name, rows in
            rows.enumerated().map { index, row -> (String, Double) in
                (rows.count > 1 ? "\(name) (\(index + 1) of \(rows.count))" : name, row.mean)
            }
        }
        return Dictionary(named, uniquingKeysWith: { first, _ in first })
    }

    /// The same with the share above a value of chance, and a bootstrap confidence interval of each mean.
    ///
    /// ```swift
    /// let summary = try byRegion.summary(chance: 0.02)
    /// summary.csv
    /// ```
    ///
    /// Over voxels the interval says how sure the mean over such voxels is: neighbors share noise, so that over subjects
    /// it is wider. Percentiles of `resamples` resamples; the same as `scipy.stats.bootstrap` with `RandomState(seed)`.
    /// Missing with fewer than two scores. Throws `BrainError.value` if chance is not a number, `EncodingError` for numbers of
    /// resamples and levels that mean nothing, `CancellationError` if the cell is interrupted.
    ///
    /// - Parameters:
    ///   - chance: the score of chance.
    ///   - level: the share that the confidence interval holds, between 0 and 1.
    ///   - resamples: how many samples are drawn with replacement.
    ///   - seed: the seed of the random numbers.
    public func summary(
        chance: Double = 0, level: Double = 0.95, resamples: Int = 1000, seed: UInt32 = 0
    ) throws -> DataTable {
        guard chance.isFinite else {
            throw BrainError.value(what: "the score of chance", got: "\(chance)", expected: "a finite number")
        }
        let intervals = try rows.map { row -> ClosedRange<Double>? in
            let values = row.values.filter(\.isFinite)
            // Checks the numbers even where no region has two scores.
            guard values.count > 1 else {
                _ = try BootstrapInterval(
                    of: [0, 1], resamples: min(resamples, 1), level: level, method: .percentile)
                return nil
            }
            return try BootstrapInterval(
                of: values, resamples: resamples, level: level, method: .percentile, seed: seed
            ).interval
        }
        return table(chance: chance, intervals: (level, intervals))
    }

    private func table(
        chance: Double, intervals: (level: Double, ranges: [ClosedRange<Double>?])?
    ) -> DataTable {
        var columns = [DataTable.Column("region", rows.map(\.region.name))]
        if rows.contains(where: { !$0.region.group.isEmpty }) {
            columns.append(
                DataTable.Column("group", rows.map { $0.region.group.isEmpty ? nil : $0.region.group }))
        }
        let quartiles = rows.map { row -> (Double, Double) in
            let sorted = row.values.filter(\.isFinite).sorted()
            return (quartile(sorted, 0.25), quartile(sorted, 0.75))
        }
        columns += [
            DataTable.Column("\(unit.rawValue)s", rows.map(\.count)),
            DataTable.Column("without score", rows.map(\.excluded)),
            DataTable.Column("mean", rows.map(\.mean)), DataTable.Column("median", rows.map(\.median)),
            DataTable.Column("SD", rows.map(\.standardDeviation)),
            DataTable.Column("SEM", rows.map(\.standardError)),
            DataTable.Column("lower quartile", quartiles.map(\.0)),
            DataTable.Column("upper quartile", quartiles.map(\.1)),
            DataTable.Column(
                "share above \(Number.short(chance))",
                rows.map { row in
                    row.count == 0
                        ? .nan : Double(row.values.count { $0 > chance && $0.isFinite }) / Double(row.count)
                }),
        ]
        if let (level, ranges) = intervals {
            let name = "\(Number.short(100 * level)) % interval"
            columns += [
                DataTable.Column("\(name) from", ranges.map { $0?.lowerBound ?? .nan }),
                DataTable.Column("\(name) to", ranges.map { $0?.upperBound ?? .nan }),
            ]
        }
        return DataTable(shown: columns, title: "\(scoreName) by region\(rule.isEmpty ? "" : ": \(rule)")")
    }
}

/// The value below which a share of sorted values lies, by linear interpolation as numpy's `quantile`.
private func quartile(_ sorted: [Double], _ share: Double) -> Double {
    guard let last = sorted.indices.last else { return .nan }
    let place = share * Double(last)
    let lower = Int(place)
    return sorted[lower] + (place - Double(lower)) * (sorted[min(lower + 1, last)] - sorted[lower])
}
