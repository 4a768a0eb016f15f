import Foundation
import Tensors

/// The header of an image, checked: NIfTI-1, NIfTI-2 or FreeSurfer's MGH.
///
/// Source: the NIfTI specifications (`nifti1.h`, `nifti2.h`); the affine matrix as nibabel chooses and computes it.
struct NIfTIHeader {
    /// How many bytes of a file are enough to read its header, and to say what it is if it is not an image.
    static let byteCount = 560

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
    var repetitionTime: Double?
    /// Whether the repetition time follows the data, as in MGH.
    var hasFooter = false

    static let types: [Int16: NumberType] = [
        2: .uint8, 4: .int16, 8: .int32, 16: .float32, 64: .float64, 256: .int8, 512: .uint16, 768: .uint32,
        1024: .int64, 1280: .uint64,
    ]

    /// The header in the first bytes of a file, unpacked.
    init(_ bytes: Bytes, _ url: URL) throws {
        if Self.isMGH(bytes) {
            try self.init(mgh: bytes, url)
        } else {
            try self.init(NIfTIFields(bytes, url), url)
        }
    }

    private init(_ fields: NIfTIFields, _ url: URL) throws {
        guard fields.intent / 100 != 30 else {
            throw FormatError(url, "is CIFTI-2 (intent \(fields.intent)), which CIFTI.open reads")
        }
        let dim = fields.dim
        shape = fields.isSecond ? dim : Self.withoutFreeSurferVector(dim, length: fields.glmin)
        guard shape.allSatisfy({ $0 > 0 }) else {
            throw FormatError(url, "dim (the shape)", expected: "of positive extents", found: "\(shape)")
        }
        guard let type = Self.types[fields.datatype] else {
            throw FormatError(
                url, "datatype",
                expected:
                    "a real number's (\(Self.types.keys.sorted().map(String.init).joined(separator: ", ")))",
                found: "\(fields.datatype)")
        }
        let isScaled = fields.slope.isFinite && fields.slope != 0
        guard !isScaled || fields.intercept.isFinite else {
            throw FormatError(url, "scl_inter", expected: "finite", found: "\(fields.intercept)")
        }
        pixdim = fields.pixdim
        isBigEndian = fields.isBigEndian
        self.type = type
        dataOffset = fields.offset
        slope = isScaled ? fields.slope : 1
        intercept = isScaled ? fields.intercept : 0
        // Milliseconds and microseconds; the units beyond are Hz, ppm and rad, and no time.
        let units = fields.units & 0x38
        let perSecond = units == 16 ? 1e3 : units == 24 ? 1e6 : 1
        let isTime = dim.count > 3 && units <= 24 && pixdim[4] > 0 && pixdim[4].isFinite
        repetitionTime = isTime ? pixdim[4] / perSecond : nil
        if fields.sformCode > 0 {
            affine = Matrix(fields.sform + [[0, 0, 0, 1]])
        } else if fields.qformCode > 0 {
            // nibabel's tolerance for the rounding of the file's precision.
            let tolerance = 3 * (fields.isSecond ? Double.ulpOfOne : Double(Float.ulpOfOne))
            affine = try Self.affine(
                quaternion: fields.quaternion, offset: fields.qoffset, pixdim: pixdim, tolerance: tolerance,
                url)
        } else {
            affine = Self.affine(shape: dim, pixdim: pixdim)
        }
        guard affine.elements.allSatisfy(\.isFinite) else {
            throw FormatError(
                url, "the affine (from \(fields.sformCode > 0 ? "the sform" : "pixdim"))",
                expected: "of finite numbers",
                found: "\((0..<3).map { affine.row($0) })")
        }
    }

    /// What another format's header says.
    init(
        shape: [Int], type: NumberType, isBigEndian: Bool, dataOffset: Int, pixdim: [Double],
        affine: Matrix<Double>
    ) {
        self.shape = shape
        self.type = type
        self.isBigEndian = isBigEndian
        self.dataOffset = dataOffset
        self.pixdim = pixdim
        self.affine = affine
        (slope, intercept) = (1, 0)
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
        quaternion: [Double], offset: [Double], pixdim: [Double], tolerance: Double, _ url: URL
    ) throws -> Matrix<Double> {
        let (b, c, d) = (quaternion[0], quaternion[1], quaternion[2])
        let rest = 1 - (b * b + c * c + d * d)
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
