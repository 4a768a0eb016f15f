import Synchronization
import Tensors

/// Calls `body` for each of `count` items on several threads; it ends when all are done, one throws, or the calling
/// task is cancelled.
///
/// `body` gets the item, the number of its thread (below `workers`), and what it should ask now and then whether to go on.
/// Throws what `body` throws first, or `CancellationError`.
func concurrently(
    _ count: Int, workers: Int = threadCount,
    _ body: (_ item: Int, _ worker: Int, _ interruption: Interruption) throws -> Void
)
    throws
{
    try Task.checkCancellation()
    let interruption = Interruption()
    let failure = Mutex<(any Error)?>(nil)
    parallelEach(count, workers: workers) { item, worker in
        do {
            try interruption.check()
            try body(item, worker, interruption)
        } catch {
            interruption.raise()
            failure.withLock { if $0 == nil || $0 is CancellationError { $0 = error } }
        }
    }
    if let error = failure.withLock({ $0 }) { throw error }
    // The other threads may have taken all items, and they do not see a cancellation.
    try Task.checkCancellation()
}

/// Carries a cancellation from the task's own thread to those that help it.
final class Interruption: Sendable {
    private let isRaised = Atomic(false)

    func raise() { isRaised.store(true, ordering: .relaxed) }

    /// Throws `CancellationError` where the work should stop.
    func check() throws {
        // Only the calling thread belongs to the task; the others see what it found.
        if Task.isCancelled { raise() }
        if isRaised.load(ordering: .relaxed) { throw CancellationError() }
    }
}
