import Foundation
import Tensors

/// How the responses to single trials are separated from those to their neighbors.
public enum TrialModel: String, Sendable, CaseIterable {
    /// One regressor for each trial, all in one model.
    case leastSquaresAll
    /// One model for each trial: a regressor for it, and one for all other trials of each condition.
    ///
    /// Less noisy where trials follow each other closely. Source: Mumford et al. (2012), with conditions as in nilearn's
    /// example of beta series.
    case leastSquaresSeparate
}

extension GLM {
    /// The responses to single trials of one run: trials x voxels, in the order of `events`.
    ///
    /// - Parameters:
    ///   - responses: samples x voxels.
    ///   - events: the trials; a hemodynamic response gives one beta for each.
    ///   - model: how trials are separated from each other.
    ///   - confounds: what is regressed out, samples x confounds; nil for none.
    ///
    /// Throws what `fit` throws, and `EncodingError` if the responses are modeled by finite impulses, or confounds and
    /// drift leave nothing of the trials.
    public func trialBetas<Element: Scalar>(
        _ responses: Matrix<Element>, events: [StimulusEvent], _ model: TrialModel = .leastSquaresSeparate,
        confounds: Matrix<Double>? = nil
    ) throws -> Matrix<Element> {
        guard !isFiniteImpulse else {
            throw EncodingError.parameter(
                name: "the response of single trials", value: "finite impulses",
                expected:
                    "a hemodynamic response (.spm, .glover); finite impulses give one beta a delay by fit(_:events:)"
            )
        }
        let samples = responses.rows
        let regressor = try regressor(events, samples: samples)
        let trials = columns(events.map { regressor.regressors(of: [$0])[0] }, samples)
        let nuisance = try nuisance(samples: samples, confounds: confounds).matrix
        // What confounds and drift explain of trials is taken out first, which leaves their coefficients as they are.
        let basis = orthonormalBasis(nuisance)
        try checkParameter(
            "the number of independent confounds and drifts, the constant included,", basis.columns,
            expected: "below \(samples), the number of samples, for something to be left of the trials",
            basis.columns < samples)
        let pure = trials - multiply(basis, multiply(basis, transposed: true, trials))
        let weights =
            model == .leastSquaresAll
            ? try leastSquares(pure, penalizing: pure.columns)
            : try separately(pure, conditions: events.map(\.condition))
        return try betas(of: weights, responses)
    }

    /// Trials x samples: what takes responses to betas, each trial in its own model, whose small equations follow from
    /// the trials' products.
    private func separately(_ trials: Matrix<Double>, conditions: [String]) throws -> Matrix<Double> {
        let names = Array(Set(conditions)).sorted()
        let groups = names.map { name in conditions.indices.filter { conditions[$0] == name } }
        let gram = LinearAlgebra.gram(trials)
        var weights = Matrix<Double>(rows: trials.columns, columns: trials.columns)
        for trial in conditions.indices {
            // The trial itself, and the sum of all others of each condition.
            let parts = [[trial]] + groups.map { $0.filter { $0 != trial } }.filter { !$0.isEmpty }
            var small = Matrix<Double>(rows: parts.count, columns: parts.count)
            for (i, left) in parts.enumerated() {
                for (j, right) in parts.enumerated() {
                    small[i, j] = left.reduce(0) { sum, a in right.reduce(sum) { $0 + gram[a, $1] } }
                }
                small[i, i] += alpha
            }
            let first = try small.pseudoinverse().row(0)
            for (part, weight) in zip(parts, first) {
                for other in part { weights[trial, other] += weight }
            }
        }
        return multiply(weights, trials, transposed: true)
    }

    private func betas<Element: Scalar>(
        of weights: Matrix<Double>, _ responses: Matrix<Element>
    ) throws -> Matrix<Element> {
        multiply(weights.converted(to: Element.self), try centeredFinite(responses).centered)
    }
}
