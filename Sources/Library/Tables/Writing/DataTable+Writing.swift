import Formats
import Foundation

extension DataTable {
    /// How a line ends.
    public enum LineEnd: String, Sendable {
        /// A line feed, as Unix has it.
        case lf = "\n"
        /// A carriage return and a line feed, as RFC 4180 and Windows have it.
        case crlf = "\r\n"
    }

    /// Writes the table with all digits: `.csv`, `.tsv` or JSON lines (`.jsonl`), gzipped where `.gz` follows.
    ///
    /// ```swift
    /// try table.write(to: "scores.csv")
    /// ```
    ///
    /// `DataTable.open` gives the same values again; texts that look like numbers, and dates, with `types:`. The file is
    /// there once it is whole; one that was there stays until then.
    ///
    /// - Parameters:
    ///   - file: The file, as a path or a URL; `~` is the home folder.
    ///   - separator: What stands between two fields; if nil, a comma in `.csv` and a tab in `.tsv`.
    ///   - decimal: What stands before decimals.
    ///   - missing: What is written for a missing value; if nil, `n/a` in `.tsv`, as BIDS asks for, and in tables of
    ///     one column, whose lines would be empty; nothing in `.csv`.
    ///   - lineEnd: What ends a line.
    ///
    /// Throws `TableError` if the name has another ending, the table has no columns, the separator or the text for
    /// missing values could be mistaken for a value, or an argument is given that JSON lines do not have (all but the
    /// file), and `FormatError` if the file cannot be written.
    public func write(
        to file: some FileLocation, separator: Character? = nil, decimal: Character = ".",
        missing: String? = nil,
        lineEnd: LineEnd = .lf
    ) throws {
        let url = file.fileURL
        guard url.isFileURL else { throw TableError(file: "\(url)", "is not on this machine") }
        let kind = TableFileKind(url)
        guard kind != .unknown || separator != nil else {
            throw TableError(
                file: url.path,
                "the name should end in .csv, .tsv or .jsonl (or these and .gz), or a separator be given")
        }
        try checkDates(url)
        if kind == .jsonLines {
            let given: [(name: String, isGiven: Bool)] = [
                ("separator", separator != nil), ("decimal", decimal != "."), ("missing", missing != nil),
                ("lineEnd", lineEnd != .lf),
            ]
            try JSONLines.refuse(given, url)
            return try JSONLines.write(self, to: url)
        }
        let text = try fieldText(
            separator: separator ?? (kind == .tsv ? "\t" : ","), decimal: decimal,
            missing: missing ?? (kind == .tsv || columnCount == 1 ? "n/a" : ""))
        if let separator { try checkFields(url, separator: separator, decimal: decimal) }
        if let missing { try checkValues(url, missing: missing, decimal: decimal) }
        try writeAtomically(to: url) { draft in
            let file = try PartsFile(draft, named: url)
            try writeLines(text, lineEnd) { part in try part.withUnsafeBytes { try file.write($0) } }
            try file.close()
        }
    }

    private func checkDates(_ url: URL) throws {
        for column in columns {
            guard case .date(let dates) = column.storage else { continue }
            for row in 0..<dates.count {
                guard let date = dates[row], !DateText.isNamed(date) else { continue }
                throw TableError(
                    file: url.path, column: column.name,
                    "row \(row) is \(DateText.text(date)), too far from now to be written as a date")
            }
        }
    }

    /// Throws `TableError` if a number, truth value or date could be taken for two fields: only texts are quoted.
    private func checkFields(_ url: URL, separator: Character, decimal: Character) throws {
        for column in columns {
            let characters =
                switch column.storage {
                case .int: "-0123456789"
                case .double: "-+0123456789einf\(decimal)"
                case .bool: "truefals"
                case .date: "-+0123456789:.TZ"
                case .string: ""
                }
            guard characters.contains(separator) else { continue }
            throw TableError(
                file: url.path, column: column.name,
                "separator: \"\(separator)\" may stand in its values, too, which are of type \(column.type)")
        }
    }

    /// Throws `TableError` if a number, truth value or date would be taken for a missing value.
    private func checkValues(_ url: URL, missing: String, decimal: Character) throws {
        let number = Double(decimal == "." ? missing : missing.replacing(String(decimal), with: "."))
        for column in columns {
            let row: Int? =
                switch column.storage {
                case .int(let values):
                    number.flatMap { Int(exactly: $0) }.flatMap { number in
                        (0..<values.count).first { values[$0] == number }
                    }
                case .double(let values): number.flatMap { values.firstIndex(of: $0) }
                case .bool(let values):
                    Bool(missing.lowercased()).flatMap { truth in
                        (0..<values.count).first { values[$0] == truth }
                    }
                case .date(let values):
                    missing.first?.isNumber == true
                        ? (0..<values.count).first { values[$0].map(DateText.text) == missing } : nil
                case .string: nil
                }
            guard let row else { continue }
            throw TableError(
                file: url.path, column: column.name,
                "missing: \"\(missing)\" would not be told from the value of row \(row)")
        }
    }

    /// The table as text with commas between the fields and all digits (RFC 4180).
    public var csv: String { text(separator: ",", missing: columnCount == 1 ? "n/a" : "") }

    /// The table as text with tabs between the fields and all digits, and `n/a` for missing values, as BIDS has it.
    public var tsv: String { text(separator: "\t", missing: "n/a") }

    private func text(separator: Character, missing: String) -> String {
        var text: [UInt8] = []
        guard columnCount > 0,
            let fields = try? fieldText(separator: separator, decimal: ".", missing: missing)
        else { return "" }
        try? writeLines(fields, .lf) { text += $0 }
        return String(decoding: text, as: UTF8.self)
    }

    private func fieldText(separator: Character, decimal: Character, missing: String) throws -> FieldText {
        guard columnCount > 0 else { throw TableError("a table without columns cannot be written as text") }
        guard let separatorByte = try Self.ascii(separator, "separator"),
            let decimalByte = try Self.ascii(decimal, "decimal"), separator != decimal, separator != "\"",
            !separator.isNewline, separator != "\r\n"
        else { throw TableError("separator: \"\(separator)\" cannot stand between fields here") }
        let special = missing.utf8.contains { $0 == separatorByte || $0 == 10 || $0 == 13 || $0 == 34 }
        guard !special, columnCount > 1 || !missing.isEmpty else {
            throw TableError("missing: \"\(missing)\" would not be read as one field")
        }
        return FieldText(separator: separatorByte, decimal: decimalByte, missing: missing)
    }

    private func writeLines(_ text: FieldText, _ lineEnd: LineEnd, _ write: ([UInt8]) throws -> Void) throws {
        let end = Array(lineEnd.rawValue.utf8)
        var part: [UInt8] = []
        for (index, column) in columns.enumerated() {
            if index > 0 { part.append(text.separator) }
            text.append(column.name, to: &part)
        }
        part += end
        let storages = columns.map(\.storage)
        for row in 0..<rowCount {
            for index in storages.indices {
                if index > 0 { part.append(text.separator) }
                text.append(storages[index], row, to: &part)
            }
            part += end
            if part.count > 1 << 20 {
                try Task.checkCancellation()
                try write(part)
                part.removeAll(keepingCapacity: true)
            }
        }
        try write(part)
    }
}
