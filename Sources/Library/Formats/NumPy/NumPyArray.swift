import Foundation
import Tensors

/// An array of a `.npy` file or of a member of an `.npz` file.
///
/// ```swift
/// let responses = try NumPyArray.open("lh_training_fmri.npy").tensor().matrix
/// try NumPyArray.write(fit.predict(features), to: "predictions.npy")
/// ```
///
/// Source: `numpy.lib.format`, versions 1.0 to 3.0.
public struct NumPyArray: Sendable {
    /// The extent of each dimension.
    public let shape: [Int]
    /// The type of the numbers.
    public let type: NumberType
    private let isFortran: Bool
    private let isBigEndian: Bool
    private let bytes: Bytes
    private let url: URL
    /// What errors call the array.
    private let what: String

    /// Reads a `.npy` file; what is saved there afterwards does not change the array.
    ///
    /// Throws `FormatError` if the file is malformed, is cut short, or holds something other than plain numbers.
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

    /// The array in row-major order, in `Float` or `Double`.
    ///
    /// Throws `FormatError` if a number does not fit there: an integer from 2^24 (2^53) on that would be rounded, or
    /// a `Double` that is too large for a `Float`.
    public func tensor<Element: Scalar>(as element: Element.Type = Float.self) throws -> Tensor<Element> {
        guard isFortran, shape.count > 1 else {
            return try bytes.tensor(of: type, shape: shape, bigEndian: isBigEndian, url, what)
        }
        let reversed: Tensor<Element> = try bytes.tensor(
            of: type, shape: shape.reversed(), bigEndian: isBigEndian, url, what)
        return reversed.reversingDimensions()
    }

    /// The array as integers in row-major order.
    ///
    /// Throws `FormatError` if it holds floating-point numbers, or one that `Int` cannot hold.
    public func integers() throws -> [Int] {
        let count = shape.reduce(1, *)
        guard let integers = try bytes.integers(of: type, count: count, bigEndian: isBigEndian, url, what)
        else {
            throw FormatError(url, "the type of \(what)", expected: "integer", found: type.rawValue)
        }
        guard isFortran, shape.count > 1 else { return integers }
        // Positions are exact in double precision up to 2^53, so the permutation can be had from the tensor.
        let order = Tensor<Double>(shape: shape.reversed(), elements: (0..<count).map(Double.init))
        return order.reversingDimensions().elements.map { integers[Int($0)] }
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
        guard let size = byteCount(of: header.shape, header.type), let bytes = try data(size) else {
            throw FormatError(
                url, "the data of \(what)",
                expected: "\(header.shape) numbers of type \(header.type.rawValue)",
                found: "\(total - start) bytes (the file may be cut short)")
        }
        shape = header.shape
        type = header.type
        isFortran = header.isFortran
        isBigEndian = header.isBigEndian
        self.bytes = bytes
        self.url = url
        self.what = what
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
