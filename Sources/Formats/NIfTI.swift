import Foundation
import Tensors

/// A NIfTI-1 image: a volume of voxels, or one volume a time point.
///
/// ```swift
/// let bold = try NIfTI.read(URL(fileURLWithPath: "sub-01_bold.nii.gz"))
/// let mask = try NIfTI.read(URL(fileURLWithPath: "sub-01_mask.nii.gz"))
/// let responses = try bold.voxelsByTime(mask: mask)     // time points x voxels
/// ```
///
/// This reader is Gyrus's own: niftiio (which Debian marks as obsolete) allocates what a header asks for before it
/// looks at the file, prints its errors instead of returning them, and leaves scaling to its caller.
/// Source: the NIfTI-1 specification; affine and scaling as in nibabel.
public struct NIfTI: Sendable {
    /// Where the image was read.
    public let url: URL
    /// The extents x, y, z and, where there are volumes, time.
    public let shape: [Int]
    /// From voxel indices to world coordinates in mm, from the sform, else the qform, as nibabel does.
    public let affine: Affine
    /// The size of a voxel along x, y, z in the file's unit, which is mm in practice.
    public let voxelSizes: [Double]
    /// The time from one volume to the next in seconds, where the file has it.
    public let repetitionTime: Double?

    private let header: NIfTIHeader
    private let bytes: Bytes

    /// Reads a `.nii` or `.nii.gz` file; an uncompressed one is mapped.
    ///
    /// Throws `FormatError` where the file is malformed or cut short, or holds complex or colour numbers.
    public static func read(_ url: URL) throws -> NIfTI {
        let file = try Bytes(mapping: url)
        let isGzipped = file.count >= 2 && file.buffer[0] == 0x1f && file.buffer[1] == 0x8b
        let bytes =
            isGzipped
            ? try gunzip(url, prefix: NIfTIHeader.byteCount) { head in
                let header = try NIfTIHeader(head, url)
                return try header.dataOffset + dataSize(header, url)
            } : file
        let header = try NIfTIHeader(bytes, url)
        let size = try dataSize(header, url)
        guard let data = bytes.part(at: header.dataOffset, count: size) else {
            throw FormatError(
                url, "the data of shape \(header.shape)", expected: "\(size) bytes",
                found: "\(max(0, bytes.count - header.dataOffset)) (the file may be cut short)")
        }
        return NIfTI(header, data, url)
    }

    private init(_ header: NIfTIHeader, _ bytes: Bytes, _ url: URL) {
        self.url = url
        self.header = header
        self.bytes = bytes
        shape = header.shape + [Int](repeating: 1, count: max(0, 3 - header.shape.count))
        affine = Affine(unchecked: header.affine)
        voxelSizes = header.pixdim[1...3].map { abs($0) }
        repetitionTime = header.repetitionTime
    }

    private static func dataSize(_ header: NIfTIHeader, _ url: URL) throws -> Int {
        guard let size = byteCount(of: header.shape, header.type) else {
            throw FormatError(
                url, "dim (the shape)", expected: "one that fits memory", found: "\(header.shape)")
        }
        return size
    }

    /// How many voxels a volume has.
    public var voxelCount: Int { shape[0] * shape[1] * shape[2] }

    /// How many volumes there are.
    public var volumeCount: Int { shape[3...].reduce(1, *) }

    /// The image with the file's scaling applied; element `[x, y, z]` or `[x, y, z, t]`.
    public func tensor() -> Tensor<Float> {
        Tensor<Float>(shape: shape.reversed()) { target in
            parallelFor(volumeCount, grain: 1) { volumes in
                for volume in volumes {
                    decode(
                        volume,
                        into: UnsafeMutableBufferPointer(
                            rebasing: target[volume * voxelCount..<(volume + 1) * voxelCount]))
                }
            }
        }.reversingDimensions()
    }

    /// One volume in the file's order, x fastest, with scaling applied.
    func decode<Element: Scalar>(_ volume: Int, into target: UnsafeMutableBufferPointer<Element>) {
        let size = voxelCount * header.type.byteCount
        guard let part = bytes.part(at: volume * size, count: size) else { return }
        guard header.isScaled else {
            return part.decode(header.type, bigEndian: header.isBigEndian, into: target)
        }
        // Scaled in double precision, as nibabel does: large integers would lose digits before the scaling.
        withUnsafeTemporaryAllocation(of: Double.self, capacity: voxelCount) { raw in
            part.decode(header.type, bigEndian: header.isBigEndian, into: raw)
            for i in 0..<voxelCount { target[i] = Element(raw[i] * header.slope + header.intercept) }
        }
    }

    /// An image like this one on another grid, in memory; `fill` makes its volumes, one after the other.
    ///
    /// It has single precision where that holds all numbers of this one's type, else double. Throws `FormatError` where
    /// it does not fit memory, and `CancellationError`.
    func withVolumes(
        on grid: ImageGrid, _ fill: (_ volume: Int, _ target: UnsafeMutableBufferPointer<Double>) -> Void
    ) throws -> NIfTI {
        let isWide =
            ![.float32, .uint8, .int8, .uint16, .int16].contains(header.type) || header.slope != 1
            || header.intercept != 0
        let header = NIfTIHeader(header, on: grid, type: isWide ? .float64 : .float32)
        let (count, size) = (grid.voxelCount, try Self.dataSize(header, url))
        let bytes = try Bytes(count: size) { memory in
            try withUnsafeTemporaryAllocation(of: Double.self, capacity: count) { numbers in
                for volume in 0..<volumeCount {
                    try Task.checkCancellation()
                    fill(volume, numbers)
                    if isWide {
                        let target = memory.assumingMemoryBound(to: Double.self)
                        for i in 0..<count { target[volume * count + i] = numbers[i] }
                    } else {
                        let target = memory.assumingMemoryBound(to: Float.self)
                        for i in 0..<count { target[volume * count + i] = Float(numbers[i]) }
                    }
                }
            }
            return size
        }
        return NIfTI(header, bytes, url)
    }
}
