internal import COpenBLAS
internal import COpenMP
import Foundation
import Synchronization

/// How many threads products, factorizations and kernels use; at first the cores that this process may run on.
package var threadCount: Int {
    get { threads.load(ordering: .relaxed) }
    set {
        require(newValue > 0, "at least one thread is needed; \(newValue) were asked for")
        threads.store(newValue, ordering: .relaxed)
    }
}

private let threads = Atomic(ProcessInfo.processInfo.activeProcessorCount)

/// Tells the libraries how many threads to use; OpenMP keeps the number for each calling thread, so every call sets it.
package func applyThreadCount() {
    let count = Int32(threadCount)
    omp_set_num_threads(count)
    if openblas_get_num_threads() != count { openblas_set_num_threads(count) }
}

/// Calls `body` on ranges that together cover `0..<count`, on several threads at once, and returns when all are done.
///
/// No range but the last has fewer than `grain` elements; with at most `grain` in all, `body` runs on this thread.
/// The threads are OpenMP's, the ones of oneDNN's products: a second pool would wait for the cores on which the first
/// spins (measured: products and kernels in turn take twice the time).
package func parallelFor(_ count: Int, grain: Int, _ body: (Range<Int>) -> Void) {
    guard count > 0 else { return }
    let threads = threadCount
    guard threads > 1, count > grain else { return body(0..<count) }
    // Up to four ranges a thread, so that one slow core or one large item does not keep the others waiting.
    let parts = min(4 * threads, (count + max(grain, 1) - 1) / max(grain, 1))
    let size = (count + parts - 1) / parts
    withoutActuallyEscaping(body) { body in
        ParallelLoop(count: count, size: size) { range, _ in body(range) }.run(threads: min(threads, parts))
    }
}

/// Calls `body(item, worker)` for each item of `0..<count`, one item a thread at a time, and returns when all are done.
///
/// Products and factorizations inside run on the one thread that calls them, so that no thread waits for another
/// before the end; if there is one item, or one worker, they have all threads. `worker` is below `workers`, and no
/// two threads have the same.
package func parallelEach(
    _ count: Int, workers: Int = threadCount, _ body: (_ item: Int, _ worker: Int) -> Void
) {
    guard count > 0 else { return }
    let threads = min(workers, count)
    guard threads > 1 else {
        for item in 0..<count { body(item, 0) }
        return
    }
    applyThreadCount()
    withoutActuallyEscaping(body) { body in
        ParallelLoop(count: count, size: 1) { body($0.lowerBound, $1) }.run(threads: threads)
    }
}

/// What the threads of one loop share: each takes the next range until none is left.
private final class ParallelLoop {
    private let count: Int
    private let size: Int
    private let body: (_ range: Range<Int>, _ worker: Int) -> Void
    private let next = Atomic(0)
    private let workers = Atomic(0)

    init(count: Int, size: Int, body: @escaping (_ range: Range<Int>, _ worker: Int) -> Void) {
        self.count = count
        self.size = size
        self.body = body
    }

    func run(threads: Int) {
        let data = Unmanaged.passRetained(self)
        GOMP_parallel(
            { data in
                guard let data else { return }
                Unmanaged<ParallelLoop>.fromOpaque(data).takeUnretainedValue().work()
            }, data.toOpaque(), UInt32(threads), 0)
        data.release()
    }

    private func work() {
        let worker = workers.wrappingAdd(1, ordering: .relaxed).oldValue
        while true {
            let start = next.wrappingAdd(size, ordering: .relaxed).oldValue
            guard start < count else { return }
            body(start..<min(start + size, count), worker)
        }
    }
}
