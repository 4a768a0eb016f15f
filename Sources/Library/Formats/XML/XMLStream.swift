internal import CExpat
import Foundation

/// What is done with the elements of an XML text as they come.
package protocol XMLHandler: AnyObject {
    func begin(_ element: String, _ attributes: [String: String]) throws
    /// A part of the text of an element, in UTF-8; a text may come in any number of parts.
    func characters(_ text: UnsafeBufferPointer<UInt8>) throws
    func end(_ element: String) throws
}

/// An XML text that is read from its beginning on, a piece at a time, by Expat.
///
/// Entities of the text's own are refused (a few lines of them can stand for terabytes), as are elements within more
/// than 64 others, tags of more than 16 MB, and references to what is not declared. Nothing is fetched: a document type
/// that is named stays unread.
package final class XMLStream {
    private static let deepest = 64
    private static let longestTag = 16 << 20

    private let parser: XML_Parser
    private let handler: any XMLHandler
    private let url: URL
    /// What errors call the text, for instance "the file".
    private let what: String
    private var failure: (any Error)?
    private var depth = 0
    private var fed = 0

    init(_ handler: any XMLHandler, _ url: URL, _ what: String) throws {
        guard let parser = XML_ParserCreate(nil) else {
            throw FormatError(url, "no memory for reading XML")
        }
        self.parser = parser
        self.handler = handler
        self.url = url
        self.what = what
        XML_SetUserData(parser, Unmanaged.passUnretained(self).toOpaque())
        XML_SetElementHandler(
            parser,
            { XMLStream.of($0).begin($1, $2) },
            { XMLStream.of($0).end($1) })
        XML_SetCharacterDataHandler(parser) { XMLStream.of($0).characters($1, Int($2)) }
        XML_SetEntityDeclHandler(parser) { data, _, _, _, _, _, _, _, _ in
            XMLStream.of(data).refuse("declares entities, which Gyrus does not read")
        }
        XML_SetSkippedEntityHandler(parser) { data, name, _ in
            let name = name.map { String(cString: $0) } ?? ""
            XMLStream.of(data).refuse("refers to \"&\(name);\", which nothing declares")
        }
    }

    deinit { XML_ParserFree(parser) }

    /// Reads the next piece; after the last one the text must be whole.
    ///
    /// Throws `FormatError` if the text is not well-formed, and what the handler throws.
    func feed(_ piece: UnsafeRawBufferPointer, isLast: Bool) throws {
        let status = XML_Parse(
            parser, piece.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(piece.count), isLast ? 1 : 0
        )
        if let failure { throw failure }
        guard status == XML_STATUS_OK else {
            let reason = XML_ErrorString(XML_GetErrorCode(parser)).map { String(cString: $0) } ?? "unknown"
            throw FormatError(
                url, "\(what) is not whole XML: \(reason) in line \(XML_GetCurrentLineNumber(parser))")
        }
        fed += piece.count
        guard isLast || fed - Int(XML_GetCurrentByteIndex(parser)) <= Self.longestTag else {
            throw FormatError(url, "\(what) has a tag of more than \(Self.longestTag >> 20) MB")
        }
    }

    private static func of(_ data: UnsafeMutableRawPointer?) -> XMLStream {
        guard let data else { preconditionFailure("the parser was given its stream") }
        return Unmanaged<XMLStream>.fromOpaque(data).takeUnretainedValue()
    }

    /// Does a step of the handler's; an error ends the reading.
    private func attempt(_ step: () throws -> Void) {
        guard failure == nil else { return }
        do { try step() } catch {
            failure = error
            XML_StopParser(parser, 0)
        }
    }

    private func refuse(_ problem: String) {
        attempt { throw FormatError(url, "\(what) \(problem) (line \(XML_GetCurrentLineNumber(parser)))") }
    }

    private func begin(
        _ name: UnsafePointer<CChar>?, _ pairs: UnsafeMutablePointer<UnsafePointer<CChar>?>?
    ) {
        attempt {
            depth += 1
            guard depth <= Self.deepest else {
                throw FormatError(url, "\(what) has elements within more than \(Self.deepest) others")
            }
            guard let name else { return }
            var attributes: [String: String] = [:]
            var index = 0
            while let pairs, let key = pairs[index], let value = pairs[index + 1] {
                attributes[String(cString: key)] = String(cString: value)
                index += 2
            }
            try handler.begin(String(cString: name), attributes)
        }
    }

    private func characters(_ text: UnsafePointer<CChar>?, _ count: Int) {
        attempt {
            try text?.withMemoryRebound(to: UInt8.self, capacity: count) {
                try handler.characters(UnsafeBufferPointer(start: $0, count: count))
            }
        }
    }

    private func end(_ name: UnsafePointer<CChar>?) {
        attempt {
            depth -= 1
            if let name { try handler.end(String(cString: name)) }
        }
    }
}

extension XMLStream {
    /// Reads a whole file, unpacked if it is gzipped.
    ///
    /// Throws as `feed(_:isLast:)` and as reading does, and `CancellationError`.
    package static func read(_ file: OpenFile, _ what: String, _ handler: any XMLHandler) throws {
        let stream = try XMLStream(handler, file.url, what)
        do {
            try file.forEachPiece { try stream.feed($0, isLast: $1) }
        } catch let error as FormatError {
            // Something else than XML is named, since its first line cannot be well-formed.
            guard let kind = try fileKind(file.head()), !kind.contains("XML") else { throw error }
            throw FormatError(file.url, "\(error.problem) (it is \(kind))")
        }
    }

    /// Reads a text in memory.
    static func read(_ bytes: Bytes, _ url: URL, _ what: String, _ handler: any XMLHandler) throws {
        let stream = try XMLStream(handler, url, what)
        try withExtendedLifetime(bytes.owner) {
            let piece = 1 << 20
            for start in stride(from: 0, to: max(bytes.count, 1), by: piece) {
                try Task.checkCancellation()
                let end = min(start + piece, bytes.count)
                try stream.feed(
                    UnsafeRawBufferPointer(rebasing: bytes.buffer[start..<end]), isLast: end == bytes.count)
            }
        }
    }
}
