import Foundation
import SwiftSyntax

/// Finds characters that cannot be seen, often come with pasted text, and that the compiler takes for names.
enum HiddenCharacters {
    /// An error for each in the code itself, not in a string or a comment.
    static func errors(in file: SourceFileSyntax, _ converter: SourceLocationConverter, label: String)
        -> [Diagnostic]
    {
        var found: [Diagnostic] = []
        func search(_ text: String, from offset: Int) {
            var place = offset
            for scalar in text.unicodeScalars {
                defer { place += UTF8.width(scalar) }
                guard isHidden(scalar) else { continue }
                let location = converter.location(for: AbsolutePosition(utf8Offset: place))
                found.append(
                    Diagnostic(
                        severity: .error, message: message(for: scalar), file: label, line: location.line,
                        column: location.column, length: UTF8.width(scalar)))
            }
        }
        for token in file.tokens(viewMode: .sourceAccurate) {
            var place = token.position.utf8Offset
            for piece in token.leadingTrivia {
                if case .unexpectedText(let text) = piece { search(text, from: place) }
                place += piece.sourceLength.utf8Length
            }
            if case .stringSegment = token.tokenKind {} else { search(token.text, from: place) }
            place = token.endPositionBeforeTrailingTrivia.utf8Offset
            for piece in token.trailingTrivia {
                if case .unexpectedText(let text) = piece { search(text, from: place) }
                place += piece.sourceLength.utf8Length
            }
        }
        return found
    }

    /// An error about a character that the compiler does not name.
    static func naming(_ error: Diagnostic, lines: [String]) -> Diagnostic {
        guard error.message == "invalid character in source file", lines.indices.contains(error.line - 1)
        else { return error }
        let rest = lines[error.line - 1].utf8.dropFirst(error.column - 1)
        guard let scalar = String(decoding: rest, as: UTF8.self).unicodeScalars.first else { return error }
        var error = error
        error.message = message(for: scalar)
        return error
    }

    /// The words for a character that has no meaning in code.
    static func message(for scalar: Unicode.Scalar) -> String {
        let code = "U+" + String(format: "%04X", scalar.value)
        let name = scalar.properties.name.map { "\(code) (\($0.lowercased()))" } ?? code
        return "the character \(name) has no meaning in Swift code"
            + (isHidden(scalar)
                ? "; it cannot be seen, often comes with pasted text, and is to be deleted" : "")
    }

    /// Spaces and marks without a shape; those that join the parts of an emoji have one.
    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        guard !scalar.isASCII, ![0x200C, 0x200D].contains(scalar.value) else { return false }
        switch scalar.properties.generalCategory {
        case .format, .control, .lineSeparator, .paragraphSeparator, .spaceSeparator: return true
        default: return false
        }
    }
}

extension UTF8 {
    fileprivate static func width(_ scalar: Unicode.Scalar) -> Int { String(scalar).utf8.count }
}
