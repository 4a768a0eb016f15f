import Foundation

extension DataTable {
    /// A table with a row for each record, whose properties become columns; nil is a missing value.
    ///
    /// ```swift
    /// struct Trial: Codable { var onset: Double, condition: String, rt: Double? }
    /// let table = try DataTable(records: [Trial(onset: 0, condition: "face", rt: 0.41)])
    /// let again = try table.records(as: Trial.self)
    /// ```
    ///
    /// The columns are in the order of the properties. Throws `TableError` if a property is not a number, text, truth
    /// value, date or an enumeration of these.
    ///
    /// - Parameter records: the rows.
    public init<Record: Encodable>(records: [Record]) throws {
        var names: [String] = []
        var values: [String: [Value]] = [:]
        for (row, record) in records.enumerated() {
            let encoder = RecordEncoder()
            try record.encode(to: encoder)
            for (name, value) in encoder.record.cells {
                if values[name] == nil {
                    names.append(name)
                    values[name] = []
                }
                let before = values[name]?.count ?? 0
                guard before <= row else {
                    throw TableError(column: name, "is encoded twice by \(Record.self)")
                }
                values[name]? += [Value](repeating: .missing, count: row - before) + [value]
            }
        }
        let columns = try names.map { name in
            let found = values[name] ?? []
            return try Column(
                name, values: found + [Value](repeating: .missing, count: records.count - found.count))
        }
        self.init(fitting: columns, rowCount: records.count)
    }

    /// The rows as records, whose properties are read from the columns of their names.
    ///
    /// Throws `TableError` if a column that a property needs is not there, or a value is of another type or missing
    /// where the property is no optional.
    public func records<Record: Decodable>(as type: Record.Type) throws -> [Record] {
        try rows.map { row in
            do {
                return try Record(from: RecordDecoder(row: row))
            } catch let error as DecodingError {
                throw TableError("row \(row.index) is no \(type): \(Self.reason(error))")
            }
        }
    }

    private static func reason(_ error: DecodingError) -> String {
        switch error {
        case .keyNotFound(_, let context), .typeMismatch(_, let context), .valueNotFound(_, let context),
            .dataCorrupted(let context):
            let path = context.codingPath.map(\.stringValue).joined(separator: ".")
            return (path.isEmpty ? "" : "\"\(path)\": ") + context.debugDescription
        @unknown default: return "\(error)"
        }
    }
}
