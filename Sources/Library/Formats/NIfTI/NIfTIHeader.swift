import Foundation
import Tensors

/// The 348 bytes at the head of a NIfTI-1 file, checked.
///
/// Source: the NIfTI-1 specification (`nifti1.h`); the affine matrix as nibabel chooses and computes it.
struct NIfTIHeader {
    static let byteCount = 348

    let isBigEndian: Bool
    let shape: [Int]
    let type: NumberType
    let dataOffset: Int
    let pixdim: [Double]
    let slope: Double
    let intercept: Double
    /// Whether slope and intercept change the numbers.
    var isScaled: Bool { slope != 1 || intercept != 0 }
    let affine: Matrix<Double>
    let repetitionTime: Double?

    private static let types: [Int16: NumberType] = [
        2: .uint8, 4: .int16, 8: .int32, 16: .float32, 64: .float64, 256: .int8, 512: .uint16, 768: .uint32,
        1024: .int64, 1280: .uint64,
    ]

    init(_ bytes: Bytes, _ url: URL) throws {
        let length = bytes.number(at: 0, as: Int32.self)
        let isBigEndian = length == Int32(Self.byteCount).byteSwapped
        guard length == Int32(Self.byteCount) || isBigEndian, bytes.count >= Self.byteCount else {
            let isSecond = length == 540 || length == Int32(540).byteSwapped
            let hint = isSecond ? " (this is NIfTI-2; convert it to NIfTI-1)" : kindNote(bytes)
            throw FormatError(
                url, "the file", expected: "a NIfTI-1 header of \(Self.byteCount) bytes",
                found:
                    "\(bytes.count < Self.byteCount ? "\(bytes.count) bytes long" : "something else")\(hint)")
        }
        // Every offset below lies inside the 348 bytes, so a number is always there.
        func short(_ offset: Int) -> Int16 {
            bytes.number(at: offset, as: Int16.self, bigEndian: isBigEndian) ?? 0
        }
        func float(_ offset: Int) -> Double {
            Double(Float(bitPattern: bytes.number(at: offset, as: UInt32.self, bigEndian: isBigEndian) ?? 0))
        }
        let magic = String(decoding: bytes.buffer[344..<347], as: UTF8.self)
        guard magic == "n+1" else {
            let hint =
                magic == "ni1"
                ? "ni1 (header and image in two files; join them first)" : "\"\(magic)\"\(kindNote(bytes))"
            throw FormatError(url, "the magic word", expected: "n+1", found: hint)
        }
        let rank = Int(short(40))
        guard (1...7).contains(rank) else {
            throw FormatError(url, "dim[0] (the number of dimensions)", expected: "1 to 7", found: "\(rank)")
        }
        let dim = (1...rank).map { Int(short(40 + 2 * $0)) }
        let glmin = Int(bytes.number(at: 144, as: Int32.self, bigEndian: isBigEndian) ?? 0)
        shape = Self.withoutFreeSurferVector(dim, length: glmin)
        guard shape.allSatisfy({ $0 > 0 }) else {
            throw FormatError(url, "dim (the shape)", expected: "of positive extents", found: "\(shape)")
        }
        guard let type = Self.types[short(70)] else {
            throw FormatError(
                url, "datatype",
                expected:
                    "a real number's (\(Self.types.keys.sorted().map(String.init).joined(separator: ", ")))",
                found: "\(short(70))")
        }
        let offset = float(108)
        guard offset >= 348, offset < 0x1p31, offset == offset.rounded() else {
            throw FormatError(url, "vox_offset", expected: "a whole number from 348 on", found: "\(offset)")
        }
        let slope = float(112)
        let intercept = float(116)
        let isScaled = slope.isFinite && slope != 0
        guard !isScaled || intercept.isFinite else {
            throw FormatError(url, "scl_inter", expected: "finite", found: "\(intercept)")
        }
        pixdim = (0...7).map { float(76 + 4 * $0) }
        self.isBigEndian = isBigEndian
        self.type = type
        self.dataOffset = Int(offset)
        self.slope = isScaled ? slope : 1
        self.intercept = isScaled ? intercept : 0
        let units = (bytes.buffer[123] & 0x38)
        let perSecond = units == 16 ? 1e3 : units == 24 ? 1e6 : 1
        repetitionTime = rank > 3 && pixdim[4] > 0 && pixdim[4].isFinite ? pixdim[4] / perSecond : nil
        if short(254) > 0 {
            let rows = (0..<3).map { row in (0..<4).map { float(280 + 16 * row + 4 * $0) } }
            affine = Matrix(rows + [[0, 0, 0, 1]])
        } else if short(252) > 0 {
            affine = try Self.affine(
                quaternion: (0..<3).map { float(256 + 4 * $0) }, offset: (0..<3).map { float(268 + 4 * $0) },
                pixdim: pixdim, url)
        } else {
            affine = Self.affine(shape: dim, pixdim: pixdim)
        }
        guard affine.elements.allSatisfy(\.isFinite) else {
            throw FormatError(
                url, "the affine (from \(short(254) > 0 ? "the sform" : "pixdim"))",
                expected: "of finite numbers",
                found: "\((0..<3).map { affine.row($0) })")
        }
    }

