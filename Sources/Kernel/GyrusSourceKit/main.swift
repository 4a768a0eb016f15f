// The process that knows what can be completed at the cursor: it answers the kernel's requests (see CodeCompletion)
// with sourcekitd, over the socket that is its standard input. It ends when the kernel closes that.

import CRunnerProtocol
import CSourceKit
import CodeCompletion
import Foundation
import RunnerProtocol
import Synchronization

/// Requests that wait; they are read on a thread of their own, so that the kernel's end is noticed at once.
final class Inbox: Sendable {
    private let frames = Mutex<[Frame]>([])
    private let available = DispatchSemaphore(value: 0)

    func start() {
        Thread { [self] in
            while let frame = Frame.read(from: 0) {
                frames.withLock { $0.append(frame) }
                available.signal()
            }
            _exit(0)
        }.start()
    }

    func next() -> Frame {
        available.wait()
        return frames.withLock { $0.removeFirst() }
    }
}

/// The answer to a request.
func answer(_ request: CompletionRequest, _ kit: SourceKit) -> CompletionAnswer {
    var answer = CompletionAnswer()
    let descriptions = Descriptions(kit: kit, request: request)
    switch request.kind {
    case .suggest:
        (answer.suggestions, answer.replacedBytes) = Suggestions(kit: kit, request: request).find(
            file: "/suggestions.swift")
    case .describe: answer.description = descriptions.describe(file: "/description.swift")
    case .signatures:
        (answer.signatures, answer.activeSignature) = descriptions.signatures(file: "/signatures.swift")
    case .warmUp:
        _ = Suggestions(kit: kit, request: request).find(file: "/suggestions.swift")
        // Otherwise what the first has let go of is held beside what the second takes.
        malloc_trim(0)
        _ = descriptions.describe(file: "/description.swift")
    }
    return answer
}

// sourcekitd works on many threads in turn: with an arena of memory for each it takes half as much again.
mallopt(M_ARENA_MAX, 1)
let inbox = Inbox()
inbox.start()
let kit = SourceKit()
while true {
    let frame = inbox.next()
    let request = try? JSONDecoder().decode(CompletionRequest.self, from: frame.payload)
    let reply = request.map { answer($0, kit) } ?? CompletionAnswer()
    guard let payload = try? JSONEncoder().encode(reply) else { continue }
    if !Frame(.answer, request: frame.request, payload).write(to: 0) { _exit(0) }
    malloc_trim(0)
}
