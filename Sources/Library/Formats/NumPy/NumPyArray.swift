import Foundation
import Tensors

/// An array of a `.npy` file or of a member of an `.npz` file.
///
/// ```swift
/// let responses = try NumPyArray.open("lh_training_fmri.npy").tensor().matrix
/// let names = try NumPyArray.open("image_names.npy").strings()
/// let mapping = try NumPyArray.open("mapping_floc-faces.npy").object()   // a pickled dictionary
/// try NumPyArray.write(fit.predict(features), to: "predictions.npy")
/// ```
///
/// Source: `numpy.lib.format`, versions 1.0 to 3.0.
public struct NumPyArray: Sendable {
    /// The extent of each dimension.
    public let shape: [Int]
    /// The type of the numbers; nil if it holds text, records or values of Python.
    public var type: NumberType? { if case .number(let type, _) = element { type } else { nil } }
    /// What an element is, in words: `float32`, `text`, `records of x, y`, `objects of Python`.
    public var elementKind: String { element.kind }

    let element: NumPyType
    let isFortran: Bool
    /// The elements, or the pickle of objects.
    let bytes: Bytes
    let url: URL
    /// What errors call the array.
    let what: String

    /// Reads a `.npy` file; what is saved there afterwards does not change the array.
    ///
    /// Throws `FormatError` if the file is malformed or is cut short.
    public static func open(_ file: some FileLocation) throws -> NumPyArray {
        let file = try OpenFile(file.fileURL)
        let url = file.url
        // The header alone at first, so that the numbers are read to an aligned place and need no second one.
        guard let head = try file.bytes(upTo: NumPyHeader.limit) else { throw FormatError(url, "is empty") }
        let (header, start) = try NumPyHeader.read(head, url, "the file")
        return try NumPyArray(header, url, "the file", from: start, of: file.count) {
            try file.bytes(at: start, count: $0)
        }
    }

    /// The numbers in row-major order, in `Float` or `Double`.
    ///
    /// Throws `FormatError` if the array holds no plain numbers, or a number does not fit there: an integer from 2^24
    /// (2^53) on that would be rounded, or a `Double` that is too large for a `Float`.
    public func tensor<Element: Scalar>(as element: Element.Type = Float.self) throws -> Tensor<Element> {
        try numbers("plain numbers").rowMajor()
    }

    /// The numbers as integers in row-major order.
    ///
    /// Throws `FormatError` if it holds something other than integers, or one that `Int` cannot hold.
    public func integers() throws -> [Int] { try numbers("integers").integers() }

    private func numbers(_ expected: String) throws -> StoredNumbers {
        guard case .number(let type, let isBigEndian) = element else { throw wrong(expected) }
        return StoredNumbers(
            bytes: bytes, type: type, shape: shape, isFortran: isFortran, isBigEndian: isBigEndian, url: url,
            what: what)
    }

    /// That the elements are something other than was asked for, and what reads them.
    func wrong(_ expected: String) -> FormatError {
        let hint: String =
            switch element {
            case .objects: ", which object() reads"
            case .unicode, .bytes: ", which strings() reads"
            case .record: ", which records() reads"
            case .complex: ", which complexParts() reads"
            default: ""
            }
        return FormatError(url, "the type of \(what)", expected: expected, found: element.kind + hint)
    }

    /// The array in the bytes of a member of an archive.
    init(_ file: Bytes, _ url: URL, _ what: String) throws {
        let (header, start) = try NumPyHeader.read(file, url, what)
        try self.init(header, url, what, from: start, of: file.count) { file.part(at: start, count: $0) }
    }

