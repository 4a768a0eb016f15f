import Foundation

/// Looks every second whether what was interrupted in a process still computes there.
///
/// The user is told of what computes on, and may interrupt it again; what neither ends nor computes is given up.
struct InterruptWatch: Sendable {
    /// How long what was interrupted may do nothing before its process is ended.
    private static let patience = Duration.seconds(15)
    /// How long it may compute before the user is told.
    private static let silence = Duration.seconds(3)
    /// What the user is then told.
    static let computesOn = """
        The cell computes in a library that cannot be interrupted, and stops when that returns. \
        Interrupt again to end its process, which loses the variables.

        """

    let account: ProcessAccount
    let isRunning: @Sendable () -> Bool
    /// Called each time that it is found to compute on.
    let tell: @Sendable () -> Void
    let giveUp: @Sendable () -> Void

    func begin() { look(since: .now, processorTime: .zero) }

    private func look(since start: SuspendingClock.Instant, processorTime before: Duration) {
        DispatchQueue.global().asyncAfter(deadline: .now() + 1) {
            guard isRunning() else { return }
            let processorTime = account.processorTime
            let isComputing = account.isComputing(since: before)
            let waited = SuspendingClock.now - start
            if waited >= Self.patience && !isComputing { return giveUp() }
            if waited >= Self.silence && isComputing { tell() }
            look(since: start, processorTime: processorTime)
        }
    }
}
