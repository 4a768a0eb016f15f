import Display

/// Scores of predictions of samples that neither coefficients nor alphas were fitted to.
public struct CrossValidatedScores: Sendable, Equatable, Displayable {
    /// The scores within each outer fold.
    public let folds: [VoxelScores]
    /// The mean over the outer folds, which Lu et al. (2022) report; NaN if a fold tests a single sample, of which there is
    /// neither R2 nor r.
    public let mean: VoxelScores
    /// The scores of the held-out predictions of all outer folds together.
    public let pooled: VoxelScores

    init(folds: [VoxelScores], pooled: VoxelScores) {
        self.folds = folds
        self.pooled = pooled
        func average(_ values: (VoxelScores) -> [Double]) -> [Double] {
            pooled.r2.indices.map { voxel in
                folds.reduce(0) { $0 + values($1)[voxel] } / Double(max(folds.count, 1))
            }
        }
        mean = VoxelScores(ofEachVoxel: average(\.r2), average(\.r))
    }

    /// The table of the mean scores or, if a fold has none, of the pooled ones.
    public var mimeBundle: MIMEBundle {
        guard mean.r2.allSatisfy(\.isNaN), !pooled.r2.allSatisfy(\.isNaN) else { return mean.mimeBundle }
        return pooled.summary(
            title: "\(Number.counted(pooled.count, "voxel")), all held-out predictions together",
            notes: [
                "A fold of a single sample has no R2 and no r, and so there is no mean over folds; these are `pooled`."
            ]
        ).mimeBundle
    }
}
