import RunnerProtocol
import Synchronization

/// The comms that are open: their targets, by id.
final class CommTable: Sendable {
    private let comms = Mutex<[String: String]>([:])

    var all: [String: String] { comms.withLock { $0 } }

    func add(_ id: String, target: String) { comms.withLock { $0[id] = target } }
    func remove(_ id: String) { comms.withLock { _ = $0.removeValue(forKey: id) } }

    /// Notes that the runner opened or closed a comm.
    func note(_ head: CommFrame.Head) {
        switch head.kind {
        case .open: add(head.commID, target: head.target ?? "")
        case .message: break
        case .close: remove(head.commID)
        }
    }

    /// Forgets all, and gives their ids.
    func removeAll() -> [String] {
        comms.withLock { comms in
            defer { comms = [:] }
            return comms.keys.sorted()
        }
    }
}
