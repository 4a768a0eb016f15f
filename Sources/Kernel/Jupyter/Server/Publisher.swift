import Foundation

/// Takes what a kernel publishes for a request: the iopub socket, or what runs code in the kernel's own process.
public protocol Publisher: Sendable {
    /// Takes a message of iopub.
    ///
    /// - Parameters:
    ///   - type: the message's type (`stream`).
    ///   - content: its content, a JSON object as UTF-8.
    ///   - parent: the header of the request that it belongs to; nil for whichever came last.
    ///   - metadata: a JSON object as UTF-8.
    ///   - buffers: the binary buffers of a comm message.
    func publish(_ type: String, content: Data, parent: Data?, metadata: Data?, buffers: [Data])
}

extension IOPubChannel: Publisher {
    func publish(_ type: String, content: Data, parent: Data?, metadata: Data?, buffers: [Data]) {
        send(
            type, content: content, parent: parent ?? lastParent, metadata: metadata, buffers: buffers)
    }
}
