import Synchronization

/// Whether an interrupted cell is to stop at the next round of a loop.
public let _gyrusStopsLoops = Atomic(false)

/// What the loops of optimized cells begin each round with.
@inlinable @inline(__always)
public func _gyrusPoll() {
    if _gyrusStopsLoops.load(ordering: .relaxed) { _gyrusStopLoop() }
}

/// Leaves the cell, if it is the calling thread's that was interrupted.
@inline(never)
public func _gyrusStopLoop() { Runner.leaveIfInterrupted() }

/// Lets loops stop, or go on; the runner calls it.
@_cdecl("gyrus_stop_loops")
package func stopLoops(_ stop: Bool) { _gyrusStopsLoops.store(stop, ordering: .relaxed) }
