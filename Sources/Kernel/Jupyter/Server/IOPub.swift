import Foundation
import JSON

/// Publishes output under the request that caused it.
///
/// Contents that hold displays are given as JSON, ready to send, so that a large one is not encoded twice.
public struct IOPub: Sendable {
    let channel: any Publisher
    /// The request's header; nothing to publish under whichever request came last.
    let parent: Data?
    let executionCount: Int
    /// Whether the request asked for silence.
    let isSilent: Bool
    /// Takes what would be published.
    var capture: OutputCapture?

    /// Publishes `stream`: text that a process wrote.
    public func stream(_ name: StreamName, _ text: String) {
        if capture?.take(name, text) == true { return }
        publish("stream", Stream(name: name, text: text))
    }

    /// Publishes `display_data`; `content` is its whole content (`data`, `metadata`, `transient`) as a JSON object.
    public func display(_ content: Data) {
        if capture?.take(display: content) == true { return }
        publish("display_data", json: content)
    }

    /// Publishes `update_display_data`; `content` as of `display`, with `transient.display_id`.
    public func updateDisplay(_ content: Data) {
        if capture?.take(update: content) == true { return }
        publish("update_display_data", json: content)
    }

    /// Publishes `execute_result` under the request's count; `content` is a JSON object with `data` and `metadata`.
    public func result(_ content: Data) {
        if capture?.take(display: content) == true { return }
        guard let brace = content.firstIndex(of: UInt8(ascii: "{")) else {
            return Log.write("execute_result was not published: its content is no JSON object")
        }
        var numbered = Data("{\"execution_count\":\(executionCount),".utf8)
        numbered.append(content[content.index(after: brace)...])
        publish("execute_result", json: numbered)
    }

    /// Publishes `error`. The server does so for what `execute` throws.
    public func error(_ report: ErrorReport) {
        publish("error", report)
    }

    /// Publishes `clear_output`; with `wait` the output goes when the next arrives.
    public func clearOutput(wait: Bool) {
        if capture?.clear() == true { return }
        publish("clear_output", ClearOutput(wait: wait))
    }

    /// Publishes `comm_open`.
    public func openComm(_ comm: CommOpen, metadata: JSON = [:], buffers: [Data] = []) {
        publish("comm_open", comm, metadata: metadata, buffers: buffers)
    }

    /// Publishes `comm_msg`.
    public func send(_ message: CommMessage, metadata: JSON = [:], buffers: [Data] = []) {
        publish("comm_msg", message, metadata: metadata, buffers: buffers)
    }

    /// Publishes `comm_close`.
    public func closeComm(_ message: CommMessage, buffers: [Data] = []) {
        publish("comm_close", message, buffers: buffers)
    }

    /// Publishes a comm message of any type; `content` and `metadata` are JSON objects, ready to send.
    public func comm(_ type: String, content: Data, metadata: Data? = nil, buffers: [Data] = []) {
        publish(type, json: content, metadata: metadata, buffers: buffers)
    }

    func publish(_ type: String, _ content: some Encodable, metadata: JSON = [:], buffers: [Data] = []) {
        do {
            let metadata = metadata == [:] ? nil : try Wire.encode(metadata)
            publish(type, json: try Wire.encode(content), metadata: metadata, buffers: buffers)
        } catch {
            Log.write("\(type) was not published: \(error)")
        }
    }

    private func publish(_ type: String, json: Data, metadata: Data? = nil, buffers: [Data] = []) {
        guard !isSilent else { return }
        channel.publish(type, content: json, parent: parent, metadata: metadata, buffers: buffers)
    }
}
