import Foundation

/// Reads the properties of a value from the cells of a row.
struct RecordDecoder: Decoder {
    let row: DataTable.Row
    var codingPath: [any CodingKey] = []
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(Keyed(decoder: self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        throw mismatch([Any].self, "the cells of a table hold no lists")
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { Single(decoder: self) }

    /// The name of the column of this path.
    private var name: String { codingPath.map(\.stringValue).joined(separator: ".") }

    /// Whether there is a column for a path, or for a part of it.
    fileprivate var hasColumn: Bool {
        row.table.hasColumn(name) || row.table.columnNames.contains { $0.hasPrefix(name + ".") }
    }

    /// Whether there is no value. A record inside that is nil in some rows has a column of its own, without values,
    /// beside those of its properties in the others.
    fileprivate var isMissing: Bool {
        guard let isMissing = try? row[name].isMissing else { return !hasColumn }
        let prefix = name + "."
        let parts = row.table.columns.filter { $0.name.hasPrefix(prefix) }
        return isMissing && parts.allSatisfy { $0.storage.isMissing(row.index) }
    }

    fileprivate func inner(_ key: any CodingKey) -> RecordDecoder {
        RecordDecoder(row: row, codingPath: codingPath + [key])
    }

    private func mismatch(_ type: Any.Type, _ reason: String) -> DecodingError {
        .typeMismatch(type, DecodingError.Context(codingPath: codingPath, debugDescription: reason))
    }

    fileprivate func decode<T: Decodable>(_ type: T.Type) throws -> T {
        if let plain = type as? any TableValue.Type, let value = try cell(plain) as? T { return value }
        if let integer = type as? any FixedWidthInteger.Type {
            guard let value = integer.init(exactly: try cell(Int.self)) as? T else {
                throw mismatch(type, "the value is beyond the range of \(type)")
            }
            return value
        }
        if type == URL.self, let value = URL(string: try cell(String.self)) as? T { return value }
        if type == UUID.self, let value = UUID(uuidString: try cell(String.self)) as? T { return value }
        return try T(from: self)
    }

    private func cell<T: TableValue>(_ type: T.Type) throws -> T {
        do {
            return try T(tableValue: try row[name])
        } catch let error as ValueMismatch {
            throw mismatch(type, error.sentence(of: try row[name]))
        } catch let error as TableError {
            throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: error.problem))
        }
    }

    private struct Keyed<Key: CodingKey>: KeyedDecodingContainerProtocol {
        let decoder: RecordDecoder
        var codingPath: [any CodingKey] { decoder.codingPath }
        /// All columns, or of a record inside those names that have a value in the row: a dictionary has no others.
        var allKeys: [Key] {
            guard !decoder.codingPath.isEmpty else {
                return decoder.row.table.columnNames.compactMap { Key(stringValue: $0) }
            }
            let prefix = decoder.name + "."
            var seen: Set<String> = []
            return decoder.row.table.columns.compactMap { column -> Key? in
                guard column.name.hasPrefix(prefix), !column.storage.isMissing(decoder.row.index) else {
                    return nil
                }
                let own = String(column.name.dropFirst(prefix.count).prefix { $0 != "." })
                return seen.insert(own).inserted ? Key(stringValue: own) : nil
            }
        }

        func contains(_ key: Key) -> Bool { decoder.inner(key).hasColumn }
        func decodeNil(forKey key: Key) throws -> Bool { decoder.inner(key).isMissing }
        func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
            try decoder.inner(key).decode(type)
        }
        func nestedContainer<NestedKey: CodingKey>(
            keyedBy type: NestedKey.Type, forKey key: Key
        ) throws -> KeyedDecodingContainer<NestedKey> { try decoder.inner(key).container(keyedBy: type) }
        func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
            try decoder.inner(key).unkeyedContainer()
        }
        func superDecoder() throws -> any Decoder { decoder }
        func superDecoder(forKey key: Key) throws -> any Decoder { decoder.inner(key) }
    }

    private struct Single: SingleValueDecodingContainer {
        let decoder: RecordDecoder
        var codingPath: [any CodingKey] { decoder.codingPath }

        func decodeNil() -> Bool { decoder.isMissing }
        func decode<T: Decodable>(_ type: T.Type) throws -> T { try decoder.decode(type) }
    }
}
