import Foundation
import JSON

/// Splits the texts of lists where they are separated, not within quotes or brackets.
package enum ListText {
    /// The elements of a list without its brackets, without white space around them; nil if quotes or brackets are left open
    /// or an element is missing.
    package static func parts(of text: String) -> [String]? {
        guard let parts = split(text, atEach: ",") else { return nil }
        let trimmed = parts.map { $0.trimmingCharacters(in: .whitespaces) }
        if trimmed == [""] { return [] }
        return trimmed.contains("") ? nil : trimmed
    }

    /// What precedes and follows the first separator.
    package static func split(_ text: String, at separator: Character) -> (String, String)? {
        guard let parts = split(text, atEach: separator), parts.count >= 2 else { return nil }
        return (parts[0], parts[1...].joined(separator: String(separator)))
    }

    /// A string in a list, without the quotes that it may have; nil if they are not closed.
    package static func unquoted(_ text: String) -> String? {
        guard text.hasPrefix("\"") else { return text }
        return (try? JSON(parsing: Data(text.utf8)))?.string
    }

    private static func split(_ text: String, atEach separator: Character) -> [String]? {
        var parts = [""]
        var depth = 0
        var isQuoted = false
        var isEscaped = false
        for character in text {
            if isQuoted {
                isQuoted = character != "\"" || isEscaped
                isEscaped = character == "\\" && !isEscaped
            } else if character == "\"" {
                isQuoted = true
            } else if "[{".contains(character) {
                depth += 1
            } else if "]}".contains(character) {
                depth -= 1
                if depth < 0 { return nil }
            } else if character == separator, depth == 0 {
                parts.append("")
                continue
            }
            parts[parts.count - 1].append(character)
        }
        return isQuoted || depth != 0 ? nil : parts
    }
}
