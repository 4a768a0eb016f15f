import CodeCompletion

/// The magics of a cell that is being written, as completion and inspection see them.
package struct MagicCompletion {
    private let lines: [Substring]
    private let magics: [Int: MagicLine]
    /// The line of the cursor, the byte of the cell at which it begins, and that of the cursor.
    private let cursorLine: Int
    private let lineStart: Int
    private let offset: Int

    /// The magics of a cell with the cursor at an offset in bytes.
    package init(_ cell: String, at offset: Int, parser: MagicParser = MagicParser()) {
        let bytes = Array(cell.utf8)
        self.offset = min(max(0, offset), bytes.count)
        let newline = UInt8(ascii: "\n")
        lineStart = bytes[..<self.offset].lastIndex(of: newline).map { $0 + 1 } ?? 0
        cursorLine = bytes[..<lineStart].count { $0 == newline }
        lines = cell.split(separator: "\n", omittingEmptySubsequences: false)
        magics = parser.magics(in: lines, cursorLine: cursorLine)
    }

    /// What can be completed at the cursor, where a magic is being written.
    package enum Completion: Equatable {
        /// The magics, and the position of the first of their marks.
        case names([Suggestion], start: Int)
        /// Options, and the position of the first of their dashes.
        case options([Suggestion], start: Int)
        /// A path, of which this part is already there.
        case path(String)
        /// A variable of the session, of which this part is already there.
        case variable(String)
        /// Nothing that is known.
        case nothing
        /// Swift: the cursor lies in no magic, or in one that takes Swift.
        case swift
    }

    package var completion: Completion {
        if cursorLine > 0, let first = magics[0], first.isForCell, Magics.named(first.name)?.body != .swift {
            return .path(lastWord(from: 0))
        }
        guard let line = magics[cursorLine] else { return .swift }
        let (nameStart, nameEnd) = (line.nameRange.lowerBound, line.nameRange.upperBound)
        let column = offset - lineStart
        if line.name == "!" { return .path(lastWord(from: min(nameStart, column))) }
        if column < nameStart { return .nothing }
        if column <= nameEnd { return names(beginning: text(from: nameStart), for: line) }
        let word = lastWord(from: nameEnd)
        let magic = Magics.named(line.name)
        let options = word.hasPrefix("-") ? magic?.options.filter { $0.hasPrefix(word) } ?? [] : []
        if !options.isEmpty {
            return .options(
                options.map { Suggestion(text: $0, kind: .magic) }, start: offset - word.utf8.count)
        }
        return switch magic?.argument {
        case .swift: .swift
        case .path: .path(word)
        case .variables:
            .variable(
                word.split(separator: ",", omittingEmptySubsequences: false).last.map(String.init) ?? "")
        case .other, nil: .nothing
        }
    }

    private func names(beginning typed: String, for line: MagicLine) -> Completion {
        let mark = line.isForCell ? "%%" : "%"
        let known = line.isForCell ? Magics.cellNames : Magics.names
        // After one sign both forms may be meant.
        let others = line.isForCell || !typed.isEmpty ? [] : Magics.cellNames.map { "%%" + $0 }
        let found = known.filter { $0.hasPrefix(typed) }.map { mark + $0 } + others
        return .names(
            found.map { Suggestion(text: $0, kind: .magic) },
            start: lineStart + line.nameRange.lowerBound - mark.utf8.count)
    }

    /// The name of the magic whose name the cursor is in.
    package var name: String? {
        guard let line = magics[cursorLine], offset - lineStart <= line.nameRange.upperBound else {
            return nil
        }
        let isCommand = line.name == "!" && !(line.arguments.isEmpty && lines.count == 1)
        return isCommand ? nil : line.name
    }

    /// The cell with blanks for its magics, so that all Swift in it stays where it is.
    package var blanked: String {
        guard !magics.isEmpty else { return lines.joined(separator: "\n") }
        var isTaken = false
        let blanked = lines.enumerated().map { index, text in
            guard let magic = magics[index] else { return isTaken ? blanks(for: text) : String(text) }
            let known = Magics.named(magic.name)
            if index == 0, magic.isForCell, known?.body != .swift { isTaken = true }
            guard known?.argument == .swift else { return blanks(for: text) }
            let end = text.utf8.index(text.startIndex, offsetBy: magic.nameRange.upperBound)
            return blanks(for: text[..<end]) + text[end...]
        }
        return blanked.joined(separator: "\n")
    }

    private func blanks(for text: Substring) -> String { String(repeating: " ", count: text.utf8.count) }

    /// The text of the cursor's line from a byte to the cursor.
    private func text(from column: Int) -> String {
        String(decoding: Array(lines[cursorLine].utf8)[column..<(offset - lineStart)], as: UTF8.self)
    }

    private func lastWord(from column: Int) -> String {
        let text = text(from: column)
        return text.lastIndex(where: \.isWhitespace).map { String(text[text.index(after: $0)...]) } ?? text
    }
}
