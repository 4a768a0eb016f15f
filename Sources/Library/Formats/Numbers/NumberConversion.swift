import Foundation
import Tensors

extension Bytes {
    /// Throws `FormatError` if one of the first `count` numbers cannot be held by `Element`.
    ///
    /// That is an integer that would be rounded (from 2^24 on in `Float`, from 2^53 on in `Double`: two labels could
    /// become one), and a finite number that would become infinite. Fractions are rounded as usual.
    package func checkConversion<Element: Scalar>(
        of type: NumberType, count: Int, bigEndian: Bool = false, to: Element.Type, _ url: URL, _ what: String
    ) throws {
        guard let (index, number) = firstMisfit(type, count, bigEndian, to) else { return }
        let hint = Element.self == Float.self ? "; ask for Double or integers" : "; ask for integers"
        throw FormatError(
            url, "\(what) holds \(number) as its element \(index), which \(Element.self) cannot hold\(hint)")
    }

    private func firstMisfit<Element: Scalar>(
        _ type: NumberType, _ count: Int, _ bigEndian: Bool, _: Element.Type
    ) -> (index: Int, number: String)? {
        precondition(self.count >= count * type.byteCount)
        guard let from = buffer.baseAddress else { return nil }
        let isSingle = Element.self == Float.self
        return withExtendedLifetime(owner) {
            switch type {
            case .int32 where isSingle: firstInexact(from, Int32.self, Element.self, count, bigEndian)
            case .uint32 where isSingle: firstInexact(from, UInt32.self, Element.self, count, bigEndian)
            case .int64: firstInexact(from, Int64.self, Element.self, count, bigEndian)
            case .uint64: firstInexact(from, UInt64.self, Element.self, count, bigEndian)
            case .float64 where isSingle: firstOverflow(from, count, bigEndian)
            default: nil
            }
        }
    }
}

@_specialize(where From == Int32, To == Float)
@_specialize(where From == UInt32, To == Float)
@_specialize(where From == Int64, To == Float)
@_specialize(where From == Int64, To == Double)
@_specialize(where From == UInt64, To == Float)
@_specialize(where From == UInt64, To == Double)
private func firstInexact<From: FixedWidthInteger, To: Scalar>(
    _ from: UnsafeRawPointer, _: From.Type, _: To.Type, _ count: Int, _ bigEndian: Bool
) -> (index: Int, number: String)? {
    let limit = From.Magnitude(1) << (To.self == Float.self ? 24 : 53)
    for index in 0..<count {
        let raw = from.loadUnaligned(fromByteOffset: index * MemoryLayout<From>.size, as: From.self)
        let value = bigEndian ? From(bigEndian: raw) : From(littleEndian: raw)
        if value.magnitude <= limit { continue }
        let isExact = To.self == Float.self ? Float(exactly: value) != nil : Double(exactly: value) != nil
        if !isExact { return (index, "\(value)") }
    }
    return nil
}

private func firstOverflow(_ from: UnsafeRawPointer, _ count: Int, _ bigEndian: Bool) -> (
    index: Int, number: String
)? {
    // Half of the last unit more would still be rounded down to the largest number.
    let limit = Double(Float.greatestFiniteMagnitude) * (1 + 0x1p-25)
    for index in 0..<count {
        let raw = from.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self)
        let value = Double(bitPattern: bigEndian ? UInt64(bigEndian: raw) : UInt64(littleEndian: raw))
        if value.magnitude >= limit, value.magnitude < .infinity { return (index, "\(value)") }
    }
    return nil
}
