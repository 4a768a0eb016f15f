import Formats
import Foundation

extension DataTable {
    /// Reads a TextGrid of Praat, long or short, in UTF-8, UTF-16 or Latin-1: a row for each interval and point.
    ///
    /// ```swift
    /// let words = try DataTable.openTextGrid("wheretheressmoke.TextGrid", tier: "word")
    /// try words.filter { row in try !["", "sp", "sentence_start"].contains(row["text", as: String.self]) }
    /// ```
    ///
    /// The columns are `tier`, `start` and `end` (seconds; the same of a point), and `text`; empty intervals are there
    /// with an empty text. Throws `FormatError` if the file is no TextGrid, is malformed, or has no tier of that name.
    public static func openTextGrid(_ file: some FileLocation, tier: String? = nil) throws -> DataTable {
        let url = file.fileURL
        var reader = TextGridReader(text: try TextGridReader.text(of: url), url: url)
        let tiers = try reader.tiers()
        let chosen = tiers.filter { tier == nil || $0.name == tier }
        guard tier == nil || !chosen.isEmpty else {
            throw FormatError(
                url, "has no tier \"\(tier ?? "")\"; it has \(tiers.map(\.name).joined(separator: ", "))")
        }
        let marks = chosen.flatMap { tier in tier.marks.map { (tier.name, $0) } }
        return try DataTable([
            Column("tier", marks.map(\.0)), Column("start", marks.map(\.1.start)),
            Column("end", marks.map(\.1.end)), Column("text", marks.map(\.1.text)),
        ])
    }
}

/// Reads a TextGrid as Praat does: numbers, texts in quotes and flags that stand alone count, all else is commentary.
///
/// Source: Praat's manual, "TextGrid file formats".
struct TextGridReader {
    struct Mark {
        let start: Double
        let end: Double
        let text: String
    }

    struct Tier {
        let name: String
        let marks: [Mark]
    }

    private enum Token {
        case text(String)
        case number(Double)
        case flag(String)
    }

    private let text: [UInt8]
    private let url: URL
    private var position = 0

    init(text: String, url: URL) {
        self.text = Array(text.utf8)
        self.url = url
    }

    /// The text of a file in whatever encoding it is, with Unix's ends of lines.
    static func text(of url: URL) throws -> String {
        let data = try Bytes(reading: url).data
        let isWide = data.starts(with: [0xff, 0xfe]) || data.starts(with: [0xfe, 0xff])
        let text = isWide ? String(data: data, encoding: .utf16) : String(data: data, encoding: .utf8)
        guard let text = text ?? String(data: data, encoding: .isoLatin1) else {
            throw FormatError(url, "is no text in UTF-8, UTF-16 or Latin-1")
        }
        return text.hasPrefix("\u{feff}") ? String(text.dropFirst()) : text
    }

    mutating func tiers() throws -> [Tier] {
        let head = String(decoding: text.prefix(200), as: UTF8.self)
        guard !head.contains("ooBinaryFile") else {
            throw FormatError(url, "is a binary TextGrid; save it from Praat as a text file")
        }
        guard !head.contains("chronological") else {
            throw FormatError(url, "is a chronological TextGrid; save it from Praat as a (short) text file")
        }
        guard case .text("ooTextFile")? = try next(), case .text("TextGrid")? = try next() else {
            throw FormatError(
                url, "is no TextGrid of Praat: it does not begin with \"ooTextFile\" and \"TextGrid\"")
        }
        _ = try number("the beginning of the grid")
        _ = try number("the end of the grid")
        guard case .flag(let flag)? = try next() else { throw expected("<exists>") }
        guard flag == "exists" else { return [] }
        return try (0..<count("tiers")).map { _ in try tier() }
    }

    private mutating func tier() throws -> Tier {
        let kind = try text("the class of a tier")
        guard kind == "IntervalTier" || kind == "TextTier" else {
            throw FormatError(url, "a tier", expected: "IntervalTier or TextTier", found: kind)
        }
        let name = try text("the name of a tier")
        _ = try number("the beginning of tier \"\(name)\"")
        _ = try number("the end of tier \"\(name)\"")
        let marks = try (0..<count("marks of tier \"\(name)\"")).map { index in
            let what = "mark \(index + 1) of tier \"\(name)\""
            let start = try number(what)
            let end = kind == "IntervalTier" ? try number(what) : start
            guard end >= start else {
                throw FormatError(
                    url, "the end of \(what)", expected: "\(start) s or later", found: "\(end) s")
            }
            return Mark(start: start, end: end, text: try text(what))
        }
        return Tier(name: name, marks: marks)
    }

    private mutating func count(_ what: String) throws -> Int {
        let number = try number("the number of \(what)")
        // A mark takes four bytes at least.
        guard let count = Int(exactly: number), count >= 0, count <= text.count / 4 + 1 else {
            throw FormatError(
                url, "the number of \(what)", expected: "a count that the file can hold", found: "\(number)")
        }
        return count
    }

    private mutating func number(_ what: String) throws -> Double {
        guard case .number(let number)? = try next() else { throw expected(what) }
        return number
    }

    private mutating func text(_ what: String) throws -> String {
        guard case .text(let text)? = try next() else { throw expected(what) }
        return text
    }

    private func expected(_ what: String) -> FormatError {
        let line = text[..<position].count { $0 == 10 } + 1
        return FormatError(
            url, "line \(line)", expected: what, found: "something else, or the end of the file")
    }

    /// The next number, text or flag; nil at the end.
    private mutating func next() throws -> Token? {
        while position < text.count {
            let byte = text[position]
            switch byte {
            case 0x20, 0x09, 0x0a, 0x0d: position += 1
            case UInt8(ascii: "!"): skip { $0 == 10 || $0 == 13 }
            case UInt8(ascii: "\""): return .text(try quoted())
            case UInt8(ascii: "<"):
                let start = position + 1
                skip { $0 == UInt8(ascii: ">") }
                let flag = String(decoding: text[start..<position], as: UTF8.self)
                position = min(position + 1, text.count)
                return .flag(flag)
            default:
                let start = position
                skip { [0x20, 0x09, 0x0a, 0x0d].contains($0) }
                let word = String(decoding: text[start..<position], as: UTF8.self)
                if let number = Double(word), number.isFinite { return .number(number) }
            }
        }
        return nil
    }

    private mutating func skip(to isEnd: (UInt8) -> Bool) {
        while position < text.count, !isEnd(text[position]) { position += 1 }
    }

    /// A text in quotes, in which a doubled quote stands for one.
    private mutating func quoted() throws -> String {
        let start = position
        var bytes: [UInt8] = []
        position += 1
        while position < text.count {
            if text[position] == UInt8(ascii: "\"") {
                guard position + 1 < text.count, text[position + 1] == UInt8(ascii: "\"") else {
                    position += 1
                    return String(decoding: bytes, as: UTF8.self)
                }
                position += 1
            }
            bytes.append(text[position])
            position += 1
        }
        let line = text[..<start].count { $0 == 10 } + 1
        throw FormatError(url, "the text that begins in line \(line) has no end (the file may be cut short)")
    }
}
