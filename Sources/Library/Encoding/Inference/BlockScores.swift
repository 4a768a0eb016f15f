import Tensors

/// R2 of several models in groups of voxels, block of time by block.
package struct BlockScores: Sendable {
    /// Models x groups x blocks; the mean over blocks is the group's mean R2. NaN for a group without a scored voxel.
    package let scores: [[[Double]]]
    /// Samples per block.
    package let blockLength: Int
    /// What limits a test over the blocks, for instance blocks that are too short for so slow a signal.
    package let notes: [String]

    /// Scores each model's predictions (samples x voxels) in blocks as long as the autocorrelation of the difference
    /// between the models' errors requires, or `blockLength`.
    ///
    /// Throws `EncodingError` if shapes differ, runs do not fit or there would not be two blocks.
    package init<Element: Scalar>(
        predictions: [Matrix<Element>], responses: Matrix<Element>, groups: [[Int]], blockLength: Int?,
        runs: Runs?
    ) throws {
        var scored = [Bool](repeating: true, count: responses.columns)
        for prediction in predictions {
            let r2 = try VoxelScores(predictions: prediction, responses: responses).r2
            for voxel in r2.indices where r2[voxel].isNaN { scored[voxel] = false }
        }
        let deviations = ColumnStatistics(responses).deviations
        let samples = responses.rows
        // Of each model and group the squared errors as a share of the variance, sample by sample; they sum to 1 - R2.
        let errors = try predictions.map { prediction in
            try groups.map { voxels -> [Double] in
                try Task.checkCancellation()
                let voxels = voxels.filter { scored[$0] }
                var shares = [Double](repeating: voxels.isEmpty ? .nan : 0, count: samples)
                for voxel in voxels {
                    let total = deviations[voxel] * deviations[voxel] * Double(samples * voxels.count)
                    for (sample, pair) in zip(responses.column(voxel), prediction.column(voxel)).enumerated()
                    {
                        let error = Double(pair.0) - Double(pair.1)
                        shares[sample] += error * error / total
                    }
                }
                return shares
            }
        }
        let contrasts = (1..<max(2, predictions.count)).flatMap { model in groups.indices.map { (model, $0) }
        }
        .filter { predictions.count > 1 && !errors[0][$0.1].contains(where: \.isNaN) }
        let needed = try neededBlockLength(of: Array(contrasts.indices), samples: samples, runs: runs) {
            index, runs in
            let (model, group) = contrasts[index]
            return [TimeSeries(zip(errors[0][group], errors[model][group]).map { $0 - $1 }, runs: runs)]
        }
        let blocks = try TimeBlocks(samples: samples, runs: runs, length: blockLength) { needed }
        let count = Double(blocks.ranges.count)
        scores = errors.map { groups in
            groups.map { shares in blocks.ranges.map { 1 - count * shares[$0].reduce(0, +) } }
        }
        self.blockLength = blocks.length
        notes = blocks.notes
    }
}
