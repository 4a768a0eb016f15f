import Comms
import Foundation
import RunnerProtocol

/// Whether a comm message has a taker; the runner asks before it calls `gyrus_handle_comm`.
@_cdecl("gyrus_takes_comm")
package func takesComm(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    guard let frame = try? CommFrame(decoding: Data(bytes: bytes, count: count)) else { return false }
    return CommRegistry.shared.takes(frame.head)
}

/// Runs the handler of a comm message inside a task, as a cell; the runner calls it on a thread that it guards.
@_cdecl("gyrus_handle_comm")
package func handleComm(_ bytes: UnsafePointer<UInt8>, _ count: Int) {
    guard let frame = try? CommFrame(decoding: Data(bytes: bytes, count: count)) else { return }
    let work = RunningWork.begin()
    let outcome = work.wait { try CommRegistry.shared.deliver(frame) }
    work.end()
    if case .failure(let error) = outcome { Runner.fail(error) }
}
