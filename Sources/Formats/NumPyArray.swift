import Foundation
import Tensors

/// An array of a `.npy` file or of a member of an `.npz` file.
///
/// ```swift
/// let responses = try NumPyArray.open(URL(fileURLWithPath: "lh_training_fmri.npy")).tensor().matrix
/// try NumPyArray.write(scores, to: URL(fileURLWithPath: "scores.npy"))
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

    /// Opens a `.npy` file; the file is mapped and an aligned f4 array in C order is not copied.
    ///
    /// Throws `FormatError` where the file is malformed, is cut short, or holds something other than plain numbers.
    public static func open(_ url: URL) throws -> NumPyArray {
        try NumPyArray(try Bytes(mapping: url), url, "the file")
    }

    /// The array in row-major order, in `Float` or `Double`.
    public func tensor<Element: Scalar>(as element: Element.Type = Float.self) -> Tensor<Element> {
        guard isFortran, shape.count > 1 else {
            return bytes.tensor(of: type, shape: shape, bigEndian: isBigEndian)
        }
        let reversed: Tensor<Element> = bytes.tensor(
            of: type, shape: shape.reversed(), bigEndian: isBigEndian)
        return reversed.reversingDimensions()
    }

    /// The array as integers in row-major order.
    ///
    /// Throws `FormatError` where it holds floating-point numbers.
    public func integers() throws -> [Int] {
        let count = shape.reduce(1, *)
        guard let integers = bytes.integers(of: type, count: count, bigEndian: isBigEndian) else {
            throw FormatError(url, "the type of the array", expected: "integer", found: type.rawValue)
        }
        guard isFortran, shape.count > 1 else { return integers }
        // Positions are exact in double precision up to 2^53, so the permutation can be had from the tensor.
        let order = Tensor<Double>(shape: shape.reversed(), elements: (0..<count).map(Double.init))
        return order.reversingDimensions().elements.map { integers[Int($0)] }
    }

    init(_ file: Bytes, _ url: URL, _ what: String) throws {
        let magic: [UInt8] = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]
        guard file.count >= 10, file.buffer[..<6].elementsEqual(magic) else {
            throw FormatError(url, "\(what) does not begin as a NumPy array does")
        }
        let version = file.buffer[6]
        let length = version == 1 ? file.number(at: 8, as: UInt16.self).map(Int.init) : nil
        let longLength =
            version == 2 || version == 3 ? file.number(at: 8, as: UInt32.self).map(Int.init) : nil
        guard let length = length ?? longLength else {
            throw FormatError(url, "the version of \(what)", expected: "1, 2 or 3", found: "\(version)")
        }
        let start = version == 1 ? 10 : 12
        guard let text = file.part(at: start, count: length) else {
            throw FormatError(
                url, "the header of \(what)", expected: "inside its \(file.count) bytes",
                found: "\(length) bytes long")
        }
        let header = try NumPyHeader(String(decoding: text.data, as: UTF8.self), url, what)
        guard let size = byteCount(of: header.shape, header.type),
            let bytes = file.part(at: start + length, count: size)
        else {
            throw FormatError(
                url, "the data of \(what)",
                expected: "\(header.shape) numbers of type \(header.type.rawValue)",
                found: "\(file.count - start - length) bytes (the file may be cut short)")
        }
        shape = header.shape
        type = header.type
        isFortran = header.isFortran
        isBigEndian = header.isBigEndian
        self.bytes = bytes
        self.url = url
    }
}

extension NumPyArray {
    /// Writes a tensor as a `.npy` file of version 1.0, under a temporary name until it is whole.
    ///
    /// Throws `FormatError` where the file cannot be written.
    public static func write<Element: Scalar>(_ tensor: Tensor<Element>, to url: URL) throws {
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
    public static func write<Element: Scalar>(_ matrix: Matrix<Element>, to url: URL) throws {
        try write(Tensor(matrix), to: url)
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
