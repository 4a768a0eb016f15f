import Formats
import Foundation
import JSON

/// One JSON object a line, each a row (jsonlines.org).
enum JSONLines {
    static func write(_ table: DataTable, to url: URL) throws {
        guard table.rowCount > 0 else {
            throw TableError(
                file: url.path,
                "a table without rows would lose its columns, which JSON lines name in each row")
        }
        for column in table.columns {
            guard case .double(let values) = column.storage,
                let row = values.firstIndex(where: \.isInfinite)
            else { continue }
            throw TableError(
                file: url.path, column: column.name, "row \(row) is infinite, for which JSON has no number")
        }
        try writeAtomically(to: url) { draft in
            let file = try PartsFile(draft, named: url)
            var part: [UInt8] = []
            func flush() throws {
                try Task.checkCancellation()
                try part.withUnsafeBytes { try file.write($0) }
                part.removeAll(keepingCapacity: true)
            }
            for row in 0..<table.rowCount {
                part.append(UInt8(ascii: "{"))
                for (index, column) in table.columns.enumerated() {
                    if index > 0 { part += ", ".utf8 }
                    part += quoted(column.name).utf8
                    part += ": ".utf8
                    part += text(column.storage[row]).utf8
                }
                part += "}\n".utf8
                if part.count > 1 << 20 { try flush() }
            }
            try flush()
            try file.close()
        }
    }

    /// Throws `TableError` if an argument was given that is about text with fields, and says nothing of JSON.
    static func refuse(_ arguments: [(name: String, isGiven: Bool)], _ url: URL) throws {
        let given = arguments.filter { $0.isGiven }.map { $0.name }
        guard given.isEmpty else {
            throw TableError(
                file: url.path,
                "\(given.joined(separator: ", ")): JSON lines have no such thing; leave it out")
        }
    }

    static func text(_ value: DataTable.Value) -> String {
        switch value {
        case .string(let text): quoted(text)
        case .date: quoted(value.description)
        case .missing: "null"
        case .double(let number) where number.isNaN: "null"
        default: value.description
        }
    }

    static func quoted(_ text: String) -> String { JSON.string(text).encodedText }
}
