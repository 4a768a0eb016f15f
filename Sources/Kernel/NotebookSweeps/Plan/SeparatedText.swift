/// Tables as text: rows of values between separators, quoted where they hold one (RFC 4180).
enum SeparatedText {
    /// The rows of a text, of which blank lines are none; nil if a quote is not closed.
    static func rows(of text: String, separator: Character) -> [[String]]? {
        var rows: [[String]] = []
        var row: [String] = []
        var value = ""
        var isQuoted = false
        var wasQuoted = false
        func closeRow() {
            row.append(value)
            if row != [""] || wasQuoted { rows.append(row) }
            row = []
        }
        var characters = Array(text.replacing("\r\n", with: "\n"))[...]
        while let character = characters.popFirst() {
            if isQuoted {
                if character != "\"" {
                    value.append(character)
                } else if characters.first == "\"" {
                    value.append("\"")
                    characters.removeFirst()
                } else {
                    isQuoted = false
                }
            } else if character == "\"", value.isEmpty, !wasQuoted {
                (isQuoted, wasQuoted) = (true, true)
            } else if character == separator {
                row.append(value)
                (value, wasQuoted) = ("", false)
            } else if character == "\n" {
                closeRow()
                (value, wasQuoted) = ("", false)
            } else {
                value.append(character)
            }
        }
        if !value.isEmpty || !row.isEmpty || wasQuoted { closeRow() }
        return isQuoted ? nil : rows
    }

    /// A row as text, with its end.
    static func line(_ values: [String], separator: String) -> String {
        values.map { value in
            // A line end of Windows is one character.
            let needsQuotes = value.contains { $0 == "\"" || $0.isNewline } || value.contains(separator)
            return needsQuotes ? "\"" + value.replacing("\"", with: "\"\"") + "\"" : value
        }.joined(separator: separator) + "\n"
    }
}
