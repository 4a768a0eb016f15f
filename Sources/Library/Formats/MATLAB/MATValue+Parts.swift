import Display
import Foundation

extension MATValue {
    /// The names of a struct's or object's fields; empty for other values.
    public var fieldNames: [String] {
        if case .structs(let fields, _) = content { fields } else { [] }
    }

    /// The field of a struct.
    ///
    /// Throws `FormatError` if the value is not a struct, an array of several structs (`value[0]["field"]` is one's, and
    /// `values(of:)` has all), or has no such field.
    public subscript(field: String) -> MATValue {
        get throws {
            guard count == 1 else {
                if case .structs = content {
                    throw place.error(
                        "is an array of \(count) structs; `[0][\"\(field)\"]` is the field of the first, and `values(of: \"\(field)\")` has all"
                    )
                }
                throw wrong(expected: "a struct")
            }
            return try values(of: field)[0]
        }
    }

    /// A field of all elements of an array of structs, column after column.
    ///
    /// Throws `FormatError` if the value is not a struct, or has no such field.
    public func values(of field: String) throws -> [MATValue] {
        guard case .structs(let fields, let values) = content else { throw wrong(expected: "a struct") }
        guard let index = fields.firstIndex(of: field) else {
            throw place.error("has no field \"\(field)\"; it has \(listed(fields))")
        }
        return stride(from: index, to: values.count, by: fields.count).map { values[$0] }
    }

    /// The element of a cell array or of an array of structs, counted from 0 column after column.
    ///
    /// Throws `FormatError` if the value is neither, or has no such element.
    public subscript(index: Int) -> MATValue {
        get throws {
            let isPart: Bool =
                switch content {
                case .cells, .structs: true
                default: false
                }
            guard isPart else { throw wrong(expected: "a cell array or an array of structs") }
            guard index >= 0, index < count else {
                throw place.error("has no element \(index); it has \(count), from 0")
            }
            return element(index)
        }
    }

    /// The element of a row and a column of a cell array or of an array of structs, both counted from 0.
    ///
    /// Throws `FormatError` if the value is neither, has more dimensions, or has no such element.
    public subscript(row: Int, column: Int) -> MATValue {
        get throws {
            guard shape.count == 2, row >= 0, row < shape[0], column >= 0, column < shape[1] else {
                throw place.error("of shape \(shape) has no element in row \(row), column \(column), from 0")
            }
            return try self[row + column * shape[0]]
        }
    }

    /// The elements of a cell array or of an array of structs, column after column; empty for other values.
    public var elements: [MATValue] {
        switch content {
        case .cells(let cells): cells
        case .structs: (0..<count).map(element)
        default: []
        }
    }

    private func element(_ index: Int) -> MATValue {
        switch content {
        case .cells(let cells): return cells[index]
        case .structs(let fields, let values):
            return MATValue(
                className: className, shape: [1, 1],
                content: .structs(
                    fields: fields,
                    values: Array(values[index * fields.count..<(index + 1) * fields.count])),
                place: count == 1 ? place : place.element(index))
        default: return self
        }
    }

    /// The texts: the rows of a char array without the blanks at their ends, or the elements of a cell array of such
    /// rows, column after column.
    ///
    /// Throws `FormatError` if the value, or an element of the cell array, is not text.
    public func strings() throws -> [String] {
        switch content {
        case .text: return try rows()
        case .cells(let cells):
            return try cells.map { cell in
                if let string = cell.string { return string }
                // MATLAB's own empty text in a cell is often the empty array [].
                if cell.count == 0, cell.className == "double" || cell.className == "char" { return "" }
                throw cell.wrong(expected: "one row of text")
            }
        default: throw wrong(expected: "text")
        }
    }

    /// The text of a char array of one row (or none), with all its blanks; nil if the value is something else.
    public var string: String? {
        guard case .text(let units) = content, shape.count == 2, shape[0] == 1 || units.isEmpty else {
            return nil
        }
        return String(decoding: units, as: UTF16.self)
    }

    private func rows() throws -> [String] {
        guard case .text(let units) = content else { throw wrong(expected: "text") }
        guard shape.count == 2 else {
            throw place.error("is text of shape \(shape), and only rows of text are read")
        }
        if shape[0] == 1 { return [String(decoding: units, as: UTF16.self)] }
        return (0..<shape[0]).map { row in
            let line = (0..<shape[1]).map { units[row + $0 * shape[0]] }
            let end = line.lastIndex { $0 != 0x20 && $0 != 0 }.map { $0 + 1 } ?? 0
            return String(decoding: line[..<end], as: UTF16.self)
        }
    }
}
