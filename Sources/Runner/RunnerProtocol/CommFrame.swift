import Foundation

/// A comm message between the kernel and its runner: what happens to which comm, the data, and the binary buffers.
///
/// Its bytes are a row of parts, each after its length (4 bytes, little endian): head, content, metadata, buffers. The
/// content stays the JSON text that its maker wrote, so that nothing on the way encodes it again.
package struct CommFrame: Sendable, Equatable {
    /// The message types of the protocol.
    package enum Kind: String, Codable, Sendable {
        case open = "comm_open"
        case message = "comm_msg"
        case close = "comm_close"
    }

    /// What is known without reading the content.
    package struct Head: Codable, Sendable, Equatable {
        package var kind: Kind
        package var commID: String
        /// The target of a comm that is opened.
        package var target: String?
        /// The comms for which further messages wait after this one.
        package var waiting: [String]?
        /// Whether the kernel keeps the message, and sends it if the cell or handler fails.
        package var onFailure: Bool?

        package init(
            kind: Kind, commID: String, target: String? = nil, waiting: [String]? = nil,
            onFailure: Bool? = nil
        ) {
            self.kind = kind
            self.commID = commID
            self.target = target
            self.waiting = waiting
            self.onFailure = onFailure
        }
    }

    package var head: Head
    /// UTF-8 JSON: towards the front end the whole content of the message, towards the runner its `data`.
    package var content: Data
    /// UTF-8 JSON.
    package var metadata: Data
    package var buffers: [Data]

    package init(head: Head, content: Data, metadata: Data = Data("{}".utf8), buffers: [Data] = []) {
        self.head = head
        self.content = content
        self.metadata = metadata
        self.buffers = buffers
    }
}

extension CommFrame {
    /// The frame's bytes; throws `CommFrameError` if a part has 4 GiB or more.
    package func encoded() throws -> Data {
        let parts = [try JSONEncoder().encode(head), content, metadata] + buffers
        var data = Data(capacity: parts.reduce(0) { $0 + $1.count + 4 })
        for part in parts {
            guard let length = UInt32(exactly: part.count) else { throw CommFrameError.tooLarge(part.count) }
            withUnsafeBytes(of: length.littleEndian) { data.append(contentsOf: $0) }
            data.append(part)
        }
        return data
    }

    /// Reads a frame; throws `CommFrameError` if the bytes are none.
    package init(decoding data: Data) throws {
        var parts: [Data] = []
        var position = data.startIndex
        while position < data.endIndex {
            guard data.endIndex - position >= 4 else { throw CommFrameError.truncated }
            let length = (0..<4).reduce(0) { $0 | Int(data[position + $1]) << (8 * $1) }
            position += 4
            guard data.endIndex - position >= length else { throw CommFrameError.truncated }
            parts.append(Data(data[position..<(position + length)]))
            position += length
        }
        guard parts.count >= 3 else { throw CommFrameError.truncated }
        head = try JSONDecoder().decode(Head.self, from: parts[0])
        content = parts[1]
        metadata = parts[2]
        buffers = Array(parts[3...])
    }
}

/// Why bytes are no comm message, or a message has no bytes.
package enum CommFrameError: Error, CustomStringConvertible, Equatable {
    case truncated
    case tooLarge(Int)

    package var description: String {
        switch self {
        case .truncated: "a comm message between kernel and runner is cut short"
        case .tooLarge(let count): "a part of a comm message has \(count) bytes; 4 GiB is the limit"
        }
    }
}
