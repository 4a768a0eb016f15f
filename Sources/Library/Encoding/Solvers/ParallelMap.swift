import Synchronization
import Tensors

/// The results of `body` for each of `count` items, computed on several threads.
///
/// `body` gets the item, the index of its thread (below `workers`), and an interruption to check between long steps.
/// Throws the first error of `body`, or `CancellationError` if the calling task is canceled.
@discardableResult
func parallelMap<Result>(
    _ count: Int, workers: Int = threadCount,
    _ body: (_ item: Int, _ worker: Int, _ interruption: Interruption) throws -> Result
) throws -> [Result] {
    try Task.checkCancellation()
    let interruption = Interruption()
    let failure = Mutex<(any Error)?>(nil)
    var results = [Result?](repeating: nil, count: count)
    results.withUnsafeMutableBufferPointer { results in
        // Each element is written by one thread alone.
        let results = results
        parallelEach(count, workers: workers) { item, worker in
            do {
                try interruption.check()
                results[item] = try body(item, worker, interruption)
            } catch {
                interruption.raise()
                failure.withLock { if $0 == nil || $0 is CancellationError { $0 = error } }
            }
        }
    }
    if let error = failure.withLock({ $0 }) { throw error }
    // The other threads may have taken all items, and they do not see a cancellation.
    try Task.checkCancellation()
    return results.compactMap { $0 }
}

/// Carries a cancellation from the task's own thread to the threads that help it.
final class Interruption: Sendable {
    private let isRaised = Atomic(false)

    func raise() { isRaised.store(true, ordering: .relaxed) }

    /// Throws `CancellationError` if the work should stop.
    func check() throws {
        // Only the calling thread belongs to the task; the others see what it found.
        if Task.isCancelled { raise() }
        if isRaised.load(ordering: .relaxed) { throw CancellationError() }
    }
}
