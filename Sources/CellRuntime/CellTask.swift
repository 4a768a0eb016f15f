import Foundation
import Synchronization

/// What of the running cell an interrupt has to reach: the executor and the tasks that wait for each other.
private struct RunningCell {
    var executor: CellExecutor
    var cancellations: [@Sendable () -> Void] = []
}

private let runningCell = Mutex<RunningCell?>(nil)

/// Runs a cell's entry point inside a task, so that `Task.isCancelled` tells library code of an interrupt.
///
/// The task's executor is the calling thread, which the runner guards.
@_cdecl("gyrus_run_cell")
package func runCell(
    _ entry: @convention(c) (Int32, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> Int32
) {
    let executor = CellExecutor()
    runningCell.withLock { $0 = RunningCell(executor: executor) }
    _ = waitOnCellThread { _ = entry(0, nil) }
    executor.close()
    runningCell.withLock { $0 = nil }
}

/// Cancels the tasks of the running cell; the runner calls it when the user interrupts.
@_cdecl("gyrus_cancel_cell")
package func cancelCell() {
    let cell = runningCell.withLock { $0 }
    for cancel in cell?.cancellations ?? [] { cancel() }
    cell?.executor.wake()
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

/// Runs `body` in a task of the running cell, working on the calling thread until it is done.
private func waitOnCellThread<Value, Failure: Error>(
    _ body: @escaping () async throws(Failure) -> Value
) -> Result<Value, Failure> {
    guard let executor = runningCell.withLock({ $0?.executor }) else {
        fatalError("await outside a running cell")
    }
    let slot = Slot<Value, Failure>()
    let handed = Handed(body: body)
    let task = Task(executorPreference: executor) {
        do throws(Failure) {
            slot.result = .success(try await handed.body())
        } catch {
            slot.result = .failure(error)
        }
        slot.isFilled.store(true, ordering: .releasing)
        executor.wake()
    }
    runningCell.withLock { $0?.cancellations.append { task.cancel() } }
    if Runner.isInterrupted { task.cancel() }
    executor.work(until: { slot.isFilled.load(ordering: .acquiring) })
    runningCell.withLock { _ = $0?.cancellations.popLast() }
    guard let result = slot.result else { fatalError("a task ended without a result") }
    return result
}

/// What a top-level `await` of a cell becomes: the cell's thread works until the result is there.
///
/// `await f()` is rewritten to `_gyrusAwait { await f() }`, `try await f()` to `try _gyrusAwait { try await f() }`.
public func _gyrusAwait<Value, Failure: Error>(
    _ body: @escaping () async throws(Failure) -> Value
) throws(Failure) -> Value {
    try waitOnCellThread(body).get()
}
