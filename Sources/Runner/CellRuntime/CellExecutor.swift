internal import CRunnerProtocol
import Foundation

/// Runs the tasks of one cell on threads that survive traps and interrupts.
///
/// The cell's own thread works while it waits for a top-level `await`; further threads are started while there is
/// work and a processor for it, so that task groups run in parallel. An abandoned executor is never used again.
final class CellExecutor: TaskExecutor, @unchecked Sendable {
    // @unchecked: every mutable member is guarded by `changed`, which is a lock with a condition.
    private let changed = NSCondition()
    private var jobs: [UnownedJob] = []
    private var head = 0
    private var idle = 0
    private var workers = 0
    private var failure: Outcome?
    private var isOver = false
    private let workerLimit = max(1, ProcessInfo.processInfo.activeProcessorCount)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        changed.lock()
        jobs.append(job)
        let needsWorker = idle == 0 && workers < workerLimit && !isOver
        if needsWorker { workers += 1 }
        changed.signal()
        changed.unlock()
        if needsWorker { startWorker() }
    }

    /// Works on the calling thread until `isDone`; leaves the cell if one of its threads failed, or if an
    /// interrupt found nothing that would end by itself.
    func work(until isDone: () -> Bool) {
        var interruptedSince: ContinuousClock.Instant?
        changed.lock()
        while !isDone() {
            if failure != nil || Runner.hasFailed {
                changed.unlock()
                Runner.leave(failure ?? .trap)
            }
            if let job = takeJob() {
                changed.unlock()
                job.runSynchronously(on: asUnownedTaskExecutor())
                changed.lock()
                continue
            }
            if Runner.isInterrupted {
                let since = interruptedSince ?? .now
                interruptedSince = since
                if ContinuousClock.now - since > .milliseconds(500) {
                    changed.unlock()
                    Runner.leave(.interrupt)
                }
            }
            idle += 1
            Runner.awaitsTask(true)
            _ = changed.wait(until: Date(timeIntervalSinceNow: 0.02))
            Runner.awaitsTask(false)
            idle -= 1
        }
        changed.unlock()
    }

    /// Wakes those that wait in `work`.
    func wake() {
        changed.lock()
        changed.broadcast()
        changed.unlock()
    }

    /// Ends the workers: the cell is over.
    func close() {
        changed.lock()
        isOver = true
        changed.broadcast()
        changed.unlock()
    }

    private func takeJob() -> UnownedJob? {
        guard head < jobs.count else { return nil }
        let job = jobs[head]
        head += 1
        if head == jobs.count {
            jobs.removeAll(keepingCapacity: true)
            head = 0
        }
        return job
    }

    private func startWorker() {
        let context = Unmanaged.passRetained(self).toOpaque()
        let started = Runner.startThread(
            { context in
                guard let context else { return }
                Unmanaged<CellExecutor>.fromOpaque(context).takeUnretainedValue().serve()
            },
            ended: { context, outcome in
                guard let context else { return }
                Unmanaged<CellExecutor>.fromOpaque(context).takeRetainedValue()
                    .workerEnded(outcome)
            }, context: context)
        if !started {
            Unmanaged<CellExecutor>.fromOpaque(context).release()
            workerEnded(.ok)
        }
    }

    private func serve() {
        changed.lock()
        while !isOver && !Runner.hasFailed {
            if let job = takeJob() {
                changed.unlock()
                job.runSynchronously(on: asUnownedTaskExecutor())
                changed.lock()
            } else {
                idle += 1
                Runner.rests(true)
                changed.wait()
                Runner.rests(false)
                idle -= 1
            }
        }
        changed.unlock()
    }

    private func workerEnded(_ outcome: Outcome) {
        changed.lock()
        workers -= 1
        if outcome != .ok, failure == nil { failure = outcome }
        changed.broadcast()
        changed.unlock()
    }
}
