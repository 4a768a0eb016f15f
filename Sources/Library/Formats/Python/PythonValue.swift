import Foundation
import Tensors

/// A value of Python, as pickles and object arrays of NumPy hold it: numbers, texts, arrays, and containers of these.
///
/// ```swift
/// let mapping = try NumPyArray.open("mapping_floc-faces.npy").object()   // {0: 'Unknown', 1: 'OFA', …}
/// try mapping[1].string                                                  // "OFA"
/// let betas = try PickleFile.open("sub-01_organized_betas_task-train_hemi-left_normalized.pkl")
/// try betas[0].tensor().shape                                            // trials x repeats x vertices
/// ```
public enum PythonValue: Sendable {
    /// `None`.
    case none
    /// `True` or `False`.
    case boolean(Bool)
    /// An `int`.
    case integer(Int)
    /// A `float`.
    case number(Double)
    /// A `str`.
    case text(String)
    /// `bytes`.
    case bytes([UInt8])
    /// An array of NumPy.
    indirect case array(NumPyArray)
    /// A list, tuple or set, or an array of objects.
    case list([PythonValue])
    /// A dictionary: its keys and values in order.
    case dictionary([Entry])

    /// A key of a dictionary and its value.
    public struct Entry: Sendable {
        public let key: PythonValue
        public let value: PythonValue
    }
}

extension PythonValue {
    /// What the value is, in Python's words.
    public var kind: String {
        switch self {
        case .none: "None"
        case .boolean: "bool"
        case .integer: "int"
        case .number: "float"
        case .text: "str"
        case .bytes: "bytes"
        case .array: "array"
        case .list: "list"
        case .dictionary: "dict"
        }
    }

    /// How many elements a list, a dictionary or an array's first dimension has; 0 of other values.
    public var count: Int {
        switch self {
        case .list(let elements): elements.count
        case .dictionary(let entries): entries.count
        case .array(let array): array.shape.first ?? 0
        default: 0
        }
    }

    /// The keys of a dictionary in order.
    public var keys: [PythonValue] { entries.map(\.key) }

    /// The keys and values of a dictionary in order; empty for other values.
    public var entries: [Entry] { if case .dictionary(let entries) = self { entries } else { [] } }

    /// The elements of a list; empty for other values.
    public var elements: [PythonValue] { if case .list(let elements) = self { elements } else { [] } }

    /// The value of a dictionary's key. Throws `FormatError` if the value is no dictionary or has no such key.
    public subscript(key: String) -> PythonValue {
        get throws {
            guard case .dictionary(let entries) = self else { throw wrong("a dict") }
            guard let entry = entries.first(where: { $0.key.string == key }) else {
                let keys = entries.prefix(12).map { $0.key.string ?? $0.key.short }.joined(separator: ", ")
                throw FormatError(named: "a dict of Python", problem: "has no key \"\(key)\"; it has \(keys)")
            }
            return entry.value
        }
    }

    /// The element of a list, from 0, or the value of a dictionary's whole number as key.
    ///
    /// Throws `FormatError` if the value is neither, or has no such element.
    public subscript(index: Int) -> PythonValue {
        get throws {
            switch self {
            case .list(let elements):
                guard elements.indices.contains(index) else {
                    throw FormatError(
                        named: "a list of Python",
                        problem: "has no element \(index): it has \(elements.count), from 0")
                }
                return elements[index]
            case .dictionary(let entries):
                guard let entry = entries.first(where: { $0.key.integer == index }) else {
                    throw FormatError(named: "a dict of Python", problem: "has no key \(index)")
                }
                return entry.value
            default: throw wrong("a list or a dict")
            }
        }
    }

    /// The text; nil of other values.
    public var string: String? { if case .text(let text) = self { text } else { nil } }

    /// The whole number; nil of other values.
    public var integer: Int? { if case .integer(let integer) = self { integer } else { nil } }

    /// The number; nil of other values.
    public var number: Double? {
        switch self {
        case .number(let number): number
        case .integer(let integer): Double(integer)
        default: nil
        }
    }

    /// The truth value; nil of other values.
    public var boolean: Bool? { if case .boolean(let boolean) = self { boolean } else { nil } }

    /// The array of NumPy. Throws `FormatError` if the value is something else.
    public func array() throws -> NumPyArray {
        guard case .array(let array) = self else { throw wrong("an array of NumPy") }
        return array
    }

    /// The numbers of an array, of a list of numbers, or of lists of lists of one length.
    ///
    /// Throws `FormatError` if the value is something else, or a number is none that `Element` can hold.
    public func tensor<Element: Scalar>(as element: Element.Type = Float.self) throws -> Tensor<Element> {
        switch self {
        case .array(let array): return try array.tensor(as: element)
        case .list(let elements):
            if elements.allSatisfy({ $0.number != nil }) {
                return Tensor(
                    shape: [elements.count],
                    elements: try elements.enumerated().map { try $1.element(at: $0, as: element) })
            }
            let rows = try elements.map { try $0.tensor(as: element) }
            guard let first = rows.first, rows.allSatisfy({ $0.shape == first.shape }) else {
                throw wrong("lists of one length")
            }
            return Tensor(shape: [rows.count] + first.shape, elements: rows.flatMap(\.elements))
        default: throw wrong("an array or a list of numbers")
        }
    }

    /// The number of a list's element, as `tensor` gives it.
    private func element<Element: Scalar>(at index: Int, as _: Element.Type) throws -> Element {
        let value: Element? =
            switch self {
            case .integer(let integer): Element(exactly: integer)
            case .number(let number):
                Element(number).isInfinite && number.isFinite ? nil : Element(number)
            default: nil
            }
        guard let value else {
            let hint = Element.self == Float.self ? "; ask for Double or integers" : "; ask for integers"
            throw FormatError(
                named: "a list of Python",
                problem: "holds \(short) as its element \(index), which \(Element.self) cannot hold\(hint)")
        }
        return value
    }

    /// The numbers of an array of two dimensions. Throws `FormatError` if the value is something else.
    public func matrix<Element: Scalar>(as element: Element.Type = Float.self) throws -> Matrix<Element> {
        let tensor = try tensor(as: element)
        guard tensor.rank == 2 else { throw wrong("of two dimensions") }
        return tensor.matrix
    }

    /// Integers of an array or a list. Throws `FormatError` if the value is something else.
    public func integers() throws -> [Int] {
        switch self {
        case .array(let array): return try array.integers()
        case .list(let elements):
            return try elements.map {
                guard let integer = $0.integer else { throw wrong("a list of int") }
                return integer
            }
        default: throw wrong("an array or a list of int")
        }
    }

    /// The texts of an array or a list. Throws `FormatError` if the value is something else.
    public func strings() throws -> [String] {
        switch self {
        case .array(let array): return try array.strings()
        case .list(let elements):
            return try elements.map {
                guard let text = $0.string else { throw wrong("a list of str") }
                return text
            }
        default: throw wrong("an array or a list of str")
        }
    }

    private func wrong(_ expected: String) -> FormatError {
        FormatError(named: "a value of Python", "it", expected: expected, found: short)
    }
}
