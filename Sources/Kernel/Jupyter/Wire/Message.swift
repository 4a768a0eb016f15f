import Foundation
import JSON

/// A message that arrived: the header is read, the content stays JSON until its handler reads it.
public struct Message: Sendable {
    /// The routing ids that lead back to the sender (on iopub: the topic).
    public let identities: [Data]
    public let header: Header
    /// The header's own bytes, which become the parent header of every answer.
    public let headerData: Data
    public let parentHeaderData: Data
    public let metadataData: Data
    public let contentData: Data
    /// What follows the content: the binary buffers of a comm message.
    public let buffers: [Data]

    /// The content as a type; throws `DecodingError` if it does not fit.
    public func content<Content: Decodable>(as type: Content.Type) throws -> Content {
        try JSONDecoder().decode(type, from: contentData)
    }

    /// The metadata; an empty object if it is not JSON.
    public var metadata: JSON {
        (try? JSON(parsing: metadataData)) ?? [:]
    }

    /// The header of the message that this one answers, or nil if it answers none.
    public var parentHeader: Header? {
        try? JSONDecoder().decode(Header.self, from: parentHeaderData)
    }
}
