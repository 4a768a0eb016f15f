import Foundation
import Synchronization

/// The requests that wait for one shell, in order.
final class RequestQueue: Sendable {
    /// A request, and whether an error before it has aborted it.
    struct Entry: Sendable {
        let request: Message
        var isAborted = false
    }

    private struct State {
        var entries: [Entry] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    private let available = DispatchSemaphore(value: 0)

    /// Takes a request in; false once the queue is closed.
    func append(_ request: Message) -> Bool {
        let isOpen = state.withLock { state in
            if !state.isClosed { state.entries.append(Entry(request: request)) }
            return !state.isClosed
        }
        if isOpen { available.signal() }
        return isOpen
    }

    /// Marks all that waits now as aborted.
    func abortWaiting() {
        state.withLock { state in
            for index in state.entries.indices { state.entries[index].isAborted = true }
        }
    }

    /// The requests of one type that wait now.
    func waiting(_ type: String) -> [Message] {
        state.withLock { $0.entries.map(\.request).filter { $0.header.type == type } }
    }

    /// Lets `next` return nothing; the requests that have not been served.
    @discardableResult
    func close() -> [Message] {
        let left = state.withLock { state in
            defer { state.entries = [] }
            state.isClosed = true
            return state.entries.map(\.request)
        }
        available.signal()
        return left
    }

    /// The next request; waits for one. Nothing once the queue is closed.
    func next() -> Entry? {
        available.wait()
        return state.withLock { $0.isClosed || $0.entries.isEmpty ? nil : $0.entries.removeFirst() }
    }
}
