/// A cell's text as every part of the kernel understands it.
public enum CellText {
    /// A cell with lines that end in "\n" alone, and without a byte-order mark.
    public static func normalized(_ text: String) -> String {
        guard text.utf8.contains(0x0D) || text.unicodeScalars.first == byteOrderMark else { return text }
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
        return String(scalars)
    }

    /// The same with a space for each character that goes, so that all places stay.
    public static func normalizedInPlace(_ text: String) -> String {
        guard text.utf8.contains(0x0D) || text.unicodeScalars.first == byteOrderMark else { return text }
        let scalars = Array(text.unicodeScalars)
        var found = String.UnicodeScalarView()
        for (index, scalar) in scalars.enumerated() {
            switch scalar {
            case "\r": found.append(scalars.dropFirst(index + 1).first == "\n" ? " " : "\n")
            case byteOrderMark where index == 0: found.append(" ")
            default: found.append(scalar)
            }
        }
        return String(found)
    }

    /// The names that code declares at its top level.
    public static func declaredNames(in code: String) -> Set<String> {
        Set(CellSyntax(code).declarations.map(\.name))
    }

    private static let byteOrderMark: Unicode.Scalar = "\u{FEFF}"
}
