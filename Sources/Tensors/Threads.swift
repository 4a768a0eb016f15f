import Dispatch
import Foundation
import Synchronization
internal import COpenBLAS

/// How many threads products, factorisations and kernels use; at first the cores that this process may run on.
public var threadCount: Int {
    get { threads.load(ordering: .relaxed) }
    set {
        require(newValue > 0, "at least one thread is needed; \(newValue) were asked for")
        threads.store(newValue, ordering: .relaxed)
    }
}

private let threads = Atomic(ProcessInfo.processInfo.activeProcessorCount)

/// Tells OpenBLAS how many threads to use.
func applyThreadCount() {
    openblas_set_num_threads(Int32(threadCount))
}

/// Calls `body` on ranges that together cover `0..<count`, on several threads at once, and returns when all are done.
///
/// No range but the last has fewer than `grain` elements; with at most `grain` in all, `body` runs on this thread.
public func parallelFor(_ count: Int, grain: Int, _ body: (Range<Int>) -> Void) {
    guard count > 0 else { return }
    let parts = min(threadCount, (count + max(grain, 1) - 1) / max(grain, 1))
    guard parts > 1 else { return body(0..<count) }
    let size = (count + parts - 1) / parts
    // The caller's closure writes disjoint parts of its own memory and ends before this function returns.
    nonisolated(unsafe) let body = body
    DispatchQueue.concurrentPerform(iterations: parts) { part in
        let start = part * size
        if start < count { body(start..<min(start + size, count)) }
    }
}
