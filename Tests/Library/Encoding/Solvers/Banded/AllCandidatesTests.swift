import Encoding
import Tensors
import Testing

/// Many voxels are scored for all candidates at once, unless there is little memory: then one candidate comes after the other.
@Suite struct AllCandidatesTests {
    private let bands: [Matrix<Double>]
    private let responses: Matrix<Double>

    init() {
        var random = NumpyRandom(seed: 5)
        bands = [random.normal(400, 300), random.normal(400, 200)]
        let weights = bands.map { random.normal($0.columns, 2600) }
        var responses = random.normal(400, 2600)
        for (index, (band, weights)) in zip(bands, weights).enumerated() {
            let signal = multiply(band, weights)
            // From voxel to voxel less of the one band and more of the other.
            responses += Matrix(
                rows: 400, columns: 2600,
                elements: signal.elements.enumerated().map { place, value in
                    let share = Double(place % 2600) / 2600
                    return value * (index == 0 ? share : 1 - share) / 10
                })
        }
        for row in 0..<400 { responses[row, 3] = 2.5 }
        responses[7, 5] = .nan
        self.responses = responses
    }

    @Test(arguments: [true, false], [SearchScore.negativeSquaredError, .r2])
    func agreesWithOneCandidateAfterTheOther(intercept: Bool, score: SearchScore) throws {
        var model = LuEtAl2022.model()
        (model.intercept, model.searchScore, model.showsProgress) = (intercept, score, false)
        let x = bands.map { $0.converted(to: Float.self) }
        let y = responses.converted(to: Float.self)
        let atOnce = try model.fit(x, to: y)
        model.memoryLimit = .megabytes(4)
        let after = try model.fit(x, to: y)
        // Two ways, or the test tests nothing.
        #expect(atOnce.searchScores.row(1)[0] != after.searchScores.row(1)[0])
        #expect(atOnce.voxelsWithNaN == [5] && after.voxelsWithNaN == [5])
        let finite = (0..<2600).filter { $0 != 5 }
        for candidate in atOnce.candidates.indices {
            let (found, expected) = (
                atOnce.searchScores.row(candidate), after.searchScores.row(candidate)
            )
            #expect(relativeError(finite.map { found[$0] }, finite.map { expected[$0] }) < 3e-6)
        }
        let same = finite.filter {
            atOnce.bestCandidates[$0] == after.bestCandidates[$0]
                && atOnce.bestAlphas[$0] == after.bestAlphas[$0]
        }
        // Some pairs of candidates differ by less than the precision.
        #expect(same.count > 2520)
        for (found, expected) in zip(atOnce.coefficients, after.coefficients) {
            let (found, expected) = (found.columns(at: same), expected.columns(at: same))
            #expect(relativeError(found.elements.map(Double.init), expected.elements.map(Double.init)) < 1e-4)
        }
    }
}
