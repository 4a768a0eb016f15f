/// What a value is, and where its bytes lie in an `ExchangeFile`; `gyrus_host/exchange.py` reads and writes the same.
package struct ExchangeNode: Codable, Sendable {
    /// `none`, `scalar`, `string`, `bytes`, `date`, `array`, `strings`, `dates`, `optional`, `list`, `dict` or `table`.
    package var kind: String
    /// Of an array: the type of its elements, as NumPy names it (`<f4`).
    package var dtype: String?
    /// Of an array: the extent of each dimension, the slowest first; of strings and dates: how many there are; of a
    /// table: how many rows and columns.
    package var shape: [Int]?
    /// Where the bytes begin, counted from the beginning of the data.
    package var offset: Int?
    /// How many there are; of strings: how many bytes of text.
    package var bytes: Int?
    /// Of strings: where the text begins; at `offset` then stands the end of each string in it, in 8 bytes.
    package var text: Int?
    /// Of a scalar: its type as Python's `struct` names it, and its bytes, little endian.
    package var format: String?
    package var hex: String?
    /// The parts of a list; the values of an optional list, without nil; names and values of a dictionary;
    /// the names of a table's columns, and each column.
    package var items: [ExchangeNode]?

    package init(_ kind: String) { self.kind = kind }
}

/// A value that cannot be passed between Swift and Python.
package struct ExchangeError: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
