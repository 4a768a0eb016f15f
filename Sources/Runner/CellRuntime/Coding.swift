// What a cell's synthesized coding consists of; see SwiftCells' Synthesis.

/// A coding key of any name.
public struct _GyrusKey: CodingKey, ExpressibleByStringLiteral {
    public let stringValue: String
    public var intValue: Int? { nil }

    public init(stringLiteral: String) { stringValue = stringLiteral }
    public init(stringValue: String) { self.stringValue = stringValue }
    public init?(intValue: Int) { nil }

    /// The words in which errors name the compiler's own keys.
    public var description: String { "CodingKeys(stringValue: \"\(stringValue)\", intValue: nil)" }
    public var debugDescription: String { description }
}

/// Encodes a property.
public func _gyrusEncode<Value: Encodable, Key>(
    _ value: Value, _ key: Key, into container: inout KeyedEncodingContainer<Key>
) throws {
    try container.encode(value, forKey: key)
}

/// Encodes an optional property, nil by leaving it out.
public func _gyrusEncode<Value: Encodable, Key>(
    _ value: Value?, _ key: Key, into container: inout KeyedEncodingContainer<Key>
) throws {
    try container.encodeIfPresent(value, forKey: key)
}

/// Decodes a property.
@_disfavoredOverload
public func _gyrusDecode<Value: Decodable, Key>(
    _ key: Key, from container: KeyedDecodingContainer<Key>
) throws -> Value {
    try container.decode(Value.self, forKey: key)
}

/// Decodes an optional property, which may be left out.
public func _gyrusDecode<Value: Decodable, Key>(
    _ key: Key, from container: KeyedDecodingContainer<Key>
) throws -> Value? {
    try container.decodeIfPresent(Value.self, forKey: key)
}

/// The one case that an encoded enumeration names, with its values.
public struct _GyrusCase {
    public let name: String
    public let values: KeyedDecodingContainer<_GyrusKey>
    private let type: Any.Type
    private let path: [any CodingKey]

    /// Throws `DecodingError` if there is not one case, as the compiler's own code does.
    public init(of type: Any.Type, from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: _GyrusKey.self)
        self.type = type
        path = container.codingPath
        guard let key = container.allKeys.first, container.allKeys.count == 1 else {
            throw DecodingError.typeMismatch(
                type,
                .init(
                    codingPath: container.codingPath,
                    debugDescription: "Invalid number of keys found, expected one."))
        }
        name = key.stringValue
        values = try container.nestedContainer(keyedBy: _GyrusKey.self, forKey: key)
    }

    /// The error of a case that the enumeration does not have.
    public var isUnknown: DecodingError {
        .typeMismatch(
            type, .init(codingPath: path, debugDescription: "Invalid number of keys found, expected one."))
    }
}
