/// A line that looks like a magic: it begins with `%name`, `%%name`, `!command`, or the same after `//`.
struct MagicLine {
    /// `!` for a command; empty or a part of a name while it is being written.
    let name: String
    /// Whether it begins with `%%`.
    let isForCell: Bool
    /// The bytes of the line that the name occupies.
    let nameRange: Range<Int>
    /// The rest of the line, without white space around it, and the byte at which it begins.
    private(set) var arguments: String
    let argumentsStart: Int
    /// Whether it can be run: a name is followed by white space, and `!` by a command.
    let isWhole: Bool
    /// How many lines of the cell it takes: a command goes on behind `\` at the end of a line.
    private(set) var lineCount = 1
    private let isCommented: Bool

    init?(_ line: Substring) {
        guard let mark = line.prefixMatch(of: /[ \t]*(?:\/\/)?(%%?|!)/) else { return nil }
        var rest = line[mark.range.upperBound...]
        func offset(_ index: Substring.Index) -> Int { line.utf8.distance(from: line.startIndex, to: index) }
        isForCell = mark.1 == "%%"
        isCommented = mark.0.contains("/")
        if mark.1 == "!" {
            name = "!"
            nameRange = offset(rest.startIndex)..<offset(rest.startIndex)
            // A comment may begin with `//! `.
            let head = isCommented ? rest.prefix(1) : rest
            isWhole = !head.allSatisfy(\.isWhitespace)
        } else {
            let word = rest.prefixMatch(of: /[A-Za-z_][A-Za-z0-9_]*/)?.0 ?? rest.prefix(0)
            name = String(word)
            nameRange = offset(rest.startIndex)..<offset(word.endIndex)
            rest = rest[word.endIndex...]
            isWhole = !word.isEmpty && rest.first.map { $0 == " " || $0 == "\t" } ?? true
        }
        let start = rest.firstIndex { !$0.isWhitespace } ?? rest.endIndex
        let end = rest.lastIndex { !$0.isWhitespace }.map(rest.index(after:)) ?? start
        arguments = String(rest[start..<end])
        argumentsStart = offset(start)
    }

    /// Whether white space stands between `!` and the command.
    var isSpaced: Bool { argumentsStart > nameRange.upperBound }

    /// Whether the next line belongs to it.
    private var goesOn: Bool { name == "!" && arguments.endsInBackslash }

    /// Takes in the next line, which is a comment if the first one is; false if it does not belong to it.
    mutating func take(_ line: Substring) -> Bool {
        guard goesOn, !isCommented || line.hasPrefix("//") else { return false }
        arguments += "\n" + (isCommented ? line.dropFirst(2) : line)
        lineCount += 1
        return true
    }
}

extension MagicCall {
    /// The call on a line of a cell, which is counted from 0.
    init(_ magic: MagicLine, at index: Int) {
        self.init(
            name: magic.name, arguments: magic.arguments, line: index + 1, column: magic.argumentsStart,
            isForCell: magic.isForCell, lineCount: magic.lineCount)
    }
}

extension String {
    /// Whether it ends in a backslash that no other one makes a character of the command.
    var endsInBackslash: Bool { reversed().prefix { $0 == "\\" }.count % 2 == 1 }
}
