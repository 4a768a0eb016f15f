import Foundation
import Tables

/// A table is passed by columns: a `pandas.DataFrame` in Python.
extension DataTable: PythonValue {
    package func node(in writer: inout ExchangeWriter) throws -> ExchangeNode {
        var node = ExchangeNode("table")
        node.shape = [rowCount, columnCount]
        node.items = [try String.node(of: columnNames, in: &writer)]
        for column in columns { node.items?.append(try column.node(in: &writer)) }
        return node
    }

    package static func value(of node: ExchangeNode, in file: ExchangeFile) throws -> DataTable {
        guard node.kind == "table", let parts = node.items, let head = parts.first else {
            throw ExchangeError("Python's value is \(node.kind), not a table")
        }
        let names = try String.values(of: head, in: file)
        guard names.count == parts.count - 1 else {
            throw ExchangeError("Python's table has \(names.count) names for \(parts.count - 1) columns")
        }
        return try DataTable(
            zip(names, parts.dropFirst()).map { try Column(named: $0, of: $1, in: file) })
    }
}

extension DataTable.Column {
    fileprivate func node(in writer: inout ExchangeWriter) throws -> ExchangeNode {
        switch type {
        case .int: try node(of: Int.self, in: &writer)
        // A missing value is NaN, in pandas too.
        case .double: try Double.node(of: values(as: Double.self), in: &writer)
        case .string: try node(of: String.self, in: &writer)
        case .bool: try node(of: Bool.self, in: &writer)
        case .date: try node(of: Date.self, in: &writer)
        }
    }

    private func node<Value: PythonValue & TableValue>(of type: Value.Type, in writer: inout ExchangeWriter)
        throws
        -> ExchangeNode
    {
        missingCount == 0
            ? try Value.node(of: values(as: type), in: &writer)
            : try Value?.node(of: values(as: Value?.self), in: &writer)
    }

    fileprivate init(named name: String, of node: ExchangeNode, in file: ExchangeFile) throws {
        func column<Value: PythonValue & TableValue>(of type: Value.Type) throws -> DataTable.Column {
            node.kind == "optional"
                ? DataTable.Column(name, try Value?.values(of: node, in: file))
                : DataTable.Column(name, try Value.values(of: node, in: file))
        }
        let values = node.kind == "optional" ? node.items?.first : node
        self =
            switch (values?.kind, values?.dtype) {
            case ("strings", _): try column(of: String.self)
            case ("dates", _): try column(of: Date.self)
            case ("array", "<i8"): try column(of: Int.self)
            case ("array", "<f8"): try column(of: Double.self)
            case ("array", "?"): try column(of: Bool.self)
            default:
                throw ExchangeError(
                    "the column \(name) of Python's table is of no known type (\(values?.kind ?? "nil"))")
            }
    }
}
