import Foundation
import Synchronization

/// Counts the voxels that threads have done, and reports them on the thread that made it, since displays belong to
/// the cell's thread.
final class ProgressCounter {
    private let done = Atomic(0)
    private let report: ((Int) -> Void)?
    private let thread = pthread_self()

    init(report: ((Int) -> Void)?) { self.report = report }

    func add(_ count: Int) {
        done.wrappingAdd(count, ordering: .relaxed)
        if report != nil, pthread_equal(thread, pthread_self()) != 0 { finish() }
    }

    /// Reports what is not reported yet.
    func finish() { report?(done.exchange(0, ordering: .relaxed)) }
}
