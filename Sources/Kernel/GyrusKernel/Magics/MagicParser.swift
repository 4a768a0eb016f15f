import SwiftCells
import SwiftParser

/// A line of a cell, or a whole cell, that speaks to the kernel and not to the compiler.
package struct MagicCall: Equatable, Sendable {
    /// The name after `%`; `!` for a command.
    package var name: String
    /// The rest of the line, without white space around it.
    package var arguments: String
    /// The line of the cell (from 1) and the column (bytes from 0) at which the arguments begin.
    package var line: Int
    package var column: Int
    /// The text below `%%name`; nil for a line magic.
    package var body: String?
    /// Whether it was written `%%name`.
    package var isForCell = false
    /// How many lines of the cell it takes, those of its body not counted.
    package var lineCount = 1

    /// The arguments at their own position in the cell, as source for the compiler.
    package var statement: String { placed(arguments) }

    /// Part of the arguments at its own position in the cell.
    package func placed(_ part: some StringProtocol) -> String {
        let skipped = arguments.utf8.count - part.utf8.count
        return String(repeating: "\n", count: line - 1) + String(repeating: " ", count: column + skipped)
            + part
    }
}

/// What a cell does, in the order of its lines.
package enum CellStep: Equatable, Sendable {
    /// Swift, with empty lines in place of all lines before it, so that its lines keep their numbers.
    case swift(String)
    case magic(MagicCall)
}

/// Finds the magics of a cell.
///
/// A magic is a line that begins with `%name`, `!command`, or the same after `//`, where a statement could begin: not
/// inside brackets, a string or a comment. `%%name` is on the first line and takes the whole cell.
package struct MagicParser {
    /// Whether a name is that of a variable or function of the notebook: `!isReady` is Swift if `isReady` is.
    private let isDeclared: (String) -> Bool

    package init(isDeclared: @escaping (String) -> Bool = { _ in false }) { self.isDeclared = isDeclared }

    /// The steps of a cell.
    package func steps(of cell: String) -> [CellStep] {
        let lines = cell.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.contains(where: { MagicLine($0)?.isWhole ?? false }) else { return [.swift(cell)] }
        let magics = magics(in: lines)
        if let first = magics[0], first.isForCell {
            var call = MagicCall(first, at: 0)
            call.body = Self.body(lines.dropFirst(), isCommented: lines[0].hasPrefix("//"))
            return [.magic(call)]
        }
        var steps: [CellStep] = []
        var pending: [Substring] = []
        func flush(upTo line: Int) {
            let code = pending.joined(separator: "\n")
            pending = Array(repeating: "", count: line)
            if Self.hasCode(code) { steps.append(.swift(code)) }
        }
        var next = 0
        while next < lines.count {
            if let magic = magics[next] {
                flush(upTo: next + magic.lineCount)
                steps.append(.magic(MagicCall(magic, at: next)))
                next += magic.lineCount
            } else {
                pending.append(lines[next])
                next += 1
            }
        }
        flush(upTo: lines.count)
        return steps
    }

    /// The magics of a cell that is being written, by the indices of their lines: also those in Swift below `%%name`, and
    /// what may become one on the line of the cursor.
    func magics(in lines: [Substring], cursorLine: Int) -> [Int: MagicLine] {
        let found = magics(in: lines, unfinishedAt: cursorLine)
        guard let first = found[0], first.isForCell, Magics.named(first.name)?.body == .swift else {
            return found
        }
        return magics(in: [""] + lines.dropFirst(), cursorLine: cursorLine).merging(found) { $1 }
    }

    private func magics(in lines: [Substring], unfinishedAt cursorLine: Int? = nil) -> [Int: MagicLine] {
        var found: [Int: MagicLine] = [:]
        var before = ""
        var next = 0
        while next < lines.count {
            let index = next
            next += 1
            guard var magic = MagicLine(lines[index]), magic.isWhole || index == cursorLine,
                isMagic(magic, before: before)
            else {
                before += lines[index] + "\n"
                continue
            }
            while next < lines.count, magic.take(lines[next]) { next += 1 }
            before += String(repeating: "\n", count: magic.lineCount)
            found[index] = magic
            if index == 0, magic.isForCell { break }
        }
        return found
    }

    /// The cell with each magic as a comment, so that it is Swift.
    package func commented(_ cell: String) -> String {
        var lines = cell.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        func comment(_ index: Int) {
            if !lines[index].isEmpty, !lines[index].hasPrefix("//") { lines[index] = "//" + lines[index] }
        }
        for case .magic(let call) in steps(of: cell) {
            for offset in 0..<call.lineCount { comment(call.line - 1 + offset) }
            guard let body = call.body else { continue }
            if Magics.named(call.name)?.body == .swift { return lines[0] + commented("\n" + body) }
            for index in lines.indices { comment(index) }
        }
        return lines.joined(separator: "\n")
    }

    /// Whether a cell is ready to be run. One that `%%name` takes whole is ready if it ends in an empty line.
    package func completeness(of cell: String) -> Completeness {
        switch steps(of: cell).last {
        case .swift(let source)?: return Completeness(of: source)
        case .magic(let call)?:
            guard let body = call.body else {
                let goesOn = call.name == "!" && call.arguments.endsInBackslash
                return goesOn ? .incomplete(indent: "") : .complete
            }
            if Magics.named(call.name)?.body == .swift, !body.isEmpty { return completeness(of: "\n" + body) }
            return cell.hasSuffix("\n") ? .complete : .incomplete(indent: "")
        case nil: return .complete
        }
    }

    private func isMagic(_ line: MagicLine, before: String) -> Bool {
        if case .incomplete = Completeness(of: before) { return false }
        guard line.name == "!" else { return true }
        // `! isReady` is Swift and `! echo x` is none.
        return line.isSpaced
            ? Completeness(of: line.arguments) == .invalid : !isNegation(line.arguments, before: before)
    }

    /// Whether what follows `!` is a Swift value; `before` are the lines of the cell above it.
    private func isNegation(_ text: String, before: String) -> Bool {
        guard let name = text.prefixMatch(of: /[A-Za-z_][A-Za-z0-9_]*/) else {
            return ["(", "[", "{", "!", "`"].contains { text.hasPrefix($0) }
                && Completeness(of: text) != .invalid
        }
        let word = String(name.0)
        return ["true", "false", "try", "await", "self"].contains(word)
            || text.dropFirst(word.count).first == "("
            || isDeclared(word) || CellText.declaredNames(in: before).contains(word)
    }

    /// The lines below `%%name`. Below `//%%name` they may all be comments too.
    private static func body(_ lines: ArraySlice<Substring>, isCommented: Bool) -> String {
        let hasText = lines.contains { !$0.isEmpty }
        guard isCommented, hasText, lines.allSatisfy({ $0.isEmpty || $0.hasPrefix("//") }) else {
            return lines.joined(separator: "\n")
        }
        return lines.map { $0.dropFirst(2) }.joined(separator: "\n")
    }

    private static func hasCode(_ text: String) -> Bool {
        guard text.contains(where: { !$0.isWhitespace }) else { return false }
        return !Parser.parse(source: text).statements.isEmpty || Completeness(of: text) != .complete
    }
}
