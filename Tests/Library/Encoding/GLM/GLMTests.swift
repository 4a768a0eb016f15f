import Encoding
import Formats
import Foundation
import Tensors
import Testing

/// Betas as nilearn's `FirstLevelModel` gives them (Tests/Oracles/cleaning.py).
@Suite struct GLMTests {
    private static func archive(_ name: String) throws -> NumPyArchive {
        try NumPyArchive.open(
            URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .appendingPathComponent("../Fixtures/\(name).npz").standardizedFileURL)
    }

    private func matrix(_ name: String, in file: String = "glm") throws -> Matrix<Double> {
        try Self.archive(file).array(name).tensor(as: Double.self).matrix
    }

    private func events() throws -> [StimulusEvent] {
        let archive = try Self.archive("glm")
        let onsets = try archive.array("onsets").tensor(as: Double.self).elements
        let durations = try archive.array("durations").tensor(as: Double.self).elements
        let amplitudes = try archive.array("amplitudes").tensor(as: Double.self).elements
        return try archive.array("conditions").strings().enumerated().map { index, condition in
            StimulusEvent(
                onset: onsets[index], duration: durations[index], condition: condition,
                amplitude: amplitudes[index])
        }
    }

    @Test(arguments: ["glover", "spm", "fir", "confounds"]) func designsAndCoefficientsAreNilearns(
        _ name: String
    ) throws {
        let models: [String: GLM] = [
            "glover": GLM(.glover, repetitionTime: 2), "spm": GLM(.spm, repetitionTime: 2, drift: .none),
            "fir": GLM(
                .finiteImpulse(delays: [0, 1, 2, 3]), repetitionTime: 2, drift: .cosine(highPass: 0.02)),
            "confounds": GLM(.glover, repetitionTime: 2),
        ]
        let glm = try #require(models[name])
        let signals = try matrix("signals", in: "cleaning")
        let confounds = name == "confounds" ? try matrix("confounds", in: "cleaning") : nil
        let fit = try glm.fit(signals, events: events(), confounds: confounds)
        let names = try Self.archive("glm").array("\(name) names").strings()
        #expect(fit.conditions == Array(names.prefix(fit.conditions.count)))
        // nilearn writes confounds before the drift, as this does.
        #expect(relativeError(fit.design.matrix.elements, try matrix("\(name) design").elements) < 1e-6)
        let expected = try matrix("\(name) coefficients")
        #expect(relativeError(fit.betas.elements, expected.rows(0..<fit.betas.rows).elements) < 1e-5)
        #expect(relativeError(fit.coefficients.elements, expected.elements) < 1e-5)
        let single = try glm.fit(signals.converted(to: Float.self), events: events(), confounds: confounds)
        #expect(
            relativeError(
                single.betas.converted(to: Double.self).elements, expected.rows(0..<fit.betas.rows).elements)
                < 1e-3)
    }

    /// Events that begin at a point of the fine grid: rounding decides whether it belongs to them, as in nilearn 0.14.
    @Test func eventsOnTheGridAreNilearns() throws {
        let events = [0.4, 10.8].map { StimulusEvent(onset: $0, duration: 0.35, condition: "a") }
        func regressor(_ response: ResponseModel) throws -> [Double] {
            let glm = GLM(response, repetitionTime: 2, drift: .none)
            return Array(try glm.design(of: events, samples: 40).matrix.column(0).prefix(8))
        }
        let impulses = [0.18, 0, 0, 0, 0, 0.18, 0, 0]
        #expect(relativeError(try regressor(.finiteImpulse(delays: [0])), impulses) < 1e-9)
        let glover = [
            0, 0.005293051823233564, 0.08453346226553157, 0.12252869104522958, 0.06392375478767864,
            -0.0015087767278960072, -0.029215777725159753, 0.035042280467276456,
        ]
        #expect(relativeError(try regressor(.glover), glover) < 1e-9)
    }

    @Test func betasAreThoseOfAWholeFirstLevelModel() throws {
        let fit = try GLM(.glover, repetitionTime: 2).fit(matrix("signals", in: "cleaning"), events: events())
        #expect(fit.conditions == ["cat", "face", "house"])
        #expect(relativeError(fit.betas.elements, try matrix("model betas").elements) < 1e-5)
    }

    @Test func singleTrialsAreToldApartBothWays() throws {
        let signals = try matrix("signals", in: "cleaning")
        let glm = GLM(.glover, repetitionTime: 2)
        let together = try glm.trialBetas(signals, events: events(), .leastSquaresAll)
        #expect(relativeError(together.elements, try matrix("all trials").elements) < 1e-5)
        let separate = try glm.trialBetas(signals, events: events())
        #expect(relativeError(separate.elements, try matrix("separate trials").elements) < 1e-5)
    }

    @Test func aPenaltyShrinksEventsAlone() throws {
        let fit = try GLM(.glover, repetitionTime: 2, alpha: 2.5).fit(
            matrix("signals", in: "cleaning"), events: events())
        #expect(relativeError(fit.coefficients.elements, try matrix("ridge coefficients").elements) < 1e-5)
        // A confound is not penalized, and its unit changes nothing.
        let signals = try matrix("signals", in: "cleaning")
        let confounds = try matrix("confounds", in: "cleaning")
        let glm = GLM(.glover, repetitionTime: 2, alpha: 2.5)
        let small = try glm.fit(signals, events: events(), confounds: confounds).betas
        let large = try glm.fit(signals, events: events(), confounds: confounds * 1e7).betas
        #expect(relativeError(large.elements, small.elements) < 1e-5)
        let trials = try glm.trialBetas(signals, events: events(), .leastSquaresAll)
        #expect(trials.rows == 12 && trials.elements.allSatisfy(\.isFinite))
    }

    @Test func whatDoesNotFitIsNamed() throws {
        let signals = try matrix("signals", in: "cleaning")
        func words(_ body: () throws -> Void) -> String {
            (#expect(throws: EncodingError.self) { try body() })?.description ?? ""
        }
        let glm = GLM(repetitionTime: 2)
        #expect(words { _ = try glm.fit(signals, events: []) }.contains("at least 1"))
        #expect(words { _ = try glm.design(of: events(), samples: .max) }.contains("100,000,000 steps"))
        let late = [StimulusEvent(onset: 400, condition: "face")]
        #expect(words { _ = try glm.fit(signals, events: late) }.contains("160.0 s"))
        #expect(
            words {
                _ = try GLM(.finiteImpulse(delays: [0]), repetitionTime: 2).trialBetas(
                    signals, events: try events())
            }.contains("hemodynamic"))
        let many = Matrix<Double>.normal(80, 80, seed: 1)
        #expect(
            words { _ = try glm.trialBetas(signals, events: try events(), confounds: many) }.contains(
                "below 80"))
        var broken = signals
        broken[3, 2] = .nan
        #expect(words { _ = try glm.fit(broken, events: try events()) }.contains("voxel 2"))
        #expect(
            words { _ = try glm.fit(signals, events: try events(), confounds: Matrix(rows: 2, columns: 1)) }
                .contains("80"))
    }
}
