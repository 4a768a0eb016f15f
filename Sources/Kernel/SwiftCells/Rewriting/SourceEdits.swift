import SwiftSyntax

/// One change to a cell's source: `length` bytes at `offset` become `text`; neither holds a line break.
package struct SourceEdit {
    var offset: Int
    var length = 0
    var text: String

    package init(offset: Int, length: Int = 0, text: String) {
        self.offset = offset
        self.length = length
        self.text = text
    }
}

extension SourceEdit {
    /// The edits that take out a range of bytes and leave its lines.
    static func blanks(over range: Range<Int>, in bytes: [UInt8]) -> [SourceEdit] {
        var edits: [SourceEdit] = []
        var start = range.lowerBound
        for place in range where bytes[place] == 0x0A {
            if place > start { edits.append(SourceEdit(offset: start, length: place - start, text: "")) }
            start = place + 1
        }
        if range.upperBound > start {
            edits.append(SourceEdit(offset: start, length: range.upperBound - start, text: ""))
        }
        return edits
    }

    static func blanks(over node: some SyntaxProtocol, in bytes: [UInt8]) -> [SourceEdit] {
        let start = node.positionAfterSkippingLeadingTrivia.utf8Offset
        return blanks(over: start..<node.endPositionBeforeTrailingTrivia.utf8Offset, in: bytes)
    }
}

/// A cell's source as it goes to the compiler, and the way back from its places to the user's.
public struct EditedSource: Sendable {
    /// The source with all edits; it has the same lines as the original.
    public let text: String
    /// The lines as the user wrote them.
    public let originalLines: [String]
    /// For each line (from 0), its edits: original column, edited column (bytes from 0), removed and inserted bytes.
    private let lineEdits: [Int: [(original: Int, edited: Int, removed: Int, inserted: Int)]]

    package init(_ source: String, edits: [SourceEdit]) {
        let bytes = Array(source.utf8)
        var lineStarts = [0]
        for (index, byte) in bytes.enumerated() where byte == 0x0A { lineStarts.append(index + 1) }
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count + edits.count * 24)
        var lineEdits: [Int: [(original: Int, edited: Int, removed: Int, inserted: Int)]] = [:]
        var position = 0
        var line = 0
        var shift = 0  // edited minus original column on the current line
        for edit in edits.enumerated().sorted(by: {
            ($0.element.offset, $0.offset) < ($1.element.offset, $1.offset)
        })
        .map(\.element) {
            guard edit.offset >= position else { continue }
            output.append(contentsOf: bytes[position..<edit.offset])
            while line + 1 < lineStarts.count, lineStarts[line + 1] <= edit.offset {
                line += 1
                shift = 0
            }
            let column = edit.offset - lineStarts[line]
            lineEdits[line, default: []].append((column, column + shift, edit.length, edit.text.utf8.count))
            shift += edit.text.utf8.count - edit.length
            output.append(contentsOf: edit.text.utf8)
            position = edit.offset + edit.length
        }
        output.append(contentsOf: bytes[position...])
        text = String(decoding: output, as: UTF8.self)
        originalLines = source.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        self.lineEdits = lineEdits
    }

    /// The user's column (bytes from 1) for a column of the edited line; both lines count from 1.
    public func originalColumn(line: Int, column: Int) -> Int {
        var shift = 0
        for edit in lineEdits[line - 1] ?? [] {
            let start = edit.edited + 1
            if column < start { break }
            if column < start + edit.inserted { return edit.original + 1 }
            shift = (edit.original + edit.removed) - (edit.edited + edit.inserted)
        }
        return max(1, column + shift)
    }
}
