import Foundation
import JSON
import RunnerProtocol
import Synchronization

/// The comms that are open, and who takes those that front ends open.
package final class CommRegistry: Sendable {
    package static let shared = CommRegistry()

    private struct State {
        var comms: [String: Comm] = [:]
        var targets: [String: StoredOpener] = [:]
    }
    private let state = Mutex(State())

    func add(_ comm: Comm) { state.withLock { $0.comms[comm.id] = comm } }
    func remove(_ id: String) { state.withLock { _ = $0.comms.removeValue(forKey: id) } }
    func register(_ target: String, _ opener: StoredOpener?) {
        state.withLock { $0.targets[target] = opener }
    }

    /// Whether no comm is open.
    package var isEmpty: Bool { state.withLock { $0.comms.isEmpty } }

    /// Whether a message has a taker: a comm that is open, or for `comm_open` a target that is registered.
    package func takes(_ head: CommFrame.Head) -> Bool {
        state.withLock {
            head.kind == .open ? $0.targets[head.target ?? ""] != nil : $0.comms[head.commID] != nil
        }
    }

    /// Gives a message of the front end to its handler; throws what the handler throws.
    package func deliver(_ frame: CommFrame) throws {
        let head = frame.head
        let message = Comm.Message(
            data: (try? JSON(parsing: frame.content)) ?? [:],
            metadata: (try? JSON(parsing: frame.metadata)) ?? [:], buffers: frame.buffers,
            waiting: Set(head.waiting ?? []))
        switch head.kind {
        case .open:
            let target = head.target ?? ""
            guard let opener = state.withLock({ $0.targets[target] }) else { return }
            try opener.run(Comm(openedAs: head.commID, target: target), message)
        case .message:
            try state.withLock { $0.comms[head.commID] }?.receive(message)
        case .close:
            try state.withLock { $0.comms[head.commID] }?.closedByFrontEnd(message)
        }
    }
}
