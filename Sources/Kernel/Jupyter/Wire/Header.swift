import Foundation

/// The header of a message: who sent what, and when.
///
/// Source: "Message header" of Jupyter's messaging specification, version 5.5.
public struct Header: Codable, Sendable, Equatable {
    /// The version of the protocol that this target speaks.
    public static let protocolVersion = "5.5"

    /// Unique to the message.
    public let messageID: String
    /// Unique to the sender's process (a kernel) or connection (a front end).
    public let session: String
    /// The sender's user.
    public let username: String
    /// When the message was made, ISO 8601.
    public let date: String
    /// The kind of message (`execute_request`).
    public let type: String
    /// The sender's protocol version.
    public let version: String
    /// The subshell that a request is for; nothing for the main shell.
    public let subshellID: String?

    private enum CodingKeys: String, CodingKey {
        case messageID = "msg_id"
        case session, username, date
        case type = "msg_type"
        case version
        case subshellID = "subshell_id"
    }

    /// A header of a new message, dated now.
    public init(type: String, session: String, username: String = "kernel") {
        messageID = UUID().uuidString.lowercased()
        self.session = session
        self.username = username
        date = Date.now.formatted(Self.dateFormat)
        self.type = type
        version = Self.protocolVersion
        subshellID = nil
    }

    /// Reads a header; only the id and the type must be there, since clients differ in the rest.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        messageID = try container.decode(String.self, forKey: .messageID)
        type = try container.decode(String.self, forKey: .type)
        session = try container.decodeIfPresent(String.self, forKey: .session) ?? ""
        username = try container.decodeIfPresent(String.self, forKey: .username) ?? ""
        date = try container.decodeIfPresent(String.self, forKey: .date) ?? ""
        version = try container.decodeIfPresent(String.self, forKey: .version) ?? ""
        subshellID = try container.decodeIfPresent(String.self, forKey: .subshellID)
    }

    private static let dateFormat = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
}
