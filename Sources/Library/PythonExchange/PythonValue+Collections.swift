extension Optional: PythonValue where Wrapped: PythonValue {
    package func node(in writer: inout ExchangeWriter) throws -> ExchangeNode {
        try self?.node(in: &writer) ?? ExchangeNode("none")
    }

    package static func node(of values: [Wrapped?], in writer: inout ExchangeWriter) throws -> ExchangeNode {
        var node = ExchangeNode("optional")
        node.items = [try Wrapped.node(of: values.compactMap(\.self), in: &writer)]
        node.offset = writer.add(values.map { $0 != nil })
        node.bytes = values.count
        return node
    }

    package static func value(of node: ExchangeNode, in file: ExchangeFile) throws -> Wrapped? {
        node.kind == "none" ? nil : try Wrapped.value(of: node, in: file)
    }

    package static func values(of node: ExchangeNode, in file: ExchangeFile) throws -> [Wrapped?] {
        guard node.kind == "optional", let present = node.items?.first else {
            throw ExchangeError("Python's value is \(node.kind), not a list with None")
        }
        var values = try Wrapped.values(of: present, in: file)[...]
        return try file.bytes(at: node.offset, count: node.bytes).map { $0 == 0 ? nil : values.popFirst() }
    }
}

extension Array: PythonValue where Element: PythonValue {
    package func node(in writer: inout ExchangeWriter) throws -> ExchangeNode {
        try Element.node(of: self, in: &writer)
    }

    package static func value(of node: ExchangeNode, in file: ExchangeFile) throws -> [Element] {
        try Element.values(of: node, in: file)
    }

    /// An array of two dimensions is a list of its rows.
    package static func values(of node: ExchangeNode, in file: ExchangeFile) throws -> [[Element]] {
        guard node.kind == "array", let shape = node.shape, shape.count == 2 else {
            guard node.kind == "list", let items = node.items else {
                throw ExchangeError("Python's value is \(node.kind), not a list of lists")
            }
            return try items.map { try value(of: $0, in: file) }
        }
        var row = node
        row.shape = [shape[0] * shape[1]]
        let all = try Element.values(of: row, in: file)
        return (0..<shape[0]).map { Array(all[($0 * shape[1])..<(($0 + 1) * shape[1])]) }
    }
}

extension ArraySlice: PythonValue where Element: PythonValue {
    package func node(in writer: inout ExchangeWriter) throws -> ExchangeNode {
        try Element.node(of: Array(self), in: &writer)
    }

    package static func value(of node: ExchangeNode, in file: ExchangeFile) throws -> ArraySlice<Element> {
        try Element.values(of: node, in: file)[...]
    }
}

extension Dictionary: PythonValue where Key == String, Value: PythonValue {
    /// In the order of the keys, so that it is the same each time.
    package func node(in writer: inout ExchangeWriter) throws -> ExchangeNode {
        var node = ExchangeNode("dict")
        let pairs = sorted { $0.key < $1.key }
        node.items = [
            try String.node(of: pairs.map(\.key), in: &writer),
            try Value.node(of: pairs.map(\.value), in: &writer),
        ]
        return node
    }

    package static func value(of node: ExchangeNode, in file: ExchangeFile) throws -> [String: Value] {
        guard node.kind == "dict", let parts = node.items, parts.count == 2 else {
            throw ExchangeError("Python's value is \(node.kind), not a dictionary")
        }
        let names = try String.values(of: parts[0], in: file)
        let values = try Value.values(of: parts[1], in: file)
        return Dictionary(zip(names, values)) { $1 }
    }
}
