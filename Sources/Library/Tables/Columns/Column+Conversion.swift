import Foundation

extension DataTable.Column {
    /// The same values as another type: texts are read, and what would be changed is refused.
    ///
    /// ```swift
    /// try table["subject"].converted(to: .string)
    /// ```
    ///
    /// Throws `TableError` with the first row that is not of the type.
    public func converted(to type: DataTable.ColumnType) throws -> DataTable.Column {
        if type == self.type { return self }
        if case .string(let texts) = storage { return with(try read(texts, as: type)) }
        switch type {
        case .string: return DataTable.Column(name, try values(as: String?.self))
        case .int: return DataTable.Column(name, try values(as: Int?.self))
        case .double: return DataTable.Column(name, try values(as: Double.self))
        case .bool: return DataTable.Column(name, try values(as: Bool?.self))
        case .date: return DataTable.Column(name, try values(as: Date?.self))
        }
    }

    private func read(_ texts: TextValues, as type: DataTable.ColumnType) throws -> ColumnStorage {
        let numbers = CellNumbers(decimal: UInt8(ascii: "."), rounds: true)
        func parsed<Value>(_ parse: (UnsafeBufferPointer<UInt8>) -> Value?) throws -> [Value?] {
            try texts.bytes.withUnsafeBufferPointer { bytes in
                try (0..<texts.count).map { row in
                    guard !texts.isMissing(row) else { return nil }
                    let text = UnsafeBufferPointer(rebasing: bytes[texts.range(row)])
                    guard let value = parse(text) else {
                        throw TableError(
                            column: name,
                            "cannot be of \(type): row \(row) is \"\(String(decoding: text.prefix(60), as: UTF8.self))\""
                        )
                    }
                    return value
                }
            }
        }
        switch type {
        case .int: return .int(Masked(try parsed { CellNumbers.int($0) }, placeholder: 0))
        case .double: return .double(try parsed { numbers.double($0) }.map { $0 ?? .nan })
        case .bool: return .bool(Masked(try parsed { PieceColumns.bool($0) }, placeholder: false))
        case .date:
            return .date(
                Masked(try parsed { DateText.date($0) }, placeholder: Date(timeIntervalSinceReferenceDate: 0))
            )
        case .string: return .string(texts)
        }
    }
}

extension DataTable {
    /// The table with a column as another type; see `Column.converted(to:)`.
    public func converting(_ name: String, to type: ColumnType) throws -> DataTable {
        try replacing(try self[name].converted(to: type))
    }
}
