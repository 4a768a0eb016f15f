import Foundation
import Synchronization

/// A cell or a handler that runs: its executor, and the tasks that wait for each other.
final class RunningWork: Sendable {
    let executor = CellExecutor()
    private let cancellations = Mutex<[@Sendable () -> Void]>([])

    /// The work that the current task is part of.
    @TaskLocal static var current: RunningWork?

    /// What runs now, by the runner's number of its job. A stopped cell's work stays here until the next begins, since
    /// its thread does not come back.
    private static let all = Mutex<[Int32: RunningWork]>([:])

    /// Begins what the calling thread's job does.
    static func begin() -> RunningWork {
        let work = RunningWork()
        all.withLock { $0[Runner.job] = work }
        return work
    }

    func end() {
        Self.all.withLock { if $0[Runner.job] === self { $0[Runner.job] = nil } }
        executor.close()
    }

    /// Cancels the tasks of a job.
    static func cancel(_ job: Int32) {
        guard let work = all.withLock({ $0[job] }) else { return }
        for cancel in work.cancellations.withLock({ $0 }) { cancel() }
        work.executor.wake()
    }

    /// Runs `body` in a task, working on the calling thread until it is done.
    func wait<Value, Failure: Error>(
        _ body: @escaping () async throws(Failure) -> Value
    ) -> Result<Value, Failure> {
        let slot = Slot<Value, Failure>()
        let handed = Handed(body: body)
        let task = RunningWork.$current.withValue(self) {
            Task(executorPreference: executor) { [executor] in
                do throws(Failure) {
                    slot.result = .success(try await handed.body())
                } catch {
                    slot.result = .failure(error)
                }
                slot.isFilled.store(true, ordering: .releasing)
                executor.wake()
            }
        }
        cancellations.withLock { $0.append { task.cancel() } }
        if Runner.isInterrupted { task.cancel() }
        executor.work(until: { slot.isFilled.load(ordering: .acquiring) })
        cancellations.withLock { _ = $0.popLast() }
        guard let result = slot.result else { fatalError("a task ended without a result") }
        return result
    }
}

/// Runs a cell's entry point inside a task, so that `Task.isCancelled` tells library code of an interrupt.
///
/// The task's executor is the calling thread, which the runner guards.
@_cdecl("gyrus_run_cell")
package func runCell(
    _ entry: @convention(c) (Int32, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> Int32
) {
    let work = RunningWork.begin()
    _ = work.wait { _ = entry(0, nil) }
    work.end()
}

/// Cancels the tasks of a job; the runner calls it when the user interrupts.
@_cdecl("gyrus_cancel_job")
package func cancelJob(_ job: Int32) {
    RunningWork.cancel(job)
}

/// Where a task leaves its result for the thread that waits.
private final class Slot<Value, Failure: Error>: @unchecked Sendable {
    // @unchecked: `isFilled` orders the one write before the one read.
    let isFilled = Atomic(false)
    var result: Result<Value, Failure>?
}

/// A closure for a task that the same thread runs or waits for, which is why its captures need no checking.
private struct Handed<Value, Failure: Error>: @unchecked Sendable {
    let body: () async throws(Failure) -> Value
}

/// What a top-level `await` of a cell becomes: the cell's thread works until the result is there.
///
/// `await f()` is rewritten to `_gyrusAwait { await f() }`, `try await f()` to `try _gyrusAwait { try await f() }`. A value that
/// is not used brings no warning: it would name this function, and `f` may say that it need not be used.
@discardableResult
public func _gyrusAwait<Value, Failure: Error>(
    _ body: @escaping () async throws(Failure) -> Value
) throws(Failure) -> Value {
    guard let work = RunningWork.current else { fatalError("await outside a running cell") }
    let result = work.wait(body)
    // An endless sequence that ended because of the interrupt did not come to its end.
    if Value.self == Void.self, case .success = result, Runner.isInterrupted { Runner.stop() }
    return try result.get()
}
