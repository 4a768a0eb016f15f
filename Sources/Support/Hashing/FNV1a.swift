/// The 64-bit hash of Fowler, Noll and Vo (FNV-1a): quick, equal on every machine, no defence against forgery.
///
/// Different inputs have equal hashes with a chance of one in 2⁶⁴. Source: draft-eastlake-fnv.
@frozen
public struct FNV1a: Sendable {
    /// The hash of the bytes so far.
    public var value: UInt64 = 0xcbf2_9ce4_8422_2325

    @inlinable public init() {}

    /// The hash of some bytes.
    @inlinable
    public init(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { add(byte) }
    }

    /// Takes in a byte.
    @inlinable
    public mutating func add(_ byte: UInt8) {
        value = (value ^ UInt64(byte)) &* 0x100_0000_01b3
    }
}
