import Display
import Figures
import Foundation

/// A chart of losses that is redrawn in place while a training runs.
///
/// ```swift
/// let losses = LossChart("brivl-mini")
/// for step in 0..<100 { losses.add(1 / Double(step + 1)) }
/// losses.finish()
/// ```
public final class LossChart {
    private let title: String
    private var losses: [Double] = []
    private var handle: DisplayHandle?
    private var drawn = Date.distantPast
    /// At least this many seconds lie between two drawings.
    private let interval: TimeInterval

    /// A chart that has no losses yet.
    ///
    /// - Parameters:
    ///   - title: the text above the chart.
    ///   - interval: the least time between two drawings, in seconds.
    public init(_ title: String = "Training", interval: TimeInterval = 0.5) {
        self.title = title
        self.interval = interval
    }

    /// Adds the loss of the next step.
    public func add(_ loss: Double) {
        losses.append(loss)
        if Date().timeIntervalSince(drawn) >= interval { draw() }
    }

    /// Draws the last state.
    public func finish() { if !losses.isEmpty { draw() } }

    /// The losses, where there are many the means of neighbors.
    public var chart: LineChart {
        let size = max(1, (losses.count + 199) / 200)
        let points = stride(from: 0, to: losses.count, by: size).map { first in
            let part = losses[first..<min(first + size, losses.count)]
            return LineChart.Series.Point(
                Double(first) + Double(part.count - 1) / 2, part.reduce(0, +) / Double(part.count))
        }
        return LineChart(
            [LineChart.Series("loss", points: points)], title: title, positionTitle: "step",
            valueTitle: "loss",
            beginsAtZero: true)
    }

    private func draw() {
        drawn = Date()
        if let handle { handle.update(chart) } else { handle = display(chart) }
    }
}

extension LossChart: Displayable, CustomStringConvertible {
    public var mimeBundle: MIMEBundle { chart.mimeBundle }
}
