import Foundation

/// Answers requests of one channel, with `busy` before and `idle` after.
struct Replier: Sendable {
    let loop: SocketLoop
    let wire: Wire
    let iopub: IOPubChannel

    /// Runs a handler between `busy` and `idle`; what it throws becomes an `error` reply, so that no client waits.
    func serve(_ request: Message, _ body: () throws -> Void) {
        iopub.status(.busy, parent: request.headerData)
        do {
            try body()
        } catch {
            Log.write("\(request.header.type): \(error)")
            reply(to: request, ErrorReply(Self.report(of: error)))
        }
        iopub.status(.idle, parent: request.headerData)
    }

    /// What is told of a request that cannot be served.
    static func report(of error: any Error) -> ErrorReport {
        ErrorReport(name: "InvalidRequest", value: "\(error)", traceback: [])
    }

    /// Sends the reply of a request: `x_request` is answered by `x_reply`.
    func reply(to request: Message, _ content: some Encodable, metadata: Data? = nil) {
        guard request.header.type.hasSuffix("_request") else { return }
        let type = request.header.type.dropLast("request".count) + "reply"
        do {
            loop.send(
                try wire.frames(
                    to: request.identities, type: String(type), parent: request.headerData,
                    metadata: metadata,
                    content: try Wire.encode(content)))
        } catch {
            Log.write("\(type) was not sent: \(error)")
        }
    }
}
