import Foundation

/// A value that Python knows too.
package protocol PythonValue {
    /// What the value is, its bytes handed to `writer`; throws `ExchangeError`.
    func node(in writer: inout ExchangeWriter) throws -> ExchangeNode
    /// The same of several values.
    static func node(of values: [Self], in writer: inout ExchangeWriter) throws -> ExchangeNode
    /// The value that a node describes; throws `ExchangeError`.
    static func value(of node: ExchangeNode, in file: ExchangeFile) throws -> Self
    /// The values that a node describes.
    static func values(of node: ExchangeNode, in file: ExchangeFile) throws -> [Self]
}

extension PythonValue {
    package static func node(of values: [Self], in writer: inout ExchangeWriter) throws -> ExchangeNode {
        var list = ExchangeNode("list")
        list.items = try values.map { try $0.node(in: &writer) }
        return list
    }

    package static func values(of node: ExchangeNode, in file: ExchangeFile) throws -> [Self] {
        guard node.kind == "list", let items = node.items else {
            throw ExchangeError("Python's value is \(node.kind), not a list")
        }
        return try items.map { try value(of: $0, in: file) }
    }
}

// MARK: what a cell under %%python calls

/// Writes a value of a cell for Python, which knows it as `name`.
public func _gyrusToPython<Value>(_ value: Value, _ name: String, _ slot: Int32) throws {
    var writer = ExchangeWriter()
    do {
        let root = try node(of: value, in: &writer)
        try writer.write(root, to: path(of: slot))
    } catch let error as ExchangeError {
        throw ExchangeError("\(name): \(error)")
    }
}

private func node<Value>(of value: Value, in writer: inout ExchangeWriter) throws -> ExchangeNode {
    // By its type and not by its value: a nil is otherwise no value of its type.
    func write<Known: PythonValue>(_ type: Known.Type) throws -> ExchangeNode? {
        try (value as? Known)?.node(in: &writer)
    }
    if let type = Value.self as? any PythonValue.Type, let node = try write(type) { return node }
    if let known = value as? any PythonValue { return try known.node(in: &writer) }
    let mirror = Mirror(reflecting: value)
    if mirror.displayStyle == .optional, mirror.children.isEmpty { return ExchangeNode("none") }
    throw ExchangeError(
        "Python knows no \(Value.self); pass its matrices, arrays, numbers or strings, each by a name of its own "
            + "(-i X=fit.matrix)")
}

/// Reads a value that Python wrote.
public func _gyrusFromPython<Value>(_ slot: Int32) throws -> Value {
    guard let type = Value.self as? any PythonValue.Type else {
        throw ExchangeError("no \(Value.self) comes from Python")
    }
    func read<Known: PythonValue>(_ type: Known.Type) throws -> Any {
        let file = try ExchangeFile(path: path(of: slot))
        return try type.value(of: file.root, in: file)
    }
    guard let value = try read(type) as? Value else {
        throw ExchangeError("no \(Value.self) comes from Python")
    }
    return value
}

/// Python's `None`.
public func _gyrusFromPython(_ slot: Int32) throws -> Any? { nil }

/// The memory that the kernel, which started this process, holds open for one value.
private func path(of slot: Int32) -> String { "/proc/\(getppid())/fd/\(slot)" }
