import Tensors

/// Numbers of 16 bits as a file has them, which are widened only when they are wanted.
package struct HalfNumbers: Sendable {
    private let bytes: Bytes
    private let type: NumberType
    /// How many numbers there are.
    package let count: Int

    /// The numbers of a type of 16 bits; nil for another type or another order of bytes.
    init?(_ bytes: Bytes, _ type: NumberType, count: Int, bigEndian: Bool = false) {
        guard type == .float16 || type == .bfloat16, !bigEndian else { return nil }
        self.bytes = bytes
        self.type = type
        self.count = count
    }

    /// Widens all numbers into `target`, exactly.
    package func widen(into target: UnsafeMutableBufferPointer<Float>) {
        precondition(target.count == count)
        bytes.decode(type, into: target)
    }

    /// How many of them are NaN or infinite.
    package func countOfNonFinite() -> Int {
        let exponent: UInt16 = type == .float16 ? 0x7c00 : 0x7f80
        return withExtendedLifetime(bytes.owner) {
            var found = 0
            for index in 0..<count {
                let bits = bytes.buffer.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)
                found &+= UInt16(littleEndian: bits) & exponent == exponent ? 1 : 0
            }
            return found
        }
    }
}

extension Safetensors {
    /// A tensor's numbers as the file has them; nil if they are not of 16 bits, or there is none of that name.
    ///
    /// Throws `FormatError` if they cannot be read.
    package func halves(_ name: String) throws -> HalfNumbers? {
        guard let entry = entries[name], entry.type.byteCount == 2 else { return nil }
        return HalfNumbers(try entry.region.bytes(), entry.type, count: entry.shape.reduce(1, *))
    }
}

extension PyTorchFile {
    /// A tensor's numbers as the file has them; nil if they are not of 16 bits and in order, or there is none of that
    /// name.
    ///
    /// Throws `FormatError` if they cannot be read.
    package func halves(_ name: String) throws -> HalfNumbers? {
        guard let entry = entries[name], entry.isInOrder, entry.type.byteCount == 2 else { return nil }
        let (_, bytes, _) = try read(name)
        return HalfNumbers(
            bytes, entry.type, count: entry.shape.reduce(1, *), bigEndian: entry.isBigEndian)
    }
}
