import Foundation
import Tensors

/// How the response to an event is modeled.
public enum ResponseModel: Sendable, Equatable {
    /// A hemodynamic response of known shape: `.spm`, `.glover`, or one of other parameters.
    case hemodynamic(HemodynamicResponse)
    /// Finite impulse responses: one regressor for each delay, in repetitions.
    case finiteImpulse(delays: [Int])

    /// SPM's response.
    public static let spm = ResponseModel.hemodynamic(.spm)
    /// Glover's response.
    public static let glover = ResponseModel.hemodynamic(.glover)
}

/// Turns events into regressors at the times of the samples.
///
/// Source: nilearn's `compute_regressor`: the events are laid out on a grid 50 times finer than the samples, from 24 s
/// before the first one on, convolved, and interpolated between the two neighbors of each sample's time.
struct EventRegressor {
    private let times: [Double]
    private let fine: [Double]
    private let kernels: [[Double]]
    private let isImpulse: Bool
    private static let oversampling = 50
    private static let before = -24.0

    init(_ model: ResponseModel, samples: Int, repetitionTime: Double, sliceTime: Double) throws {
        let (first, last) = (sliceTime, Double(samples - 1) * repetitionTime + sliceTime)
        let end = last * (1 + 1 / Double(samples - 1))
        let count =
            Double(samples - 1) / (last - first) * (end - first - Self.before) * Double(Self.oversampling) + 1
        try checkParameter(
            "the repetition time", "\(repetitionTime) s",
            expected: "one of which \(samples) samples make a grid of at most 100,000,000 steps", count < 1e8)
        times = (0..<samples).map { Double($0) * repetitionTime + sliceTime }
        let number = Int(count.rounded(.toNearestOrEven))
        let start = first + Self.before
        // In the order of numpy's `linspace`: events often begin at a point of the grid, where rounding decides.
        let fineStep = (end - start) / Double(max(1, number - 1))
        fine = (0..<number).map { $0 == number - 1 ? end : Double($0) * fineStep + start }
        // The step as nilearn has it, which takes the smallest difference between two samples.
        let step = zip(times.dropFirst(), times).map { $0 - $1 }.min() ?? repetitionTime
        switch model {
        case .hemodynamic(let response):
            kernels = [try response.samples(repetitionTime: step, oversampling: Self.oversampling)]
            isImpulse = false
        case .finiteImpulse(let delays):
            kernels = delays.map { delay in
                [Double](repeating: 0, count: delay * Self.oversampling)
                    + [Double](repeating: 1 / Double(Self.oversampling), count: Self.oversampling)
            }
            isImpulse = true
        }
    }

    /// The regressors of some events at the samples, one for each kernel.
    func regressors(of events: [StimulusEvent]) -> [[Double]] {
        var course = [Double](repeating: 0, count: fine.count)
        let last = fine.count - 1
        func index(_ time: Double) -> Int {
            var (low, high) = (0, fine.count)
            while low < high {
                let middle = (low + high) / 2
                if fine[middle] < time { low = middle + 1 } else { high = middle }
            }
            return min(low, last)
        }
        for event in events {
            let begin = index(event.onset)
            var end = index(event.onset + event.duration)
            if end < last, end == begin { end += 1 }
            course[begin] += event.amplitude
            course[end] -= event.amplitude
        }
        var sum = 0.0
        for position in course.indices {
            sum += course[position]
            course[position] = sum
        }
        // What rounding leaves after an event is none.
        let floor = 1e-12 * (events.map { abs($0.amplitude) }.max() ?? 1)
        let active = course.indices.filter { abs(course[$0]) > floor }
        return kernels.map { kernel in
            var convolved = [Double](repeating: 0, count: course.count)
            convolved.withUnsafeMutableBufferPointer { target in
                for position in active {
                    let value = course[position]
                    for lag in 0..<min(kernel.count, target.count - position) {
                        target[position + lag] += value * kernel[lag]
                    }
                }
            }
            return sampled(convolved)
        }
    }

    /// The values at the samples' times, by lines between neighbors.
    private func sampled(_ course: [Double]) -> [Double] {
        // Impulse responses lie one repetition later on the fine grid, at whose end they stand for the whole of it.
        let shift = isImpulse ? Self.oversampling - 1 : 0
        let count = course.count - shift
        return times.map { time in
            var (low, high) = (0, count - 1)
            while high - low > 1 {
                let middle = (low + high) / 2
                if fine[middle] <= time { low = middle } else { high = middle }
            }
            guard count > 1, fine[high] > fine[low] else { return course[shift + low] }
            let share = (time - fine[low]) / (fine[high] - fine[low])
            return course[shift + low] + share * (course[shift + high] - course[shift + low])
        }
    }
}
