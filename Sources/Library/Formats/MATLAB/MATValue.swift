import Foundation
import Tensors

/// A value of a MATLAB file: an array of numbers or text, a cell array or a struct, with everything nested in them.
///
/// ```swift
/// let meta = try MATFile.open("examples_384sentences.mat")["meta"]
/// let coordinates = try meta["colToCoord"].matrix()          // voxels x 3
/// let names = try meta["roisGordon"].strings()
/// ```
///
/// Indices begin at 0, as everywhere in Swift. Unreadable values (function handles, class objects) appear in the
/// tree by name; asking for their contents throws an error that says why.
public struct MATValue: Sendable {
    /// MATLAB's name of the class: `double`, `single`, `int8` … `uint64`, `logical`, `char`, `cell`, `struct`,
    /// `function_handle`, or an object's class.
    public let className: String
    /// The extents: rows, columns and any further ones; a struct or a number alone has `[1, 1]`.
    public let shape: [Int]
    let content: Content
    let place: MATPlace

    enum Content: Sendable {
        case numbers(MATNumbers, imaginary: MATNumbers?)
        /// UTF-16, column after column.
        case text([UInt16])
        /// Column after column.
        case cells([MATValue])
        /// The values of all fields of the first element, then those of the second, column after column.
        case structs(fields: [String], values: [MATValue])
        case sparse(MATSparse)
        /// Why nothing can be read.
        case unreadable(String)
    }

    /// How many elements there are, the product of the extents.
    public var count: Int { shape.reduce(1, *) }

    /// The file that the value is from.
    package var url: URL { place.url }
}

/// Where a value lies: the file, and the expression that gives it in MATLAB.
struct MATPlace: Sendable {
    let url: URL
    let path: String

    var what: String { "\"\(path)\"" }

    func field(_ name: String) -> MATPlace { MATPlace(url: url, path: "\(path).\(name)") }
    func cell(_ index: Int) -> MATPlace { MATPlace(url: url, path: "\(path){\(index + 1)}") }
    func element(_ index: Int) -> MATPlace { MATPlace(url: url, path: "\(path)(\(index + 1))") }

    func error(_ problem: String) -> FormatError { FormatError(url, "\(what) \(problem)") }
}

/// Numbers in memory, or in a dataset from which they are read when they are asked for.
enum MATNumbers: Sendable {
    case memory(StoredNumbers)
    /// A dataset of version 7.3, whose extents are in the reverse order.
    case dataset(HDF5Dataset)

    var type: NumberType {
        switch self {
        case .memory(let numbers): numbers.type
        case .dataset(let dataset): dataset.type ?? .float64
        }
    }

    func tensor<Element: Scalar>(as element: Element.Type, shape: [Int]) throws -> Tensor<Element> {
        switch self {
        case .memory(let numbers): try numbers.rowMajor(as: element)
        case .dataset(let dataset):
            try dataset.tensor(as: element).reversingDimensions().reshaped(to: shape)
        }
    }

    /// The numbers as integers in row-major order; nil if their type is one of fractions.
    func integers() throws -> [Int]? {
        guard ![.float16, .bfloat16, .float32, .float64].contains(type) else { return nil }
        switch self {
        case .memory(let numbers): return try numbers.integers()
        case .dataset(let dataset):
            return reversingIntegers(try dataset.integers(), shape: dataset.shape)
        }
    }
}

/// Integers of an array of some extents, in the order in which the first dimension is the slowest if it was the fastest.
private func reversingIntegers(_ integers: [Int], shape: [Int]) -> [Int] {
    guard shape.count > 1 else { return integers }
    // Positions are exact in double precision up to 2^53.
    let order = Tensor<Double>(shape: shape, elements: integers.indices.map(Double.init))
    return order.reversingDimensions().elements.map { integers[Int($0)] }
}

/// A sparse matrix: the numbers that are not zero, column after column.
struct MATSparse: Sendable {
    /// The row of each number.
    let rows: [Int]
    /// Where each column begins among the numbers, and at last how many there are.
    let starts: [Int]
    let values: [Double]
    let imaginary: [Double]?

    /// Throws `FormatError` unless rows and columns lie within the shape and in order.
    init(
        rows: [Int], starts: [Int], values: [Double], imaginary: [Double]?, shape: [Int], _ place: MATPlace
    ) throws {
        guard shape.count == 2, starts.count == shape[1] + 1, starts.first == 0 else {
            throw place.error(
                "is a sparse matrix of shape \(shape) with \(starts.count) starts of columns; one more than columns was expected, the first 0"
            )
        }
        let count = starts[shape[1]]
        guard zip(starts, starts.dropFirst()).allSatisfy({ $0 <= $1 }), rows.count >= count,
            values.count >= count, imaginary?.count ?? count >= count
        else {
            throw place.error(
                "is a sparse matrix that claims \(count) numbers, and has \(rows.count) rows and \(values.count) numbers"
            )
        }
        if let row = rows.prefix(count).first(where: { $0 < 0 || $0 >= shape[0] }) {
            throw place.error("is a sparse matrix of \(shape[0]) rows with a number in row \(row)")
        }
        self.rows = Array(rows.prefix(count))
        self.starts = starts
        self.values = Array(values.prefix(count))
        self.imaginary = imaginary.map { Array($0.prefix(count)) }
    }

    /// The numbers, or their imaginary parts, as a matrix with zeros; repeated entries are summed, as in MATLAB.
    func dense<Element: Scalar>(_ numbers: [Double], shape: [Int]) -> Tensor<Element> {
        var result = Tensor<Element>(shape: shape)
        result.withUnsafeMutableBufferPointer { target in
            for column in 0..<shape[1] {
                for index in starts[column]..<starts[column + 1] {
                    target[rows[index] * shape[1] + column] += Element(numbers[index])
                }
            }
        }
        return result
    }
}
