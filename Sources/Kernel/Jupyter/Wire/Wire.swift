import Foundation

/// Turns messages into ZeroMQ frames and back, signed.
///
/// Frames: routing ids, `<IDS|MSG>`, signature, header, parent header, metadata, content, buffers.
/// Source: "The wire protocol" of Jupyter's messaging specification.
public struct Wire: Sendable {
    /// What separates the routing ids from the message.
    public static let delimiter = Data("<IDS|MSG>".utf8)
    static let emptyObject = Data("{}".utf8)
    /// The size over which an incoming message is refused, in bytes.
    public static let sizeLimit = 256 << 20

    /// This side's session id.
    public let session: String
    private let signer: Signer
    private let replays = ReplayGuard()

    /// A wire format of one connection and one session.
    public init(signer: Signer, session: String = UUID().uuidString.lowercased()) {
        self.signer = signer
        self.session = session
    }

    /// The frames of a new message.
    ///
    /// - Parameters:
    ///   - identities: the routing ids (on iopub: the topic).
    ///   - parent: the header bytes of the message that this one answers.
    ///   - content: a JSON object as UTF-8.
    public func frames(
        to identities: [Data], type: String, parent: Data? = nil, metadata: Data? = nil, content: Data,
        buffers: [Data] = []
    ) throws -> [Data] {
        let header = try Self.encode(Header(type: type, session: session))
        let signed = [header, parent ?? Self.emptyObject, metadata ?? Self.emptyObject, content]
        return identities + [Self.delimiter, try signer.signature(of: signed)] + signed + buffers
    }

    /// The message in frames that arrived; throws `WireError` if they are not one, or not one to trust.
    public func message(from frames: [Data]) throws -> Message {
        let size = frames.reduce(0) { $0 + $1.count }
        guard size <= Self.sizeLimit else { throw WireError.oversized(bytes: size) }
        return try trusted(frames)
    }

    /// A message of any size without its content and buffers: what it takes to answer one that is refused.
    ///
    /// Throws `WireError` if the frames are no message, or not one to trust.
    public func head(of frames: [Data]) throws -> Message {
        let message = try trusted(frames)
        return Message(
            identities: message.identities, header: message.header, headerData: message.headerData,
            parentHeaderData: message.parentHeaderData, metadataData: Self.emptyObject,
            contentData: Self.emptyObject, buffers: [])
    }

    private func trusted(_ frames: [Data]) throws -> Message {
        guard let delimiter = frames.firstIndex(of: Self.delimiter), frames.count >= delimiter + 6 else {
            throw WireError.malformed("expected routing ids, <IDS|MSG>, and five frames or more")
        }
        let signature = frames[delimiter + 1]
        let signed = Array(frames[(delimiter + 2)..<(delimiter + 6)])
        guard try signer.isValid(signature, of: signed) else { throw WireError.badSignature }
        guard !signer.isSigning || replays.admit(signature) else { throw WireError.replayed }
        let header: Header
        do {
            header = try JSONDecoder().decode(Header.self, from: signed[0])
        } catch {
            throw WireError.malformed("the header is not a JSON object with msg_id and msg_type")
        }
        return Message(
            identities: Array(frames[..<delimiter]), header: header, headerData: signed[0],
            parentHeaderData: signed[1], metadataData: signed[2], contentData: signed[3],
            buffers: Array(frames[(delimiter + 6)...]))
    }

    /// The header of a message that was made of frames.
    func header(in frames: [Data]) throws -> Header {
        guard let delimiter = frames.firstIndex(of: Self.delimiter), frames.count > delimiter + 2 else {
            throw WireError.malformed("expected a header")
        }
        return try JSONDecoder().decode(Header.self, from: frames[delimiter + 2])
    }

    static func encode(_ value: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        return try encoder.encode(value)
    }
}

/// Why frames that arrived were refused.
public enum WireError: Error, Equatable, CustomStringConvertible {
    case malformed(String)
    case badSignature
    case replayed
    case oversized(bytes: Int)

    public var description: String {
        switch self {
        case .malformed(let reason): "malformed message: \(reason)"
        case .badSignature: "the signature does not fit the message (another key, or a forgery)"
        case .replayed: "a message with this signature was seen before (replayed)"
        case .oversized(let bytes): "a message of \(bytes) bytes is over the limit of \(Wire.sizeLimit)"
        }
    }
}
