import CodeCompletion

/// The magics of a cell, as far as completion must know them.
package struct MagicCompletion {
    /// The names that can stand behind `%`, and behind `%%`.
    let names: [String]
    let cellNames: [String]
    /// The options of each.
    let options: [String: [String]]

    package init(names: [String], cellNames: [String], options: [String: [String]] = [:]) {
        self.names = names
        self.cellNames = cellNames
        self.options = options
    }

    /// What could stand at a place (in bytes), where a magic is being written.
    package enum Completion: Equatable {
        /// The magics, and where the first of their marks stands.
        case names([Suggestion], start: Int)
        /// Options, and where the first of their dashes stands.
        case options([Suggestion], start: Int)
        /// A path, of which this part stands already.
        case path(String)
        /// Nothing that is known.
        case nothing
        /// Swift: the place lies in no magic, or in one that takes Swift.
        case swift
    }

    /// The magics that take Swift, and those that take a path.
    private static let swiftMagics: Set = ["time", "timeit", "who", "whos", "capture"]
    private static let pathMagics: Set = [
        "cd", "load", "save", "include", "package", "bash", "writefile", "python", "!",
    ]

    package func complete(_ cell: String, at place: Int) -> Completion {
        let bytes = Array(cell.utf8)
        let place = min(max(0, place), bytes.count)
        let start = bytes[..<place].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        if start > 0, let first = Line(bytes[...]), first.isForCell, !Self.swiftMagics.contains(first.name) {
            return .path(lastWord(bytes[start..<place]))
        }
        guard let line = Line(bytes[start...]) else { return .swift }
        if line.name == "!" { return .path(lastWord(bytes[min(line.nameStart, place)..<place])) }
        if place < line.nameStart { return .nothing }
        if place <= line.nameEnd {
            let typed = String(decoding: bytes[line.nameStart..<place], as: UTF8.self)
            let known = line.isForCell ? cellNames : names
            let mark = line.isForCell ? "%%" : "%"
            // After one sign both forms may be meant.
            let others = line.isForCell || !typed.isEmpty ? [] : cellNames.map { "%%" + $0 }
            let found = known.filter { $0.hasPrefix(typed) }.map { mark + $0 } + others
            return .names(
                found.map { Suggestion(text: $0, kind: .magic) }, start: line.nameStart - mark.utf8.count)
        }
        let word = lastWord(bytes[line.nameEnd..<place])
        let found = word.hasPrefix("-") ? options[line.name, default: []].filter { $0.hasPrefix(word) } : []
        if !found.isEmpty {
            return .options(found.map { Suggestion(text: $0, kind: .magic) }, start: place - word.utf8.count)
        }
        if Self.swiftMagics.contains(line.name) { return .swift }
        return Self.pathMagics.contains(line.name) ? .path(lastWord(bytes[line.nameEnd..<place])) : .nothing
    }

    /// The name of the magic that a place lies in the name of.
    package static func magic(in cell: String, at place: Int) -> String? {
        let bytes = Array(cell.utf8)
        let place = min(max(0, place), bytes.count)
        let start = bytes[..<place].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        guard let line = Line(bytes[start...]), place <= line.nameEnd else { return nil }
        return line.name == "!" && line.nameEnd < bytes.count ? nil : line.name
    }

    private func lastWord(_ bytes: ArraySlice<UInt8>) -> String {
        let text = String(decoding: bytes, as: UTF8.self)
        return text.lastIndex(where: \.isWhitespace).map { String(text[text.index(after: $0)...]) } ?? text
    }

    /// The cell with blanks for its magics, so that all Swift in it stays where it is.
    package static func blanked(_ cell: String) -> String {
        guard cell.contains("%") || cell.contains("!") else { return cell }
        var bytes = Array(cell.utf8)
        var start = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            if let line = Line(bytes[start..<end]) {
                let last = swiftMagics.contains(line.name) ? line.nameEnd : end
                for index in start..<last { bytes[index] = UInt8(ascii: " ") }
            }
            start = end + 1
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A line that is a magic: `%name`, `%%name`, `!command`, or the same behind `//`.
    private struct Line {
        let name: String
        let isForCell: Bool
        let nameStart, nameEnd: Int

        init?(_ bytes: ArraySlice<UInt8>) {
            var rest = bytes.prefix { $0 != UInt8(ascii: "\n") }.drop { $0 == UInt8(ascii: " ") }
            if rest.starts(with: Array("//".utf8)) { rest = rest.dropFirst(2) }
            if rest.first == UInt8(ascii: "!") {
                (name, isForCell, nameStart, nameEnd) = ("!", false, rest.startIndex + 1, rest.startIndex + 1)
                return
            }
            guard rest.first == UInt8(ascii: "%") else { return nil }
            rest = rest.dropFirst()
            isForCell = rest.first == UInt8(ascii: "%")
            if isForCell { rest = rest.dropFirst() }
            let word = rest.prefix { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
            name = String(decoding: word, as: UTF8.self)
            nameStart = rest.startIndex
            nameEnd = word.endIndex
        }
    }
}
