/// A datatype as a header describes it, looked at before libhdf5 1.10 takes it apart: that reads beyond the end of a
/// damaged one, and believes the sizes and places of its parts.
///
/// Source: HDF5 file format specification 3.0, section IV.A.2.d.
struct HDF5DatatypeMessage {
    private enum Kind: UInt64 {
        case integer, float, time, string, bits, opaque, compound, reference, enumeration, sequence, array
    }

    /// How many bytes an element has in the file.
    let byteCount: Int
    private let kind: Kind

    private static let newestVersion = 3
    private static let depthLimit = 16
    private static let rankLimit = 32

    /// Looks at a type; throws `HDF5MessageDamage` if it cannot be as it says.
    init(_ reader: inout HDF5MessageReader, addressSize: Int, depth: Int = 0) throws {
        guard depth < Self.depthLimit else { throw HDF5MessageDamage("has a type that is nested too deep") }
        let head = try reader.next(4)
        let (version, bits) = (Int(head >> 4 & 15), Int(head >> 8))
        byteCount = try reader.small(4)
        guard (1...Self.newestVersion).contains(version) else {
            throw HDF5MessageDamage("a type", version: version)
        }
        guard let kind = Kind(rawValue: head & 15), byteCount > 0 else {
            throw HDF5MessageDamage("has a type of no kind, or of no bytes")
        }
        self.kind = kind
        let inner = { (reader: inout HDF5MessageReader) in
            try HDF5DatatypeMessage(&reader, addressSize: addressSize, depth: depth + 1)
        }
        var isSound = true
        switch kind {
        case .integer, .bits: isSound = try Self.holdsBits(byteCount, &reader) > 0
        case .float:
            let precision = try Self.holdsBits(byteCount, &reader)
            let (exponent, exponentSize) = (try reader.small(1), try reader.small(1))
            let (mantissa, mantissaSize) = (try reader.small(1), try reader.small(1))
            try reader.skip(4)
            isSound =
                (1...63).contains(exponentSize) && exponent + exponentSize <= precision
                && mantissaSize > 0 && mantissa + mantissaSize <= precision && bits >> 8 & 255 < precision
        case .time: try reader.skip(2)
        case .string: isSound = bits & 15 <= 2
        case .opaque: try reader.skip(bits & 255)
        case .compound:
            isSound = try Self.holdsMembers(
                bits & 0xffff, version, byteCount, &reader, inner)
        case .reference:
            let size = [0: 8, 1: 12][bits & 15] ?? 0
            isSound = byteCount == size || byteCount == size - 8 + addressSize
        case .enumeration:
            let base = try inner(&reader)
            isSound = base.kind == .integer && base.byteCount == byteCount
            for _ in 0..<bits & 0xffff { try reader.skipText(isPadded: version < 3) }
            try reader.skip((bits & 0xffff) * byteCount)
        case .sequence:
            _ = try inner(&reader)
            isSound = bits & 15 <= 1 && byteCount == 8 + addressSize
        case .array:
            let rank = try reader.small(1)
            if version < 3 { try reader.skip(3) }
            guard (1...Self.rankLimit).contains(rank) else {
                throw HDF5MessageDamage("has a type of \(rank) dimensions")
            }
            let count = try Self.product((0..<rank).map { _ in try reader.small(4) })
            if version < 3 { try reader.skip(4 * rank) }
            isSound = try Self.product([count, inner(&reader).byteCount]) == byteCount
        }
        guard isSound else {
            throw HDF5MessageDamage("has a type whose parts do not fit into its \(byteCount) bytes")
        }
    }

    /// The precision of a number, whose bits lie inside of it; zero if they do not.
    private static func holdsBits(_ byteCount: Int, _ reader: inout HDF5MessageReader) throws -> Int {
        let (offset, precision) = (try reader.small(2), try reader.small(2))
        return offset + precision <= 8 * byteCount ? precision : 0
    }

    /// Whether the members of a compound lie inside of it, and none in another.
    private static func holdsMembers(
        _ count: Int, _ version: Int, _ byteCount: Int, _ reader: inout HDF5MessageReader,
        _ inner: (inout HDF5MessageReader) throws -> HDF5DatatypeMessage
    ) throws -> Bool {
        // From version 3 on an offset has as many bytes as the size needs.
        let offsetSize = version < 3 ? 4 : (byteCount.bitWidth - byteCount.leadingZeroBitCount + 7) / 8
        var places: [Range<Int>] = []
        for _ in 0..<count {
            try reader.skipText(isPadded: version < 3)
            let offset = try reader.small(offsetSize)
            var factor = 1
            if version == 1 {
                let rank = try reader.small(1)
                try reader.skip(11)
                let extents = try (0..<4).map { _ in try reader.small(4) }
                guard rank <= 4 else { return false }
                factor = try product(Array(extents.prefix(rank)))
            }
            let size = try product([factor, inner(&reader).byteCount])
            guard size > 0, offset + size <= byteCount else { return false }
            places.append(offset..<offset + size)
        }
        places.sort { $0.lowerBound < $1.lowerBound }
        return count > 0 && zip(places, places.dropFirst()).allSatisfy { $0.upperBound <= $1.lowerBound }
    }

    private static func product(_ numbers: [Int]) throws -> Int {
        try numbers.reduce(1) { product, number in
            let (next, overflow) = product.multipliedReportingOverflow(by: number)
            guard !overflow, next < 1 << 32 else {
                throw HDF5MessageDamage("has a type whose extents are too large")
            }
            return next
        }
    }
}
