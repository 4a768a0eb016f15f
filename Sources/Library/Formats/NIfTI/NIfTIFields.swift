import Foundation

/// The fields of a NIfTI-1 or NIfTI-2 header that matter, as the file has them.
///
/// Source: `nifti1.h` and `nifti2.h`.
struct NIfTIFields {
    /// Whether the file is NIfTI-2.
    let isSecond: Bool
    let isBigEndian: Bool
    /// The extents of the dimensions that there are.
    let dim: [Int]
    /// The length of a vector that FreeSurfer wrote.
    let glmin: Int
    let datatype: Int16
    let offset: Int
    let pixdim: [Double]
    let slope: Double
    let intercept: Double
    let units: UInt8
    let qformCode: Int
    let sformCode: Int
    let quaternion: [Double]
    let qoffset: [Double]
    /// Three rows of four.
    let sform: [[Double]]
    let intent: Int

    private static let lengths: [Int32] = [348, 540]

    init(_ bytes: Bytes, _ url: URL) throws {
        let length = bytes.number(at: 0, as: Int32.self) ?? 0
        let isBigEndian = Self.lengths.contains(length.byteSwapped)
        let size = isBigEndian ? length.byteSwapped : length
        guard Self.lengths.contains(size), bytes.count >= size else {
            let found = bytes.count < 348 ? "\(bytes.count) bytes long" : "something else"
            throw FormatError(
                url, "the file", expected: "a NIfTI-1 header of 348 bytes or a NIfTI-2 header of 540",
                found: found + kindNote(bytes))
        }
        let isSecond = size == 540
        let magic = String(decoding: bytes.buffer[(isSecond ? 4 : 344)...].prefix(3), as: UTF8.self)
        let expected = isSecond ? "n+2" : "n+1"
        guard magic == expected else {
            let isPair = magic == "ni1" || magic == "ni2"
            let hint =
                isPair
                ? "\(magic) (header and image in two files; join them first)"
                : "\"\(magic)\"\(kindNote(bytes))"
            throw FormatError(url, "the magic word", expected: expected, found: hint)
        }
        // A header that was sent as text has other line ends.
        if isSecond, !bytes.buffer[8..<12].elementsEqual([0x0d, 0x0a, 0x1a, 0x0a]) {
            throw FormatError(
                url, "the magic word's end", expected: "0D 0A 1A 0A",
                found: bytes.buffer[8..<12].map { String($0, radix: 16, uppercase: true) }.joined(
                    separator: " "))
        }
        let reader = Reader(bytes: bytes, isBigEndian: isBigEndian, isSecond: isSecond)
        self.isSecond = isSecond
        self.isBigEndian = isBigEndian
        let rank = reader.extent(0)
        guard (1...7).contains(rank) else {
            throw FormatError(url, "dim[0] (the number of dimensions)", expected: "1 to 7", found: "\(rank)")
        }
        dim = (1...rank).map(reader.extent)
        glmin = isSecond ? 0 : reader.integer(144, Int32.self)
        datatype = Int16(truncatingIfNeeded: reader.integer(isSecond ? 12 : 70, Int16.self))
        offset = try Self.offset(reader, size: Int(size), url)
        pixdim = (0..<8).map { reader.real(76, 104, $0) }
        slope = reader.real(112, 176)
        intercept = reader.real(116, 184)
        units = isSecond ? UInt8(truncatingIfNeeded: reader.integer(500, Int32.self)) : bytes.buffer[123]
        qformCode = reader.code(252, 344)
        sformCode = reader.code(254, 348)
        quaternion = (0..<3).map { reader.real(256, 352, $0) }
        qoffset = (0..<3).map { reader.real(268, 376, $0) }
        sform = (0..<3).map { row in (0..<4).map { reader.real(280, 400, 4 * row + $0) } }
        intent = reader.code(68, 504)
    }

    private static func offset(_ reader: Reader, size: Int, _ url: URL) throws -> Int {
        let offset =
            reader.isSecond ? Double(reader.integer(168, Int64.self)) : reader.real(108, 168)
        guard offset >= Double(size), offset < 0x1p31, offset == offset.rounded() else {
            throw FormatError(
                url, "vox_offset", expected: "a whole number of at least \(size)", found: "\(offset)")
        }
        return Int(offset)
    }

    /// Takes the numbers out of a header whose length was checked, so that one is always there.
    private struct Reader {
        let bytes: Bytes
        let isBigEndian: Bool
        let isSecond: Bool

        func integer<T: FixedWidthInteger>(_ offset: Int, _: T.Type) -> Int {
            Int(truncatingIfNeeded: bytes.number(at: offset, as: T.self, bigEndian: isBigEndian) ?? 0)
        }

        /// A code of 16 bits in NIfTI-1, of 32 in NIfTI-2.
        func code(_ first: Int, _ second: Int) -> Int {
            isSecond ? integer(second, Int32.self) : integer(first, Int16.self)
        }

        func extent(_ index: Int) -> Int {
            isSecond ? integer(16 + 8 * index, Int64.self) : integer(40 + 2 * index, Int16.self)
        }

        /// A number of single precision in NIfTI-1, of double precision in NIfTI-2.
        func real(_ first: Int, _ second: Int, _ index: Int = 0) -> Double {
            if isSecond {
                let bits = bytes.number(at: second + 8 * index, as: UInt64.self, bigEndian: isBigEndian)
                return Double(bitPattern: bits ?? 0)
            }
            let bits = bytes.number(at: first + 4 * index, as: UInt32.self, bigEndian: isBigEndian)
            return Double(Float(bitPattern: bits ?? 0))
        }
    }
}
