import Foundation
import Text

/// A bar that tells how far a long computation is, how fast it goes, and how long it will take.
///
/// In a notebook one display is drawn again at most ten times a second; outside a kernel a terminal shows one line
/// and anything else shows nothing.
///
/// ```swift
/// var bar = ProgressBar("features", total: images.count, unit: "images")
/// for image in images {
///     try print(model.image.features(of: [image], layers: .last))
///     bar.advance()
/// }
/// bar.finish()
/// ```
public struct ProgressBar {
    /// What is being done.
    public let title: String
    /// How many units there are in all.
    public let total: Int
    /// What is counted (`images`, `voxels`).
    public let unit: String
    /// How many units are done.
    public private(set) var done = 0

    private let started = ContinuousClock.now
    private var drawn: ContinuousClock.Instant?
    /// How many units were done when the bar was drawn last.
    private var drawnCount: Int?
    private var handle: DisplayHandle?
    private static let interval = Duration.milliseconds(100)

    /// A bar at zero.
    ///
    /// - Parameters:
    ///   - title: what is done.
    ///   - total: how many units there are in all.
    ///   - unit: what is counted (`images`, `voxels`).
    public init(_ title: String, total: Int, unit: String = "items") {
        self.title = title
        self.total = total
        self.unit = unit
    }

    /// Counts `count` further units as done.
    public mutating func advance(by count: Int = 1) {
        done += count
        let now = ContinuousClock.now
        // The last state is what a saved notebook keeps, so it is never left out.
        if let drawn, now - drawn < Self.interval, done < total { return }
        drawn = now
        draw(at: now)
    }

    /// Draws the bar's last state; call it when the work is over.
    public mutating func finish() {
        if drawnCount != done { draw(at: .now) }
        if !Output.isConnected, isTerminal { FileHandle.standardError.write(Data("\n".utf8)) }
    }

    private mutating func draw(at now: ContinuousClock.Instant) {
        drawnCount = done
        let state = ProgressState(title: title, total: total, unit: unit, done: done, elapsed: now - started)
        if Output.isConnected {
            if let handle { handle.update(state) } else { handle = display(state) }
        } else if isTerminal {
            FileHandle.standardError.write(Data("\r\u{1B}[K\(state.line)".utf8))
        }
    }

    private var isTerminal: Bool { isatty(2) == 1 }
}

/// What a progress bar shows at one moment.
struct ProgressState: Displayable {
    let title: String
    let total: Int
    let unit: String
    let done: Int
    let elapsed: Duration

    private var seconds: Double { elapsed / .seconds(1) }
    private var fraction: Double { total > 0 ? min(1, Double(done) / Double(total)) : 1 }

    /// Title, count, rate and time left, in one line.
    var line: String {
        let rate = seconds > 0 ? Double(done) / seconds : 0
        let speed = rate >= 10 ? String(format: "%.0f", rate) : String(format: "%.2f", rate)
        let time =
            done >= total
            ? "took \(clock(seconds))" : rate > 0 ? "\(clock(Double(total - done) / rate)) left" : "starting"
        return "\(title): \(done)/\(total) \(unit), \(speed) \(unit)/s, \(time)"
    }

    var mimeBundle: MIMEBundle {
        let percent = String(format: "%.1f", fraction * 100)
        let text = line.escapedHTML
        let html = """
            <div style="font-family:var(--jp-code-font-family,monospace);font-size:12px;max-width:640px">\
            <div style="margin-bottom:2px">\(text)</div>\
            <div style="background:#8883;border-radius:3px;height:6px">\
            <div style="background:#2a78b5;border-radius:3px;height:6px;width:\(percent)%"></div></div></div>
            """
        return MIMEBundle(["text/plain": .text(line), "text/html": .text(html)])
    }

    private func clock(_ seconds: Double) -> String {
        if seconds < 60 { return String(format: "%.1f s", seconds) }
        // A total of `.max`, for work of unknown length, can leave more seconds than an `Int` holds.
        let whole = Int(min(seconds, 1e12).rounded())
        return whole < 3600
            ? String(format: "%d:%02d", whole / 60, whole % 60)
            : String(format: "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60)
    }
}

extension ProgressBar: CustomStringConvertible {
    /// How many units are done.
    public var description: String { "\(title): \(done)/\(total) \(unit)" }
}
