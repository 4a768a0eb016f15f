internal import CTableKernels
import Foundation

/// Splits text into records and fields, as RFC 4180 says.
///
/// Beyond it, LF and CR alone end a record too, empty lines are passed over, and quotes inside a field that began
/// without one are ordinary characters. There is no kept parser for Swift as strict (TabularData is Apple's alone): those
/// that there are take ragged records and open quotes as they come.
struct Tokenizer {
    let separator: UInt8
    let quote: UInt8?
    let comment: [UInt8]
    /// 1 for the bytes that end a field without quotes.
    private let endsField: [Bool]

    init(separator: UInt8, quote: UInt8?, comment: [UInt8]) {
        self.separator = separator
        self.quote = quote
        self.comment = comment
        var ends = [Bool](repeating: false, count: 256)
        for byte in [separator, 10, 13] { ends[Int(byte)] = true }
        endsField = ends
    }

    /// What is wrong with a piece of text, and at which byte of it.
    struct Fault: Error {
        let offset: Int
        let problem: String
    }

    /// Appends the fields of the records of a piece of text to `fields`, and returns where it stopped.
    ///
    /// It stops at the end, or after `limit` records. Throws `Fault` at an open quote, at text after a closing one,
    /// and at a record of another number of fields than `width`, if that is not nil.
    @discardableResult
    func fields(
        of piece: UnsafeBufferPointer<UInt8>, width: Int?, limit: Int = .max, into fields: FieldList,
        widths: inout [Int]
    ) throws(Fault) -> Int {
        var position = 0
        var records = 0
        while records < limit {
            if let width, limit == .max { position = split(piece, from: position, width, into: fields) }
            position = skipLines(piece, from: position, width: width)
            guard position < piece.count else { break }
            let start = position
            let count = try record(piece, at: &position, into: fields)
            if let width, count != width {
                throw Fault(
                    offset: start,
                    problem: "the record has \(count) field\(count == 1 ? "" : "s"), and the header \(width)")
            }
            if width == nil { widths.append(count) }
            records += 1
        }
        return position
    }

    /// Appends the fields of plain records, which most are, and returns where one begins that is not.
    private func split(
        _ piece: UnsafeBufferPointer<UInt8>, from start: Int, _ width: Int, into fields: FieldList
    ) -> Int {
        let marks = table_marks(
            separator: separator, quote: quote.map(Int32.init) ?? -1,
            comment: comment.first.map(Int32.init) ?? -1)
        fields.makeRoom(for: width)
        return table_split(
            piece.baseAddress, start, piece.count, marks, width, fields.memory.baseAddress,
            fields.memory.count,
            &fields.count)
    }

    /// Appends the fields of one record, goes past its line end, and returns how many there are.
    private func record(
        _ piece: UnsafeBufferPointer<UInt8>, at position: inout Int, into fields: FieldList
    ) throws(Fault) -> Int {
        var count = 0
        while true {
            if position < piece.count, let quote, piece[position] == quote {
                let (field, next) = try quotedField(piece, at: position, quote)
                fields.append(field)
                position = next
            } else {
                let start = position
                while position < piece.count, !endsField[Int(piece[position])] { position += 1 }
                fields.append(Field(start..<position))
            }
            count += 1
            guard position < piece.count, piece[position] == separator else { break }
            position += 1
        }
        position = skipLineEnd(piece, at: position)
        return count
    }

    /// Passes over empty lines and comments.
    private func skipLines(_ piece: UnsafeBufferPointer<UInt8>, from start: Int, width: Int?) -> Int {
        var position = start
        while position < piece.count {
            let byte = piece[position]
            if byte == 10 || byte == 13 {
                position += 1
            } else if !comment.isEmpty, piece[position...].starts(with: comment) {
                while position < piece.count, piece[position] != 10, piece[position] != 13 { position += 1 }
            } else if byte == 32, width != 1 {
                // A line of nothing but spaces has no record, where one has several fields.
                var ahead = position
                while ahead < piece.count, piece[ahead] == 32 { ahead += 1 }
                guard ahead == piece.count || piece[ahead] == 10 || piece[ahead] == 13 else {
                    return position
                }
                position = ahead
            } else {
                return position
            }
        }
        return position
    }

    private func skipLineEnd(_ piece: UnsafeBufferPointer<UInt8>, at position: Int) -> Int {
        guard position < piece.count else { return position }
        let isPair = piece[position] == 13 && position + 1 < piece.count && piece[position + 1] == 10
        return position + (isPair ? 2 : 1)
    }

    private func quotedField(
        _ piece: UnsafeBufferPointer<UInt8>, at start: Int, _ quote: UInt8
    ) throws(Fault) -> (Field, next: Int) {
        var position = start + 1
        var isDoubled = false
        while true {
            guard let closing = piece.first(quote, from: position) else {
                throw Fault(
                    offset: start,
                    problem:
                        "a quote opens here and is never closed; if quotes are ordinary characters of this file, "
                        + "say quote: nil")
            }
            position = closing + 1
            guard position < piece.count, piece[position] == quote else { break }
            isDoubled = true
            position += 1
        }
        guard position == piece.count || endsField[Int(piece[position])] else {
            throw Fault(
                offset: position,
                problem:
                    "behind a closing quote the field should end, but \"\(Self.excerpt(piece, position))\" follows; "
                    + "if quotes are ordinary characters of this file, say quote: nil")
        }
        return (Field(start + 1..<position - 1, isQuoted: true, hasDoubledQuotes: isDoubled), position)
    }

    private static func excerpt(_ piece: UnsafeBufferPointer<UInt8>, _ position: Int) -> String {
        String(
            decoding: piece[position..<min(position + 20, piece.count)].prefix { $0 != 10 && $0 != 13 },
            as: UTF8.self)
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Where a byte is next found.
    func first(_ byte: UInt8, from start: Int) -> Int? {
        guard let baseAddress, start < count,
            let found = memchr(baseAddress + start, Int32(byte), count - start)
        else { return nil }
        return UnsafeRawPointer(found) - UnsafeRawPointer(baseAddress)
    }
}
