import Brain
import Display
import Encoding
import FoundationModels
import Tables

// What a result holds as a table with all its digits, as every figure and every `Table` has it, too.

extension VoxelScores {
    /// A row for each voxel: its index, R2 and r.
    ///
    /// ```swift
    /// try fit.scores.data.write(to: "scores.csv")
    /// ```
    public var data: DataTable { voxelTable(count, [("r2", r2), ("r", r)]) }
}

extension SplitScores {
    /// A row for each voxel: its index, and the share of each band in R2 and in r, in the order of the bands.
    public var data: DataTable {
        let columns =
            r2.enumerated().map { ("r2 of band \($0)", $1) } + r.enumerated().map { ("r of band \($0)", $1) }
        return voxelTable(joint.count, columns)
    }
}

extension VariancePartition {
    /// A row for each voxel: its index, and the R2 of each part.
    public var data: DataTable { voxelTable(total.count, parts.map { ($0.name, $0.r2) }) }
}

extension NoiseCeiling {
    /// A row for each voxel: its index, the explainable variance, and the highest r that a model can have.
    public var data: DataTable {
        voxelTable(r.count, [("explainable variance", explainableVariance), ("r", r)])
    }
}

extension PermutationTest {
    /// A row for each column that was tested: its index, the effect, p, p for the maximum of all, and q.
    public var data: DataTable {
        let columns: [Table.Column] = [
            .counts("index", Array(effects.indices)), .numbers("effect", effects), .numbers("p", p),
            .numbers("p for the maximum", pForMaximum), .numbers("q", q),
        ]
        return Table("", columns).data
    }
}

extension LayerScores {
    /// A row for each layer and voxel: the layer, the voxel's index, R2 and r.
    public var data: DataTable {
        Table(
            "",
            [
                .text("layer", zip(names, scores).flatMap { [String](repeating: $0, count: $1.count) }),
                .counts("voxel", scores.flatMap { Array(0..<$0.count) }),
                .numbers("r2", scores.flatMap(\.r2)), .numbers("r", scores.flatMap(\.r)),
            ]
        ).data
    }
}

extension RidgeFit {
    /// A row for each voxel: its index, its alpha, and the scores of its held-out predictions.
    public var data: DataTable { fitTable(bestAlphas, scores) }
}

extension KernelRidgeFit {
    /// A row for each voxel: its index, its alpha, and the scores of its held-out predictions.
    public var data: DataTable { fitTable(bestAlphas, scores) }
}

extension BandedRidgeFit {
    /// A row for each voxel: its index, its alpha, its score in the search, and the scaling of each band.
    public var data: DataTable {
        let bands = (0..<scalings.rows).map { ("scaling of band \($0)", scalings.row($0)) }
        return voxelTable(
            bestAlphas.count, [("alpha", bestAlphas), ("search score", bestSearchScores)] + bands)
    }
}

extension RegionComparison {
    /// A row for each region with the score of each candidate.
    public var data: DataTable { table.data }
}

extension FeatureSet {
    /// A row for each stimulus, and a column for each feature of each layer: `layer 3.0`, `layer 3.1`, …
    public var data: DataTable { Table("", flatMap(\.columns)).data }
}

extension LayerFeatures {
    /// A row for each stimulus, and a column for each feature: `layer 3.0`, `layer 3.1`, …
    public var data: DataTable { Table("", columns).data }

    fileprivate var columns: [Table.Column] {
        (0..<matrix.columns).map { .numbers("\(layer.shortName).\($0)", matrix.column($0).map(Double.init)) }
    }
}

private func voxelTable(_ count: Int, _ columns: [(name: String, values: [Double])]) -> DataTable {
    Table("", [.counts("voxel", Array(0..<count))] + columns.map { .numbers($0.name, $0.values) }).data
}

private func fitTable(_ alphas: [Double], _ scores: VoxelScores) -> DataTable {
    voxelTable(
        alphas.count,
        [("alpha", alphas)] + (scores.count == alphas.count ? [("r2", scores.r2), ("r", scores.r)] : []))
}