    private init(
        _ header: NumPyHeader, _ url: URL, _ what: String, from start: Int, of total: Int,
        data: (Int) throws -> Bytes?
    ) throws {
        // Of objects, a pickle of any length follows.
        let size =
            header.type.hasObjects
            ? Optional(max(0, total - start)) : Self.byteCount(header.shape, header.type)
        guard let size, let bytes = try data(size) else {
            throw FormatError(
                url, "the data of \(what)",
                expected: "\(header.shape) elements of \(header.type.kind)",
                found: "\(total - start) bytes (the file may be cut short)")
        }
        self.init(
            element: header.type, shape: header.shape, isFortran: header.isFortran, bytes: bytes, url, what)
    }

    /// An array of a pickle; the caller has checked that there are as many bytes as the shape needs.
    init(element: NumPyType, shape: [Int], isFortran: Bool, bytes: Bytes, _ url: URL, _ what: String) {
        self.element = element
        self.shape = shape
        self.isFortran = isFortran
        self.bytes = bytes
        self.url = url
        self.what = what
    }

    /// How many bytes the elements take, or nil if that overflows.
    static func byteCount(_ shape: [Int], _ type: NumPyType) -> Int? {
        guard let count = Formats.byteCount(of: shape + [max(1, type.byteCount)], .uint8),
            // Elements of no bytes could be without number.
            type.byteCount > 0 || count <= 1 << 24
        else { return nil }
        return shape.reduce(type.byteCount, *)
    }
}

extension NumPyArray {
    /// Writes a tensor as a `.npy` file of version 1.0, under a temporary name until it is whole.
    ///
    /// Throws `FormatError` if the file cannot be written.
    public static func write<Element: Scalar>(_ tensor: Tensor<Element>, to file: some FileLocation) throws {
        let url = file.fileURL
        let extents = tensor.shape.map { "\($0), " }.joined()
        let type = Element.self == Float.self ? "<f4" : "<f8"
        var header = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(extents)), }"
        // The data begins at a multiple of 64 bytes, as numpy has it.
        header += String(repeating: " ", count: 63 - (10 + header.utf8.count) % 64) + "\n"
        let prefix: [UInt8] =
            [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]
            + [UInt8(header.utf8.count & 0xff), UInt8(header.utf8.count >> 8)] + Array(header.utf8)
        try writeAtomically(to: url) { temporary in
            guard let file = fopen(temporary.path, "wb") else { throw FormatError(url, cannot: "created") }
            let whole =
                fwrite(prefix, 1, prefix.count, file) == prefix.count
                && tensor.withUnsafeBufferPointer { elements in
                    elements.isEmpty
                        || fwrite(elements.baseAddress, MemoryLayout<Element>.size, elements.count, file)
                            == elements.count
                }
            guard fclose(file) == 0, whole else { throw FormatError(url, cannot: "written") }
        }
    }

    /// Writes a matrix as a `.npy` file.
    public static func write<Element: Scalar>(_ matrix: Matrix<Element>, to file: some FileLocation) throws {
        try write(Tensor(matrix), to: file)
    }
}

extension Tensor {
    /// The tensor with its dimensions in the opposite order: element (i, j, k) becomes (k, j, i).
    package func reversingDimensions() -> Tensor {
        // Walks the result in order; `steps` leads to each element in this tensor, whose first dimension is now last.
        let result = Array(shape.reversed())
        var steps = [Int](repeating: 1, count: rank)
        for d in stride(from: rank - 2, through: 0, by: -1) { steps[d] = steps[d + 1] * shape[d + 1] }
        steps.reverse()
        return Tensor(shape: result) { target in
            withUnsafeBufferPointer { source in
                guard let last = result.last, last > 0, let step = steps.last, count > 0 else { return }
                var index = [Int](repeating: 0, count: rank)
                var offset = 0
                for start in stride(from: 0, to: count, by: last) {
                    for i in 0..<last { target[start + i] = source[offset + i * step] }
                    var d = rank - 2
                    while d >= 0 {
                        index[d] += 1
                        offset += steps[d]
                        if index[d] < result[d] { break }
                        offset -= steps[d] * result[d]
                        index[d] = 0
                        d -= 1
                    }
                }
            }
        }
    }
}
