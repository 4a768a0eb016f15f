import Foundation
import Tensors

/// A loss at a point with its exact first and second derivatives.
struct LossModel {
    var value: Double
    var gradient: [Double]
    /// Row after row, symmetric.
    var hessian: [Double]

    init(order: Int) {
        value = 0
        gradient = Array(repeating: 0, count: order)
        hessian = Array(repeating: 0, count: order * order)
    }

    /// Adds `factor` times another.
    mutating func add(_ other: LossModel, times factor: Double) {
        value += factor * other.value
        for i in gradient.indices { gradient[i] += factor * other.gradient[i] }
        for i in hessian.indices { hessian[i] += factor * other.hessian[i] }
    }
}

/// Newton's method within a trust region and bounds, for a few variables; its owner evaluates the loss at `trial`.
///
/// Negative curvature changes its sign, so that a step goes down from a saddle.
/// Source: Nocedal & Wright, Numerical Optimization (2006), chapters 3.4 and 4.
struct NewtonSearch {
    /// The point at which the loss is evaluated next.
    private(set) var trial: [Double]
    /// The best point so far, once there is one, and its loss.
    private(set) var best: (point: [Double], model: LossModel)?
    private(set) var isDone = false

    private let lower: [Double]
    private let upper: [Double]
    private let tolerance: Double
    private var radius = 2.0
    private var expected = 0.0

    /// A search that starts from `point`, as far as the bounds let it.
    init(from point: [Double], lower: [Double], upper: [Double], tolerance: Double) {
        (self.lower, self.upper, self.tolerance) = (lower, upper, tolerance)
        trial = point
        trial = clipped(point)
    }

    private func clipped(_ point: [Double]) -> [Double] {
        point.indices.map { min(max(point[$0], lower[$0]), upper[$0]) }
    }

    /// Takes the loss at `trial`, and finds the next point or that there is nothing more to gain.
    mutating func take(_ model: LossModel) {
        if let (point, old) = best {
            let length = distance(point, trial)
            let gain = old.value - model.value
            if gain > 0 {
                best = (trial, model)
                if gain > 0.75 * expected { radius = max(radius, 2 * length) }
                if gain < 0.25 * expected { radius = length / 2 }
            } else {
                radius = length / 4
            }
        } else if model.value.isFinite {
            best = (trial, model)
        }
        guard let (point, model) = best, radius > 1e-7, let step = step(from: point, model) else {
            isDone = true
            return
        }
        trial = clipped(zip(point, step).map { $0 + $1 })
        let moved = zip(trial, point).map { $0 - $1 }
        expected = -model.change(along: moved)
        if !(expected > 0) || trial == point { isDone = true }
    }

    /// The step to the model's minimum within the radius; nil if that gains less than the tolerance.
    private func step(from point: [Double], _ model: LossModel) -> [Double]? {
        // A variable at its bound that would leave it stays there.
        let free = point.indices.filter {
            let gradient = model.gradient[$0]
            return gradient > 0 ? point[$0] > lower[$0] : point[$0] < upper[$0]
        }
        let order = point.count
        let hessian = Matrix<Double>(
            rows: free.count, columns: free.count,
            elements: free.flatMap { i in free.map { model.hessian[i * order + $0] } })
        guard !free.isEmpty, let (values, axes) = try? LinearAlgebra.eigenSymmetricRows(hessian) else {
            return nil
        }
        let floor = max(values.reduce(0) { max($0, abs($1)) } * 1e-12, .leastNormalMagnitude)
        var step = [Double](repeating: 0, count: order)
        var gain = 0.0
        for (row, value) in values.enumerated() {
            let axis = axes.row(row)
            let slope = zip(axis, free).reduce(0) { $0 + $1.0 * model.gradient[$1.1] }
            let length = -slope / max(abs(value), floor)
            gain -= slope * length / 2
            for (position, variable) in free.enumerated() { step[variable] += length * axis[position] }
        }
        guard gain > tolerance * model.value else { return nil }
        let length = step.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return length > radius ? step.map { $0 * radius / length } : step
    }

    private func distance(_ a: [Double], _ b: [Double]) -> Double {
        zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
    }
}

extension LossModel {
    /// How much the model changes along a step.
    fileprivate func change(along step: [Double]) -> Double {
        var change = 0.0
        for i in step.indices {
            change += gradient[i] * step[i]
            for j in step.indices { change += step[i] * hessian[i * step.count + j] * step[j] / 2 }
        }
        return change
    }
}
