import Foundation
import Tensors

extension NIfTIHeader {
    private static let mghOffset = 284

    /// FreeSurfer's codes of the number types.
    private static let mghTypes: [Int32: NumberType] = [
        0: .uint8, 1: .int32, 3: .float32, 4: .int16, 10: .uint16,
    ]

    /// Whether a file begins as FreeSurfer's MGH does: with the number 1, big-endian, and extents.
    static func isMGH(_ head: Bytes) -> Bool {
        head.count >= mghOffset && head.number(at: 0, as: Int32.self, bigEndian: true) == 1
            && (1...4).allSatisfy { (head.number(at: 4 * $0, as: Int32.self, bigEndian: true) ?? 0) > 0 }
    }

    /// The header of an MGH file; its affine is nibabel's.
    ///
    /// Source: FreeSurfer's `mghRead`.
    init(mgh bytes: Bytes, _ url: URL) throws {
        func integer(_ offset: Int) -> Int32 {
            bytes.number(at: offset, as: Int32.self, bigEndian: true) ?? 0
        }
        func float(_ offset: Int) -> Float {
            Float(bitPattern: bytes.number(at: offset, as: UInt32.self, bigEndian: true) ?? 0)
        }
        let extents = (1...4).map { Int(integer(4 * $0)) }
        guard let type = Self.mghTypes[integer(20)] else {
            throw FormatError(
                url, "the MGH type",
                expected:
                    "a real number's (\(Self.mghTypes.keys.sorted().map(String.init).joined(separator: ", ")))",
                found: "\(integer(20))")
        }
        let isPlaced = bytes.number(at: 28, as: Int16.self, bigEndian: true) != 0
        let sizes = isPlaced ? (0..<3).map { float(30 + 4 * $0) } : [1, 1, 1]
        // Column after column: the directions of the grid's axes; without them nibabel's.
        let directions = isPlaced ? (0..<9).map { float(42 + 4 * $0) } : [-1, 0, 0, 0, 0, 1, 0, -1, 0]
        let center = isPlaced ? (0..<3).map { float(78 + 4 * $0) } : [0, 0, 0]
        guard (sizes + directions + center).allSatisfy(\.isFinite) else {
            throw FormatError(
                url, "the MGH header's geometry", expected: "of finite numbers",
                found: "\(sizes + directions + center)")
        }
        var affine = Matrix<Double>(rows: 4, columns: 4)
        for row in 0..<3 {
            // nibabel multiplies in single precision, sums in double precision, and rounds the result to single.
            let steps = (0..<3).map { Double(directions[3 * $0 + row] * sizes[$0]) }
            let half = (0..<3).reduce(0.0) { $0 + steps[$1] * Double(extents[$1]) } / 2
            for column in 0..<3 { affine[row, column] = steps[column] }
            affine[row, 3] = Double(Float(Double(center[row]) - half))
        }
        affine[3, 3] = 1
        self.init(
            shape: extents[3] > 1 ? extents : Array(extents.prefix(3)), type: type, isBigEndian: true,
            dataOffset: Self.mghOffset,
            pixdim: [1] + sizes.map(Double.init) + [Double](repeating: 1, count: 4),
            affine: affine)
        hasFooter = extents[3] > 1
    }
}
