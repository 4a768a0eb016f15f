import Foundation

/// Collects the properties of a value as the cells of a row.
final class RecordEncoder: Encoder {
    /// The cells of a row, in the order of the properties.
    final class Record {
        var cells: [(String, DataTable.Value)] = []
    }

    let record: Record
    let codingPath: [any CodingKey]
    let userInfo: [CodingUserInfoKey: Any] = [:]

    init(record: Record = Record(), path: [any CodingKey] = []) {
        self.record = record
        codingPath = path
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(Keyed(encoder: self))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer { Refusing(encoder: self) }
    func singleValueContainer() -> any SingleValueEncodingContainer { Single(encoder: self) }

    fileprivate var name: String { codingPath.map(\.stringValue).joined(separator: ".") }

    fileprivate func refusal(_ what: Any) -> TableError {
        TableError(
            column: name.isEmpty ? nil : name,
            "\(type(of: what)) is no number, text, truth value or date, which are the values of a table")
    }

    fileprivate func set(_ value: DataTable.Value) { record.cells.append((name, value)) }

    /// Encodes a value under the path of this encoder.
    fileprivate func encode<T: Encodable>(_ value: T) throws {
        if let date = value as? Date { return set(.date(date)) }
        if let plain = value as? any TableValue { return set(plain.tableValue) }
        if let integer = value as? any FixedWidthInteger {
            guard let exact = Int(exactly: integer) else { throw refusal(value) }
            return set(.int(exact))
        }
        if let url = value as? URL { return set(.string(url.absoluteString)) }
        if let id = value as? UUID { return set(.string(id.uuidString)) }
        try value.encode(to: self)
    }

    private struct Keyed<Key: CodingKey>: KeyedEncodingContainerProtocol {
        let encoder: RecordEncoder
        var codingPath: [any CodingKey] { encoder.codingPath }

        private func inner(_ key: any CodingKey) -> RecordEncoder {
            RecordEncoder(record: encoder.record, path: encoder.codingPath + [key])
        }

        func encodeNil(forKey key: Key) throws { inner(key).set(.missing) }
        func encode<T: Encodable>(_ value: T, forKey key: Key) throws { try inner(key).encode(value) }

        // A nil is a missing value, so that the column is there although no record has one.
        func encodeIfPresent<T: Encodable>(_ value: T?, forKey key: Key) throws {
            if let value { try inner(key).encode(value) } else { inner(key).set(.missing) }
        }
        func encodeIfPresent(_ value: Bool?, forKey key: Key) throws { inner(key).set(value.tableValue) }
        func encodeIfPresent(_ value: String?, forKey key: Key) throws { inner(key).set(value.tableValue) }
        func encodeIfPresent(_ value: Double?, forKey key: Key) throws { inner(key).set(value.tableValue) }
        func encodeIfPresent(_ value: Float?, forKey key: Key) throws { inner(key).set(value.tableValue) }
        func encodeIfPresent(_ value: Int?, forKey key: Key) throws { inner(key).set(value.tableValue) }

        func nestedContainer<NestedKey: CodingKey>(
            keyedBy keyType: NestedKey.Type, forKey key: Key
        ) -> KeyedEncodingContainer<NestedKey> { inner(key).container(keyedBy: keyType) }
        func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
            inner(key).unkeyedContainer()
        }
        func superEncoder() -> any Encoder { encoder }
        func superEncoder(forKey key: Key) -> any Encoder { inner(key) }
    }

    private struct Single: SingleValueEncodingContainer {
        let encoder: RecordEncoder
        var codingPath: [any CodingKey] { encoder.codingPath }

        func encodeNil() throws { encoder.set(.missing) }
        func encode<T: Encodable>(_ value: T) throws { try encoder.encode(value) }
    }

    /// A list inside a record, which no cell holds.
    private struct Refusing: UnkeyedEncodingContainer {
        let encoder: RecordEncoder
        var codingPath: [any CodingKey] { encoder.codingPath }
        var count: Int { 0 }

        func encodeNil() throws { throw encoder.refusal([Any]()) }
        func encode<T: Encodable>(_ value: T) throws { throw encoder.refusal([value]) }
        func nestedContainer<NestedKey: CodingKey>(
            keyedBy keyType: NestedKey.Type
        ) -> KeyedEncodingContainer<NestedKey> { encoder.container(keyedBy: keyType) }
        func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { self }
        func superEncoder() -> any Encoder { encoder }
    }
}
