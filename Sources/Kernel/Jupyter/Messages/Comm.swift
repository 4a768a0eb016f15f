import Foundation
import JSON

/// `comm_open`: one side opens a comm of a target.
public struct CommOpen: Codable, Sendable {
    public var commID: String
    public var target: String
    public var data: JSON

    private enum CodingKeys: String, CodingKey {
        case commID = "comm_id"
        case target = "target_name"
        case data
    }

    public init(commID: String, target: String, data: JSON = [:]) {
        self.commID = commID
        self.target = target
        self.data = data
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        commID = try container.decode(String.self, forKey: .commID)
        target = try container.decode(String.self, forKey: .target)
        data = try container.decodeIfPresent(JSON.self, forKey: .data) ?? [:]
    }
}

/// `comm_msg` and `comm_close`: what one side of an open comm tells the other.
public struct CommMessage: Codable, Sendable {
    public var commID: String
    public var data: JSON

    private enum CodingKeys: String, CodingKey {
        case commID = "comm_id"
        case data
    }

    public init(commID: String, data: JSON = [:]) {
        self.commID = commID
        self.data = data
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        commID = try container.decode(String.self, forKey: .commID)
        data = try container.decodeIfPresent(JSON.self, forKey: .data) ?? [:]
    }
}

/// `comm_info_request`: which comms are open.
struct CommInfoRequest: Decodable {
    let target: String?

    private enum CodingKeys: String, CodingKey {
        case target = "target_name"
    }
}

/// `comm_info_reply`.
struct CommInfoReply: Encodable {
    struct Comm: Encodable {
        let target: String

        private enum CodingKeys: String, CodingKey {
            case target = "target_name"
        }
    }

    let status = "ok"
    let comms: [String: Comm]
}
