// Cells see these members and not those of the standard library, which wait forever for a task that was stopped in the
// middle of its work.

extension Task {
    /// The result from a throwing task, after it completes.
    ///
    /// Throws what the task threw; a cell that waits for a task which a trap or an interrupt stopped ends.
    public var value: Success {
        get async throws {
            Runner.stopIfLeft(self)
            return try await result.get()
        }
    }
}

extension Task where Failure == Never {
    /// The result from a nonthrowing task, after it completes.
    ///
    /// A cell that waits for a task which a trap or an interrupt stopped ends.
    public var value: Success {
        get async {
            Runner.stopIfLeft(self)
            return await result.get()
        }
    }
}
