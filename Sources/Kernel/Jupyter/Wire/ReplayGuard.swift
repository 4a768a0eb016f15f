import Foundation
import Synchronization

/// Remembers the signatures of the last messages, so that one sent twice is noticed.
final class ReplayGuard: Sendable {
    private struct Seen {
        var signatures: Set<Data> = []
        var order: [Data] = []
        var oldest = 0
    }

    private let capacity: Int
    private let seen = Mutex(Seen())

    /// A memory of `capacity` signatures (Jupyter's own clients keep 65,536).
    init(capacity: Int = 65_536) {
        self.capacity = capacity
    }

    /// Whether the signature is new; it is remembered either way.
    func admit(_ signature: Data) -> Bool {
        seen.withLock { seen in
            guard seen.signatures.insert(signature).inserted else { return false }
            if seen.order.count < capacity {
                seen.order.append(signature)
            } else {
                seen.signatures.remove(seen.order[seen.oldest])
                seen.order[seen.oldest] = signature
                seen.oldest = (seen.oldest + 1) % capacity
            }
            return true
        }
    }
}
