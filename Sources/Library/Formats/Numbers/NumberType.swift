import Foundation
import Tensors

/// The types of number that files hold; every one is read as `Float` or `Double`, if its numbers fit there.
public enum NumberType: String, Sendable, CaseIterable {
    case float16, bfloat16, float32, float64
    case int8, int16, int32, int64
    case uint8, uint16, uint32, uint64
    case bool

    /// How many bytes one number takes.
    public var byteCount: Int {
        switch self {
        case .int8, .uint8, .bool: 1
        case .float16, .bfloat16, .int16, .uint16: 2
        case .float32, .int32, .uint32: 4
        case .float64, .int64, .uint64: 8
        }
    }
}

extension Bytes {
    /// The bytes as a tensor: in place if they are `Element`s of this machine and aligned, else converted.
    ///
    /// The caller has checked that there are as many bytes as `shape` needs. Throws `FormatError` if a number is none
    /// that `Element` can hold (see `checkConversion`) or memory is short.
    package func tensor<Element: Scalar>(
        of type: NumberType, shape: [Int], bigEndian: Bool = false, as element: Element.Type = Element.self,
        _ url: URL, _ what: String
    ) throws -> Tensor<Element> {
        let isNative =
            type == .float32 && element == Float.self || type == .float64 && element == Double.self
        if isNative, !bigEndian, let base = buffer.baseAddress,
            Int(bitPattern: base) % MemoryLayout<Element>.alignment == 0
        {
            return Tensor(shape: shape, storage: Storage(borrowing: base, from: owner))
        }
        let count = shape.reduce(1, *)
        try requireMemory(count * MemoryLayout<Element>.stride, for: what, url)
        try checkConversion(of: type, count: count, bigEndian: bigEndian, to: element, url, what)
        return Tensor(shape: shape) { target in decode(type, bigEndian: bigEndian, into: target) }
    }

    /// Converts the first `target.count` numbers.
    package func decode<Element: Scalar>(
        _ type: NumberType, bigEndian: Bool = false, into target: UnsafeMutableBufferPointer<Element>
    ) {
        precondition(count >= target.count * type.byteCount)
        guard let to = target.baseAddress, let from = buffer.baseAddress else { return }
        withExtendedLifetime(owner) {
            if !bigEndian, let to = to as? UnsafeMutablePointer<Float>, type == .float16 || type == .bfloat16
            {
                let convert = type == .float16 ? Kernels.fromHalf : Kernels.fromBFloat16
                return convert(from, to, target.count)
            }
            convert(from, type, bigEndian: bigEndian, into: to, count: target.count)
        }
    }

    /// The numbers as integers; nil of a floating-point type, since what follows the point would be lost.
    ///
    /// Throws `FormatError` if a number of 64 bits without sign is too large for `Int`.
    package func integers(
        of type: NumberType, count: Int, bigEndian: Bool = false, _ url: URL, _ what: String
    ) throws -> [Int]? {
        precondition(self.count >= count * type.byteCount)
        func all<T: FixedWidthInteger>(_: T.Type) throws -> [Int] {
            try requireMemory(count * 8, for: what, url)
            return try withExtendedLifetime(owner) {
                try (0..<count).map {
                    let raw = buffer.loadUnaligned(fromByteOffset: $0 * MemoryLayout<T>.size, as: T.self)
                    let value = bigEndian ? T(bigEndian: raw) : T(littleEndian: raw)
                    guard let integer = Int(exactly: value) else {
                        throw FormatError(
                            url,
                            "\(what) holds \(value) as its element \($0), which is more than Int can hold")
                    }
                    return integer
                }
            }
        }
        return switch type {
        case .float16, .bfloat16, .float32, .float64: nil
        case .int8: try all(Int8.self)
        case .int16: try all(Int16.self)
        case .int32: try all(Int32.self)
        case .int64: try all(Int64.self)
        case .uint8, .bool: try all(UInt8.self)
        case .uint16: try all(UInt16.self)
        case .uint32: try all(UInt32.self)
        case .uint64: try all(UInt64.self)
        }
    }
}

@_specialize(where To == Float)
@_specialize(where To == Double)
private func convert<To: Scalar>(
    _ from: UnsafeRawPointer, _ type: NumberType, bigEndian: Bool, into to: UnsafeMutablePointer<To>,
    count: Int
) {
    switch type {
    case .float16:
        each(from, UInt16.self, bigEndian, to, count) { bits in
            var value: Float = 0
            withUnsafeBytes(of: bits) { source in
                if let base = source.baseAddress { Kernels.fromHalf(base, into: &value, count: 1) }
            }
            return To(value)
        }
    case .bfloat16: each(from, UInt16.self, bigEndian, to, count) { To(Float(bitPattern: UInt32($0) << 16)) }
    case .float32: each(from, UInt32.self, bigEndian, to, count) { To(Float(bitPattern: $0)) }
    case .float64: each(from, UInt64.self, bigEndian, to, count) { To(Double(bitPattern: $0)) }
    case .int8: each(from, Int8.self, bigEndian, to, count) { To($0) }
    case .int16: each(from, Int16.self, bigEndian, to, count) { To($0) }
    case .int32: each(from, Int32.self, bigEndian, to, count) { To($0) }
    case .int64: each(from, Int64.self, bigEndian, to, count) { To($0) }
    case .uint8: each(from, UInt8.self, bigEndian, to, count) { To($0) }
    case .uint16: each(from, UInt16.self, bigEndian, to, count) { To($0) }
    case .uint32: each(from, UInt32.self, bigEndian, to, count) { To($0) }
    case .uint64: each(from, UInt64.self, bigEndian, to, count) { To($0) }
    case .bool: each(from, UInt8.self, bigEndian, to, count) { $0 == 0 ? 0 : 1 }
    }
}

@inline(__always)
private func each<From: FixedWidthInteger, To: Scalar>(
    _ from: UnsafeRawPointer, _: From.Type, _ bigEndian: Bool, _ to: UnsafeMutablePointer<To>, _ count: Int,
    _ convert: (From) -> To
) {
    for i in 0..<count {
        let raw = from.loadUnaligned(fromByteOffset: i * MemoryLayout<From>.size, as: From.self)
        to[i] = convert(bigEndian ? From(bigEndian: raw) : From(littleEndian: raw))
    }
}

/// The product of `shape` and the size of a number, or nil if an extent is negative or the product overflows.
package func byteCount(of shape: [Int], _ type: NumberType) -> Int? {
    // Zeros are left out at first: `[0, huge, huge]` must not pass here and overflow in another order of extents.
    // Two factors of 8 are kept free, so that the same numbers as `Double` do not overflow either.
    var count = 8
    for extent in shape where extent != 0 {
        let (product, overflow) = count.multipliedReportingOverflow(by: extent)
        guard extent > 0, !overflow else { return nil }
        count = product
    }
    return shape.contains(0) ? 0 : count / 8 * type.byteCount
}
