import Display

/// Scores of predictions of samples that neither coefficients nor alphas were fitted to.
public struct CrossValidatedScores: Sendable, Equatable, Displayable {
    /// The scores within each outer fold.
    public let folds: [VoxelScores]
    /// The mean over the outer folds, which Lu et al. (2022) report.
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

    /// The table of the mean scores.
    public var mimeBundle: MIMEBundle { mean.mimeBundle }
}
