/// A cell's text as every part of the kernel understands it.
public enum CellText {
    /// A cell with lines that end in "\n" alone, without a byte-order mark, and with an empty line in place of a first
    /// one that names an interpreter (`#!/usr/bin/env swift`).
    public static func normalized(_ text: String) -> String {
        guard needsWork(text) else { return text }
        var scalars = String.UnicodeScalarView()
        var isAfterReturn = false
        for scalar in text.unicodeScalars.drop(while: { $0 == byteOrderMark }) {
            if scalar == "\r" {
                scalars.append("\n")
            } else if scalar != "\n" || !isAfterReturn {
                scalars.append(scalar)
            }
            isAfterReturn = scalar == "\r"
        }
        guard scalars.starts(with: interpreterMark) else { return String(scalars) }
        return String(String.UnicodeScalarView(scalars.drop { $0 != "\n" }))
    }

    /// The same with a space for each character that goes, so that all places stay.
    public static func normalizedInPlace(_ text: String) -> String {
        guard needsWork(text) else { return text }
        let scalars = Array(text.unicodeScalars)
        var found = String.UnicodeScalarView()
        let start = scalars.first == byteOrderMark ? 1 : 0
        var isInterpreter = scalars.dropFirst(start).starts(with: interpreterMark)
        for (index, scalar) in scalars.enumerated() {
            if scalar == "\r" || scalar == "\n" { isInterpreter = false }
            switch scalar {
            case "\r": found.append(scalars.dropFirst(index + 1).first == "\n" ? " " : "\n")
            case byteOrderMark where index == 0: found.append(" ")
            default: found.append(isInterpreter ? " " : scalar)
            }
        }
        return String(found)
    }

    private static func needsWork(_ text: String) -> Bool {
        text.utf8.contains(0x0D) || text.unicodeScalars.first == byteOrderMark
            || text.unicodeScalars.starts(with: interpreterMark)
    }

    private static let interpreterMark = "#!".unicodeScalars

    /// The names that code declares at its top level.
    public static func declaredNames(in code: String) -> Set<String> {
        Set(CellSyntax(code).declarations.map(\.name))
    }

    private static let byteOrderMark: Unicode.Scalar = "\u{FEFF}"
}
