import CRunnerProtocol
import RunnerProtocol

/// What a cell waits for in vain, since a cell that was stopped left it undone.
struct LeftBehind {
    private let kind: HeldKind
    /// The cell that was stopped.
    private let holder: String

    init(_ end: JobEnd, holder: String?) {
        kind = end.held
        self.holder = holder ?? "an earlier cell"
    }

    /// The report of a cell that was ended for it.
    var words: (name: String, value: String) {
        switch kind {
        case .lock:
            (
                "LockHeld",
                "the cell waits for a lock that \(holder) held when it was stopped; "
                    + "run the cell that makes the lock again"
            )
        case .semaphore:
            (
                "LockHeld",
                "the cell waits for a semaphore that \(holder) had taken when it was stopped; "
                    + "run the cell that makes the semaphore again, or signal it"
            )
        case .task:
            (
                "TaskAbandoned",
                "the cell waits for a task that was stopped with \(holder) and will not end; "
                    + "run the cell that makes the task again"
            )
        default:
            (
                "WaitInVain",
                "the cell waits, and nothing goes on that could end the wait; \(holder) was stopped before "
                    + "it had done its part: run it and the cell that makes what is waited for again"
            )
        }
    }

    /// The note for a cell that may be waiting in vain.
    var note: String {
        if kind == .something {
            return
                "This cell waits for the lock of a file. If \(holder) had taken it before it was stopped, interrupt this "
                + "cell, and close the file that \(holder) opened.\n"
        }
        return
            "This cell waits for a semaphore that \(holder) had taken when it was stopped. Unless something else "
            + "signals it, it waits forever: interrupt it then, and run the cell that makes the semaphore again.\n"
    }
}
