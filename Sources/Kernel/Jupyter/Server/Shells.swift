import Foundation
import Synchronization

/// The main shell and the subshells: each a queue and a thread, so that one serves while another runs code.
///
/// Source: "Subshells" of Jupyter's messaging specification, version 5.5 (JEP 91).
final class Shells: Sendable {
    private let handler: ShellHandler
    private let main = RequestQueue()
    private let subshells = Mutex<[String: RequestQueue]>([:])
    private let running = DispatchGroup()

    init(handler: ShellHandler) {
        self.handler = handler
    }

    func start() {
        startThread("main shell", in: running) { [self] in handler.serve(main) }
    }

    /// Gives a request to the shell that its header names; one for a subshell that does not exist is answered with an error,
    /// so that nobody waits for it.
    func dispatch(_ request: Message) {
        guard let id = request.header.subshellID else {
            _ = main.append(request)
            return
        }
        let queue = subshells.withLock { $0[id] }
        if queue?.append(request) != true { handler.refuse(request, NoSubshell(id: id)) }
    }

    /// Answers a request with an error, whichever shell it is for.
    func refuse(_ request: Message, _ error: any Error) { handler.refuse(request, error) }

    /// The id of a new subshell.
    func create() -> String {
        let id = UUID().uuidString.lowercased()
        let queue = RequestQueue()
        subshells.withLock { $0[id] = queue }
        startThread("subshell \(id)", in: running) { [handler] in handler.serve(queue, subshellID: id) }
        return id
    }

    /// Ends a subshell once it has served its current request, and refuses those that wait; throws if there is none of that
    /// id.
    func delete(_ id: String) throws {
        guard let queue = subshells.withLock({ $0.removeValue(forKey: id) }) else { throw NoSubshell(id: id) }
        for request in queue.close() { handler.refuse(request, NoSubshell(id: id)) }
    }

    /// The ids of the subshells.
    var ids: [String] {
        subshells.withLock { $0.keys.sorted() }
    }

    /// Ends all shells; waits a moment for their current requests, so that they are still answered.
    func stop() {
        for queue in subshells.withLock({ Array($0.values) }) { queue.close() }
        main.close()
        _ = running.wait(timeout: .now() + 1)
    }
}

/// A request about a subshell that does not exist.
struct NoSubshell: Error, CustomStringConvertible {
    let id: String
    var description: String { "there is no subshell \(id)" }
}
