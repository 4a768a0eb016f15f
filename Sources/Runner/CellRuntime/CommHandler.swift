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
    _ = work.wait {
        do {
            try CommRegistry.shared.deliver(frame)
        } catch {
            // Here, on the thread that threw, which may be one of the executor's: it alone knows the frames of the throw.
            Runner.fail(error)
        }
    }
    work.end()
}
