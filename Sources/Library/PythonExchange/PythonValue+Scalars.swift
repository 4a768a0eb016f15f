import Foundation

/// A number whose arrays NumPy knows: their bytes are passed as they lie in memory.
protocol PythonNumber: PythonValue, BitwiseCopyable {
    /// The type as NumPy names it.
    static var dtype: String { get }
    /// The type as Python's `struct` names it.
    static var format: String { get }
}

extension PythonNumber {
    package func node(in writer: inout ExchangeWriter) throws -> ExchangeNode {
        var node = ExchangeNode("scalar")
        node.format = Self.format
        node.hex = withUnsafeBytes(of: self) { $0.map { String(format: "%02x", $0) }.joined() }
        return node
    }

    package static func node(of values: [Self], in writer: inout ExchangeWriter) throws -> ExchangeNode {
        var node = ExchangeNode("array")
        node.dtype = dtype
        node.shape = [values.count]
        node.offset = writer.add(values)
        return node
    }

    package static func value(of node: ExchangeNode, in file: ExchangeFile) throws -> Self {
        guard node.kind == "scalar", node.format == format, let hex = node.hex,
            hex.utf8.count == 2 * MemoryLayout<Self>.size
        else { throw ExchangeError("Python's value is \(node.format ?? node.kind), not \(Self.self)") }
        let digits = hex.compactMap(\.hexDigitValue)
        let bytes = stride(from: 0, to: digits.count - 1, by: 2).map {
            UInt8(digits[$0] << 4 | digits[$0 + 1])
        }
        return bytes.withUnsafeBytes { $0.loadUnaligned(as: Self.self) }
    }

    package static func values(of node: ExchangeNode, in file: ExchangeFile) throws -> [Self] {
        Array(try file.numbers(node, as: Self.self, dtype: dtype))
    }
}

extension Float: PythonNumber {
    static let (dtype, format) = ("<f4", "f")
}
extension Double: PythonNumber {
    static let (dtype, format) = ("<f8", "d")
}
extension Bool: PythonNumber {
    static let (dtype, format) = ("?", "?")
}
extension Int: PythonNumber {
    static let (dtype, format) = ("<i8", "q")
}
extension Int64: PythonNumber {
    static let (dtype, format) = ("<i8", "q")
}
extension Int32: PythonNumber {
    static let (dtype, format) = ("<i4", "i")
}
extension Int16: PythonNumber {
    static let (dtype, format) = ("<i2", "h")
}
extension Int8: PythonNumber {
    static let (dtype, format) = ("|i1", "b")
}
extension UInt: PythonNumber {
    static let (dtype, format) = ("<u8", "Q")
}
extension UInt64: PythonNumber {
    static let (dtype, format) = ("<u8", "Q")
}
extension UInt32: PythonNumber {
    static let (dtype, format) = ("<u4", "I")
}
extension UInt16: PythonNumber {
    static let (dtype, format) = ("<u2", "H")
}
extension UInt8: PythonNumber {
    static let (dtype, format) = ("|u1", "B")
}

extension String: PythonValue {
    package func node(in writer: inout ExchangeWriter) throws -> ExchangeNode {
        var node = ExchangeNode("string")
        let bytes = Array(utf8)
        node.offset = writer.add(bytes)
        node.bytes = bytes.count
        return node
    }

    package static func node(of values: [String], in writer: inout ExchangeWriter) throws -> ExchangeNode {
        var text: [UInt8] = []
        var ends: [Int] = []
        ends.reserveCapacity(values.count)
        for value in values {
            text.append(contentsOf: value.utf8)
            ends.append(text.count)
        }
        var node = ExchangeNode("strings")
        node.shape = [values.count]
        node.text = writer.add(text)
        node.bytes = text.count
        node.offset = writer.add(ends)
        return node
    }

    package static func value(of node: ExchangeNode, in file: ExchangeFile) throws -> String {
        guard node.kind == "string" else {
            throw ExchangeError("Python's value is \(node.kind), not a string")
        }
        return String(decoding: try file.bytes(at: node.offset, count: node.bytes), as: UTF8.self)
    }

    package static func values(of node: ExchangeNode, in file: ExchangeFile) throws -> [String] {
        try file.strings(node)
    }
}

extension Data: PythonValue {
    package func node(in writer: inout ExchangeWriter) throws -> ExchangeNode {
        var node = ExchangeNode("bytes")
        node.offset = writer.add(Array(self))
        node.bytes = count
        return node
    }

    package static func value(of node: ExchangeNode, in file: ExchangeFile) throws -> Data {
        guard node.kind == "bytes" else { throw ExchangeError("Python's value is \(node.kind), not bytes") }
        return Data(try file.bytes(at: node.offset, count: node.bytes))
    }
}
