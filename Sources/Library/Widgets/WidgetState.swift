import Comms
import Foundation
import JSON

/// Values of a widget as they travel: JSON, and bytes that go beside it as buffers.
struct WidgetState: Sendable {
    var values: [String: JSON]
    var binary: [String: Data]

    private var binaryKeys: [String] { binary.keys.sorted() }

    /// The buffers, in the order of `paths`.
    var buffers: [Data] { binaryKeys.compactMap { binary[$0] } }

    /// Where each buffer belongs.
    func paths(under prefix: [JSON] = []) -> JSON {
        .array(binaryKeys.map { .array(prefix + [.string($0)]) })
    }

    /// The data of a message with these values.
    func data(method: String? = nil) -> JSON {
        var data: [String: JSON] = ["state": .object(values), "buffer_paths": paths()]
        if let method { data["method"] = .string(method) }
        return .object(data)
    }
}

extension WidgetState {
    /// The values of an update; a buffer that belongs to no named value is left out.
    init(_ message: Comm.Message) {
        values = message.data["state"]?.object ?? [:]
        binary = [:]
        let paths = message.data["buffer_paths"]?.array ?? []
        for (path, buffer) in zip(paths, message.buffers) {
            if let keys = path.array, keys.count == 1, let key = keys[0].string { binary[key] = buffer }
        }
    }
}
