import Foundation
import Synchronization

/// Asks a run to stop: by a signal, or because a cell takes too long.
final class RunStop: Sendable {
    /// Why.
    enum Reason: Sendable, Equatable {
        /// The number of a signal.
        case signal(Int32)
        /// The seconds that the cell had.
        case timeout(Double)
    }

    private struct State {
        var reason: Reason?
        /// The cell that runs.
        var cell: Int?
        var isOver = false
        var signals = 0
    }
    private let state = Mutex(State())
    private let interrupt: @Sendable () -> Void
    private let end: @Sendable () -> Void

    /// How long a run that was told to end by SIGTERM may take to come back from its cell: a batch system kills soon after.
    private static let patience = 5.0
    private static let interval = 1.0

    /// - Parameters:
    ///   - interrupt: interrupts what runs.
    ///   - end: ends its process.
    init(interrupt: @escaping @Sendable () -> Void, end: @escaping @Sendable () -> Void) {
        self.interrupt = interrupt
        self.end = end
    }

    /// Why the run was asked to stop; nil if it was not.
    var reason: Reason? { state.withLock { $0.reason } }

    /// Asks for the end of the run. The second signal does not wait for the cell.
    func stop(signal: Int32) {
        let isFurther = state.withLock { state in
            state.signals += 1
            state.reason = .signal(signal)
            return state.signals > 1
        }
        if isFurther { return end() }
        insist()
        if signal == SIGINT { return }
        DispatchQueue.global().asyncAfter(deadline: .now() + Self.patience) { [self] in
            if !state.withLock(\.isOver) { end() }
        }
    }

    /// Nothing runs any more.
    func finish() { state.withLock { $0.isOver = true } }

    /// A cell begins.
    func begin(_ cell: Int) { state.withLock { $0.cell = cell } }

    /// Asks for the end of a cell that takes longer than it may, if it still runs.
    func stop(_ cell: Int, after seconds: Double) {
        let isMeant = state.withLock { state in
            guard state.cell == cell, state.reason == nil else { return false }
            state.reason = .timeout(seconds)
            return true
        }
        if isMeant { insist() }
    }

    /// A cell has ended; the seconds that it had if they were not enough.
    func endCell() -> Double? {
        state.withLock { state in
            state.cell = nil
            guard case .timeout(let seconds)? = state.reason else { return nil }
            state.reason = nil
            return seconds
        }
    }

    /// Interrupts until the run is over: a cell that was about to start does not hear of the first.
    private func insist() {
        guard state.withLock({ !$0.isOver && $0.reason != nil }) else { return }
        interrupt()
        DispatchQueue.global().asyncAfter(deadline: .now() + Self.interval) { [self] in insist() }
    }
}
