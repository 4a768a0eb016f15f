import Foundation
import Tensors

/// Records of several fields, as compound datasets of HDF5 and structured arrays of NumPy hold them.
///
/// ```swift
/// let trials = try HDF5File.open("trials.h5").dataset("/trials").records()
/// trials.names                                        // ["onset", "condition", "position"]
/// try trials["position"].tensor().matrix              // records x 3
/// try DataTable(trials)                               // the same as a table
/// ```
public struct Records: Sendable {
    /// How many records there are.
    public let count: Int
    /// The fields in the file's order; each has `count` values.
    public let fields: [Field]
    let url: URL
    /// What errors call them.
    let what: String

    /// The names of the fields in the file's order.
    public var names: [String] { fields.map(\.name) }

    /// The field of a name. Throws `FormatError` if there is none.
    public subscript(name: String) -> Field {
        get throws {
            guard let field = fields.first(where: { $0.name == name }) else {
                throw FormatError(
                    url, "\(what) has no field \"\(name)\"; it has \(names.joined(separator: ", "))")
            }
            return field
        }
    }

    /// One field of all records.
    public struct Field: Sendable {
        /// The name.
        public let name: String
        let content: Content
        let url: URL
        let what: String

        indirect enum Content: Sendable {
            case numbers(StoredNumbers)
            /// The texts, or the names of an enumeration's members.
            case texts([String])
            /// As many texts of each record, record after record.
            case textArrays([String], each: Int)
            case records(Records)
            case lists([Content])
            case references([HDF5Reference])
            case bytes([[UInt8]])
            case unreadable(String)
        }
    }
}

extension Records.Field {
    /// The numbers as a tensor: records, and then the extents of what one record has.
    ///
    /// Throws `FormatError` if the field holds no numbers, or one that `Element` cannot hold.
    public func tensor<Element: Scalar>(as element: Element.Type = Float.self) throws -> Tensor<Element> {
        guard case .numbers(let numbers) = content else { throw wrong("numbers") }
        return try numbers.tensor(as: element)
    }

    /// The numbers as integers, record after record.
    ///
    /// Throws `FormatError` if the field holds no integers, or one that `Int` cannot hold.
    public func integers() throws -> [Int] {
        guard case .numbers(let numbers) = content else { throw wrong("integers") }
        return try numbers.integers()
    }

    /// The texts, or the names of an enumeration's members, one a record.
    ///
    /// Throws `FormatError` if the field holds something else, also several texts a record (`textLists()`).
    public func strings() throws -> [String] {
        guard case .texts(let texts) = content else { throw wrong("text") }
        return texts
    }

    /// The records within each record; of an array of records, each field has the array's extents.
    ///
    /// Throws `FormatError` if the field holds something else.
    public func records() throws -> Records {
        guard case .records(let records) = content else { throw wrong("records") }
        return records
    }

    /// The lists of numbers of different lengths, one a record. Throws `FormatError` if the field holds something else.
    public func lists() throws -> [[Double]] {
        guard case .lists(let lists) = content else { throw wrong("lists of numbers") }
        return try lists.map { list in
            guard case .numbers(let numbers) = list else { throw wrong("lists of numbers") }
            return try numbers.tensor(as: Double.self).elements
        }
    }

    /// The lists of texts, of different lengths or all of one, one a record.
    ///
    /// Throws `FormatError` if the field holds something else.
    public func textLists() throws -> [[String]] {
        if case .textArrays(let texts, let each) = content {
            return (0..<texts.count / max(1, each)).map { Array(texts[$0 * each..<($0 + 1) * each]) }
        }
        guard case .lists(let lists) = content else { throw wrong("lists of texts") }
        return try lists.map { list in
            guard case .texts(let texts) = list else { throw wrong("lists of texts") }
            return texts
        }
    }

    /// The references to objects or their parts. Throws `FormatError` if the field holds something else.
    public func references() throws -> [HDF5Reference] {
        guard case .references(let references) = content else { throw wrong("references") }
        return references
    }

    /// What the field holds, in words.
    public var kind: String {
        switch content {
        case .numbers(let numbers):
            numbers.type.rawValue
                + (numbers.shape.count > 1
                    ? " (\(numbers.shape.dropFirst().map(String.init).joined(separator: " x ")) each)" : "")
        case .texts: "text"
        case .textArrays(_, let each): "text (\(each) each), which textLists() reads"
        case .records(let records): "records of \(records.names.joined(separator: ", "))"
        case .lists: "lists"
        case .references: "references"
        case .bytes: "bytes"
        case .unreadable(let reason): reason
        }
    }

    /// The numbers, for a table's column.
    package var numbers: (type: NumberType, shape: [Int])? {
        if case .numbers(let numbers) = content { (numbers.type, numbers.shape) } else { nil }
    }

    /// All texts, record after record, and how many a record has if that is part of the field's type.
    package var texts: (all: [String], each: Int?)? {
        switch content {
        case .texts(let texts): (texts, nil)
        case .textArrays(let texts, let each): (texts, each)
        default: nil
        }
    }

    private func wrong(_ expected: String) -> FormatError {
        FormatError(url, "field \"\(name)\" of \(what)", expected: expected, found: kind)
    }
}

extension NumberType {
    /// Whether the numbers may have fractions.
    package var hasFractions: Bool { [.float16, .bfloat16, .float32, .float64].contains(self) }
}
