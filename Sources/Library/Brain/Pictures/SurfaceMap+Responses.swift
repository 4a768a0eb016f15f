import Figures
import Formats
import Tensors

extension SurfaceMap {
    /// The map with the responses behind it: in JupyterLab, while the kernel runs, a vertex that is clicked shows its
    /// course over time.
    ///
    /// ```swift
    /// try fit.scores.onSurface(.fsaverage5(), space: study.space)
    ///     .telling("measured", responses: measured, of: study.space)
    ///     .telling("predicted", responses: predicted, of: study.space)
    /// ```
    ///
    /// The page does not hold them but asks the kernel; the courses of regions, which it holds, are added by
    /// `telling(_:courses:)`. A vertex over a grid has the mean of the voxels whose mean score it shows. The kernel keeps
    /// the responses of the last 32 maps of this kind that were shown.
    ///
    /// - Parameters:
    ///   - title: what the responses are, for instance "measured".
    ///   - responses: time points x voxels.
    ///   - space: where the voxels lie; nil where there is one for each vertex, those of the left hemisphere first.
    ///
    /// Throws `BrainError.count` if the matrix has not a column for each voxel, `FigureError.count` if it has not as many
    /// time points as the responses before it, and what `VoxelSpace.layer` throws.
    public func telling(
        _ title: String, responses: Matrix<Float>, of space: VoxelSpace? = nil
    ) throws -> SurfaceMap {
        let expected = space?.count ?? surface.vertexCount
        guard responses.columns == expected else {
            throw BrainError.count(
                what: "columns of the responses \(title)", got: responses.columns, expected: expected,
                of: space == nil ? "vertices of \(surface.name)" : "voxels of the space")
        }
        let first = surface.left?.vertexCount ?? 0
        let ofVertices = try space.map { space in
            try Dictionary(
                uniqueKeysWithValues: Hemisphere.allCases.map {
                    ($0, try space.voxelsOfVertices($0, surface))
                })
        }
        return try telling(
            VertexCourses(title, count: responses.rows) { side, vertex in
                let own =
                    ofVertices.map { $0[side]?[vertex] ?? [] } ?? [side == .left ? vertex : first + vertex]
                guard !own.isEmpty else { return [] }
                return (0..<responses.rows).map { time in
                    own.map { Double(responses[time, $0]) }.filter(\.isFinite).nanmean()
                }
            })
    }
}
