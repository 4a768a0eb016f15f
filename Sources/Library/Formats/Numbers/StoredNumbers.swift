import Foundation
import Tensors

/// The numbers of an array as a file has them: their type, the order of their bytes and dimensions, and whose they are.
struct StoredNumbers: Sendable {
    let bytes: Bytes
    let type: NumberType
    /// The extent of each dimension.
    let shape: [Int]
    /// Whether the first dimension is the fastest.
    var isFortran = false
    var isBigEndian = false
    let url: URL
    /// What errors call the array.
    let what: String

    /// The numbers in row-major order.
    ///
    /// Throws `FormatError` if a number is none that `Element` can hold (see `Bytes.checkConversion`) or memory is short.
    func tensor<Element: Scalar>(as element: Element.Type = Element.self) throws -> Tensor<Element> {
        guard isFortran, shape.count > 1 else {
            return try bytes.tensor(of: type, shape: shape, bigEndian: isBigEndian, url, what)
        }
        let reversed: Tensor<Element> = try bytes.tensor(
            of: type, shape: shape.reversed(), bigEndian: isBigEndian, url, what)
        return reversed.reversingDimensions()
    }

    /// The numbers as integers in row-major order.
    ///
    /// Throws `FormatError` if they are floating-point numbers, or one is none that `Int` can hold.
    func integers() throws -> [Int] {
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
}
