import Foundation

/// A pickle of Python (`.pkl`, `.pickle`) that holds containers, numbers, texts and arrays of NumPy.
///
/// ```swift
/// let betas = try PickleFile.open("sub-01_organized_betas_task-train_hemi-left_normalized.pkl")
/// let responses = try betas[0].tensor()                   // trials x repeats x vertices
/// let names = try betas[1].strings()
/// ```
///
/// A pickle is a program, and none of it is run here: one that calls anything else is refused by what it calls.
public enum PickleFile {
    /// The value that a file holds, gzipped or not.
    ///
    /// Throws `FormatError` if the file is malformed, cut short, or calls something else.
    public static func open(_ file: some FileLocation) throws -> PythonValue {
        let file = try OpenFile(file.fileURL)
        let bytes = try file.unpackedBytes()
        do {
            return try PickleReader.value(of: bytes, file.url, "the file")
        } catch let error as FormatError {
            // Afterwards, since pickles of the protocols 0 and 1 may begin like other files.
            guard bytes.number(at: 0, as: UInt8.self) != 0x80, let kind = fileKind(bytes) else { throw error }
            throw FormatError(file.url, "is not a pickle (it is \(kind))")
        }
    }
}

/// Turns what a pickle holds into a value.
struct PickleReader {
    private let machine: Unpickler
    private let url: URL
    private let what: String
    /// Containers may share parts or hold themselves, so the walk is bounded instead of trusted to end.
    private var left = 20_000_000
    private static let depthLimit = 64

    /// The value of a pickle; objects are refused, or passed over as the names of their types if `namesObjects`.
    static func value(
        of bytes: Bytes, _ url: URL, _ what: String, namesObjects: Bool = false
    ) throws -> PythonValue {
        var machine = Unpickler(bytes, url, for: .data, namesObjects: namesObjects)
        let root = try machine.load()
        var reader = PickleReader(machine: machine, url: url, what: what)
        return try reader.value(root, depth: 0)
    }

    private init(machine: Unpickler, url: URL, what: String) {
        self.machine = machine
        self.url = url
        self.what = what
    }

    private mutating func value(_ value: PickleValue, depth: Int) throws -> PythonValue {
        left -= 1
        guard left > 0, depth < Self.depthLimit else {
            throw FormatError(url, "its pickle nests containers beyond what data does")
        }
        switch value {
        case .none: return .none
        case .boolean(let boolean): return .boolean(boolean)
        case .integer(let integer): return .integer(integer)
        case .number(let number): return .number(number)
        case .text(let text): return .text(text)
        case .bytes(let bytes): return .bytes(Array(bytes.data))
        case .oldText(let bytes):
            return String(data: bytes.data, encoding: .utf8).map(PythonValue.text)
                ?? .bytes(Array(bytes.data))
        case .sequence(let node):
            return .list(try machine.nodes[node].map { try self.value($0, depth: depth + 1) })
        case .dictionary(let node):
            let values = machine.nodes[node]
            return .dictionary(
                try stride(from: 0, to: values.count - 1, by: 2).map { index in
                    PythonValue.Entry(
                        key: try self.value(values[index], depth: depth + 1),
                        value: try self.value(values[index + 1], depth: depth + 1))
                })
        case .array(let index): return try array(machine.arrays[index], depth)
        case .type(let index): return .text(machine.types[index].kind)
        case .global(let name): return .text(name)
        case .other: throw FormatError(url, "its pickle holds a whole number of more than 64 bits")
        case .storage, .tensor:
            throw FormatError(url, "its pickle holds tensors of PyTorch; PyTorchFile reads it")
        }
    }

    private mutating func array(_ array: PickledArray, _ depth: Int) throws -> PythonValue {
        guard let type = array.type else {
            throw FormatError(url, "its pickle holds an array without contents")
        }
        if case .objects = type {
            guard let node = array.objects else {
                throw FormatError(url, "its pickle lacks the objects of an array")
            }
            let objects = try machine.nodes[node].map { try value($0, depth: depth + 1) }
            guard objects.count == byteCount(of: array.shape, .uint8) else {
                throw FormatError(
                    url, "an array of its pickle", expected: "\(array.shape) objects",
                    found: "\(objects.count)")
            }
            if array.shape.isEmpty { return objects[0] }
            // NumPy lists objects row after row, whatever the order of the array's memory is.
            return nested(objects[...], array.shape)
        }
        guard let bytes = array.bytes, NumPyArray.byteCount(array.shape, type) == bytes.count else {
            throw FormatError(
                url, "an array of its pickle", expected: "\(array.shape) elements of \(type.kind)",
                found: "\(array.bytes?.count ?? 0) bytes")
        }
        return .array(
            NumPyArray(
                element: type, shape: array.shape, isFortran: array.isFortran, bytes: bytes, url,
                "an array of \(what)"))
    }

    private func nested(_ objects: ArraySlice<PythonValue>, _ shape: [Int]) -> PythonValue {
        guard shape.count > 1, let extent = shape.first, extent > 0 else { return .list(Array(objects)) }
        let size = objects.count / extent
        return .list(
            (0..<extent).map { index in
                let start = objects.startIndex + index * size
                return nested(objects[start..<start + size], Array(shape.dropFirst()))
            })
    }
}

extension PickleFile {
    /// The value of a pickle of protocol 0, which is text, as PyTables stores lists in attributes.
    ///
    /// Such a pickle is of protocol 0, whose texts are Latin-1 with escapes for all other characters: the text's
    /// characters are its bytes. Objects are refused, or passed over as the names of their types if `namesObjects`.
    package static func value(
        ofText text: String, _ url: URL, namesObjects: Bool = false
    ) throws -> PythonValue {
        let latin = text.unicodeScalars.allSatisfy { $0.value < 256 }
        let bytes = latin ? text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } : Array(text.utf8)
        return try PickleReader.value(
            of: Bytes(copying: bytes), url, "an attribute", namesObjects: namesObjects)
    }
}

extension HDF5Dataset {
    /// The values that PyTables has pickled into sequences of bytes; nil of a dataset that holds something else.
    package func pickledValues() throws -> [PythonValue]? {
        guard case .list(let base)? = structure, case .number(.uint8) = base.element,
            case .lists(let lists) = try structured()
        else { return nil }
        return try lists.map { list in
            guard case .numbers(let numbers) = list else { return .none }
            return try PickleReader.value(of: numbers.bytes, file.url, what)
        }
    }
}
