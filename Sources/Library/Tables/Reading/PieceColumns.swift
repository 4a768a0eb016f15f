internal import CTableKernels
import Foundation

/// The values of one column in one piece of a file.
enum PieceColumn {
    /// That many rows, all without a value; some say so by a word ("None") that in a column of text is one.
    case missing(Int, hasWords: Bool = false)
    case values(ColumnStorage)

    var count: Int {
        switch self {
        case .missing(let count, _): count
        case .values(let storage): storage.count
        }
    }

    var hasWords: Bool { if case .missing(_, true) = self { true } else { false } }

    var type: DataTable.ColumnType? { if case .values(let storage) = self { storage.type } else { nil } }
}

/// Reads the columns of a piece of text from its fields.
struct PieceColumns {
    let piece: UnsafeBufferPointer<UInt8>
    let fields: FieldList
    let width: Int
    let markers: MissingMarkers
    let numbers: CellNumbers
    let quote: UInt8

    var rowCount: Int { fields.count / width }

    private func field(_ row: Int, _ column: Int) -> Field { fields[row * width + column] }

    /// A text without spaces around it.
    static func trimmed(_ text: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        let start = text.firstIndex { $0 != 32 } ?? text.endIndex
        let end = text.lastIndex { $0 != 32 }.map { $0 + 1 } ?? start
        return UnsafeBufferPointer(rebasing: text[start..<end])
    }

    /// What a cell of a column of numbers, dates or truth values holds.
    private enum Cell<Value> {
        case value(Value)
        case missing
        case other(UnsafeBufferPointer<UInt8>)
    }

    /// The value of a cell. One with doubled quotes is not a number, date or truth value, so they may stay doubled.
    @inline(__always)
    private func cell<Value>(
        _ row: Int, _ column: Int, _ value: (UnsafeBufferPointer<UInt8>) -> Value?
    ) -> Cell<Value> {
        let text = field(row, column).text(in: piece)
        // Most cells are plain numbers, and no marker is one.
        if !markers.mayBeNumbers, let value = value(text) { return .value(value) }
        let trimmed = Self.trimmed(text)
        if markers.containsBesideNumbers(trimmed) || isMarker(trimmed) { return .missing }
        return value(trimmed).map(Cell.value) ?? .other(trimmed)
    }

    /// Whether a cell is the number of a marker.
    private func isMarker(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard !markers.numbers.isEmpty, let value = numbers.double(text) else { return false }
        return markers.numbers.contains(value)
    }

    /// The narrowest type that loses nothing.
    func inferred(_ column: Int) -> PieceColumn {
        if isMissing(column) { return .missing(rowCount) }
        // Text is mostly told by its first cell, so that trying numbers costs little.
        for type: DataTable.ColumnType in [.int, .double, .bool] {
            guard case .success(let storage) = read(column, as: type) else { continue }
            return storage.hasValues ? .values(storage) : .missing(rowCount, hasWords: true)
        }
        return .values(.string(text(column)))
    }

    /// The column as a type, or the first row whose cell is not of it.
    func read(_ column: Int, as type: DataTable.ColumnType) -> Result<ColumnStorage, NotOfType> {
        switch type {
        case .int: masked(column, placeholder: 0) { CellNumbers.int($0) }.map(ColumnStorage.int)
        case .double: doubles(column).map(ColumnStorage.double)
        case .bool: masked(column, placeholder: false) { Self.bool($0) }.map(ColumnStorage.bool)
        case .date:
            masked(column, placeholder: Date(timeIntervalSinceReferenceDate: 0)) { DateText.date($0) }
                .map(ColumnStorage.date)
        case .string: .success(.string(text(column)))
        }
    }

    /// That a cell is not of the type of its column.
    struct NotOfType: Error {
        let row: Int
        let text: String
    }

    private func isMissing(_ column: Int) -> Bool {
        for row in 0..<rowCount {
            let field = field(row, column)
            let text = field.text(in: piece)
            guard !field.isQuoted, markers.contains(text) || isMarker(Self.trimmed(text)) else {
                return false
            }
        }
        return true
    }

    private func masked<Value>(
        _ column: Int, placeholder: Value, _ value: (UnsafeBufferPointer<UInt8>) -> Value?
    ) -> Result<Masked<Value>, NotOfType> {
        let rows = rowCount
        var missing: [Bool] = []
        var fault: NotOfType?
        let values = [Value](unsafeUninitializedCapacity: rows) { target, count in
            for row in 0..<rows {
                switch cell(row, column, value) {
                case .value(let value): target.initializeElement(at: row, to: value)
                case .missing:
                    if missing.isEmpty { missing = [Bool](repeating: false, count: rows) }
                    missing[row] = true
                    target.initializeElement(at: row, to: placeholder)
                case .other(let text):
                    fault = NotOfType(row: row, text: String(decoding: text, as: UTF8.self))
                }
                if fault != nil { break }
                count = row + 1
            }
        }
        return fault.map(Result.failure) ?? .success(Masked(values, missing: missing))
    }

    private func doubles(_ column: Int) -> Result<[Double], NotOfType> {
        let rows = rowCount
        var fault: NotOfType?
        let values = [Double](unsafeUninitializedCapacity: rows) { target, count in
            var row = 0
            while true {
                // Most cells are plain numbers, and no marker is one.
                if !markers.mayBeNumbers {
                    row = table_doubles(
                        piece.baseAddress, fields.memory.baseAddress.map { $0 + column }, width, row, rows,
                        numbers.decimal, target.baseAddress)
                }
                guard row < rows else { break }
                switch cell(row, column, { numbers.double($0) }) {
                case .value(let value): target[row] = value
                case .missing: target[row] = .nan
                case .other(let text):
                    fault = NotOfType(row: row, text: String(decoding: text, as: UTF8.self))
                }
                guard fault == nil else { return }
                row += 1
            }
            count = rows
        }
        return fault.map(Result.failure) ?? .success(values)
    }

    private func text(_ column: Int) -> TextValues {
        var texts = TextValues()
        var bytes = 0
        for row in 0..<rowCount { bytes += field(row, column).length }
        texts.reserve(rows: rowCount, bytes: bytes)
        for row in 0..<rowCount {
            let field = field(row, column)
            let text = field.text(in: piece)
            if field.hasDoubledQuotes {
                texts.append(text, undoubling: quote)
            } else if !field.isQuoted, markers.contains(text) {
                texts.appendMissing()
            } else {
                texts.append(text)
            }
        }
        return texts
    }

    static func bool(_ text: UnsafeBufferPointer<UInt8>) -> Bool? {
        if text.count == 4, ["true", "True", "TRUE"].contains(where: { text.elementsEqual($0.utf8) }) {
            return true
        }
        if text.count == 5, ["false", "False", "FALSE"].contains(where: { text.elementsEqual($0.utf8) }) {
            return false
        }
        return nil
    }
}