    /// The header of an image in memory: another's, on another grid, with numbers of another type and no scaling.
    init(_ other: NIfTIHeader, on grid: ImageGrid, type: NumberType) {
        isBigEndian = false
        shape = grid.shape + other.shape.dropFirst(3)
        self.type = type
        dataOffset = 0
        pixdim = [1] + grid.affine.voxelSizes + other.pixdim[4...]
        (slope, intercept) = (1, 0)
        affine = grid.affine.matrix
        repetitionTime = other.repetitionTime
    }

    /// The shape that is meant if FreeSurfer wrote a long vector, such as one number a vertex: an extent has 16 bits,
    /// so it writes -1 and the length in a field that is out of use, or for its fsaverage 27307 x 1 x 6.
    ///
    /// Source: FreeSurfer's `niiWrite`; nibabel reads both.
    private static func withoutFreeSurferVector(_ dim: [Int], length: Int) -> [Int] {
        switch Array(dim.prefix(3)) {
        case [-1, 1, 1] where length > 0: [length, 1, 1] + dim.dropFirst(3)
        case [27307, 1, 6]: [163_842, 1, 1] + dim.dropFirst(3)
        default: dim
        }
    }

    /// The extents that FreeSurfer and nibabel write for a shape; the length of a vector of -1 goes to `glmin`.
    static func withFreeSurferVector(_ shape: [Int]) -> [Int] {
        guard shape[0] > Int16.max else { return shape }
        return (shape[0] == 163_842 ? [27307, 1, 6] : [-1, 1, 1]) + shape.dropFirst(3)
    }

    /// Method 2 of the specification: a rotation as a quaternion, scaled by the voxel sizes.
    private static func affine(
        quaternion: [Double], offset: [Double], pixdim: [Double], _ url: URL
    ) throws -> Matrix<Double> {
        let (b, c, d) = (quaternion[0], quaternion[1], quaternion[2])
        let rest = 1 - (b * b + c * c + d * d)
        // nibabel's tolerance for the rounding of single precision.
        let tolerance = 3 * Double(Float.ulpOfOne)
        guard rest >= -tolerance else {
            throw FormatError(
                url, "the quaternion of the qform", expected: "at most of length 1", found: "\(quaternion)")
        }
        let a = rest < tolerance ? 0 : rest.squareRoot()
        let rotation = [
            [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
            [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
            [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c],
        ]
        // With a = 0 the rounded quaternion may be shorter than 1, which would shrink the voxels.
        let norm = a * a + b * b + c * c + d * d
        let sizes = [abs(pixdim[1]), abs(pixdim[2]), pixdim[0] == -1 ? -abs(pixdim[3]) : abs(pixdim[3])]
        return Matrix(
            (0..<3).map { i in (0..<3).map { rotation[i][$0] / norm * sizes[$0] } + [offset[i]] } + [
                [0, 0, 0, 1]
            ])
    }

    /// What nibabel takes if the file says nothing: x to the left, the origin in the middle.
    private static func affine(shape: [Int], pixdim: [Double]) -> Matrix<Double> {
        var affine = Matrix<Double>(rows: 4, columns: 4)
        for i in 0..<3 {
            let extent = i < shape.count ? shape[i] : 1
            let size = (i < shape.count ? abs(pixdim[i + 1]) : 1) * (i == 0 ? -1 : 1)
            affine[i, i] = size
            affine[i, 3] = -size * Double(extent - 1) / 2
        }
        affine[3, 3] = 1
        return affine
    }
}
