import Foundation
import Tables

/// A moment is passed as microseconds since 1970 in UTC, the unit of Python's `datetime`.
extension Date: PythonValue {
    package func node(in writer: inout ExchangeWriter) throws -> ExchangeNode {
        var node = ExchangeNode("date")
        node.offset = writer.add([try microseconds])
        return node
    }

    package static func node(of values: [Date], in writer: inout ExchangeWriter) throws -> ExchangeNode {
        var node = ExchangeNode("dates")
        node.shape = [values.count]
        node.offset = writer.add(try values.map { try $0.microseconds })
        return node
    }

    package static func value(of node: ExchangeNode, in file: ExchangeFile) throws -> Date {
        guard node.kind == "date", let date = try dates(at: node.offset, count: 1, in: file).first else {
            throw ExchangeError("Python's value is \(node.kind), not a moment")
        }
        return date
    }

    package static func values(of node: ExchangeNode, in file: ExchangeFile) throws -> [Date] {
        guard node.kind == "dates", let count = node.shape?.first else {
            throw ExchangeError("Python's value is \(node.kind), not moments")
        }
        return try dates(at: node.offset, count: count, in: file)
    }

    private static func dates(at offset: Int?, count: Int, in file: ExchangeFile) throws -> [Date] {
        try file.bytes(at: offset, count: 8 * count).bindMemory(to: Int.self).map {
            Date(ticks: $0, perSecond: 1_000_000)
        }
    }

    private var microseconds: Int {
        get throws {
            // Python's `datetime` ends with the year 9999.
            guard (-62_135_596_800..<253_402_300_800).contains(timeIntervalSince1970) else {
                throw ExchangeError("the date \(timeIntervalSince1970) s from 1970 is beyond those of Python")
            }
            return Int((timeIntervalSince1970 * 1e6).rounded())
        }
    }
}
