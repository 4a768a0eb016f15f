import Display
import Encoding
import Tensors
import Testing

/// One model fitted to each of several layers.
@Suite struct LayerScoresTests {
    let layers: [(name: String, features: () throws -> Matrix<Double>)]
    let responses: Matrix<Double>
    let ridge = Ridge(alphas: [0.1, 10], folds: .kFold(4), showsProgress: false)

    /// Voxel 0 follows layer "a", voxel 1 layer "b".
    init() throws {
        var random = NumpyRandom(seed: 4)
        func normal(_ columns: Int) -> Matrix<Double> {
            Matrix(rows: 80, columns: columns, elements: (0..<80 * columns).map { _ in random.gaussian() })
        }
        let (a, b) = (normal(3), normal(3))
        layers = [("a", { a }), ("b", { b })]
        responses = Matrix(rows: 80, columns: 2, elements: (0..<80).flatMap { [a[$0, 0], b[$0, 1]] })
    }

    @Test func everyLayerIsFittedByItself() throws {
        let scores = try ridge.scoresByLayer(layers, to: responses, runs: nil, outer: nil)
        #expect(scores.names == ["a", "b"])
        #expect(scores.bestLayers == [0, 1])
        #expect(try scores["b"] == ridge.fit(layers[1].features(), to: responses).scores)
        #expect(scores[0].scores.r[0] > 0.99 && scores[0].scores.r[1] < 0.5)
        let text = try #require(scores.mimeBundle.plainText)
        #expect(text.contains("2 layers, 2 voxels"))
        #expect(throws: EncodingError.self) { try scores["c"] }
    }

    /// A pipeline makes no held-out scores of its own, since its steps have seen all samples.
    @Test func modelsWithoutHeldOutScoresNeedOuterFolds() throws {
        let pipeline = Pipeline(StandardScaler(), into: ridge)
        let error = #expect(throws: EncodingError.self) {
            try pipeline.scoresByLayer(layers, to: responses, runs: nil, outer: nil)
        }
        #expect("\(try #require(error))".contains("outer"))
        let scores = try pipeline.scoresByLayer(layers, to: responses, runs: nil, outer: .kFold(4))
        let expected = try pipeline.crossValidatedScores(
            layers[0].features(), to: responses, outer: .kFold(4))
        #expect(scores[0].scores == expected.mean)
        #expect(scores.bestLayers == [0, 1])
    }

    @Test func layersMustHaveNamesAndVoxelsOfTheirOwn() throws {
        let score = try VoxelScores(r2: [0.1], r: [0.2])
        #expect(throws: EncodingError.self) { try LayerScores([]) }
        #expect(throws: EncodingError.self) { try LayerScores([("a", score), ("a", score)]) }
        let other = try VoxelScores(r2: [0.1, 0], r: [0.2, 0])
        #expect(throws: EncodingError.self) { try LayerScores([("a", score), ("b", other)]) }
        let unscored = try VoxelScores(r2: [.nan], r: [.nan])
        #expect(try LayerScores([("a", unscored), ("b", unscored)]).bestLayers == [nil])
    }
}
