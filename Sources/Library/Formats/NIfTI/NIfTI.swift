import Foundation
import Tensors

/// An image (NIfTI-1, NIfTI-2 or FreeSurfer's MGH): a volume of voxels, or one volume per time point.
///
/// ```swift
/// let bold = try NIfTI.open("sub-01_bold.nii.gz")
/// let mask = try NIfTI.open("sub-01_mask.nii.gz")
/// let responses = try bold.voxelsByTime(mask: mask)     // time points x voxels
/// ```
///
/// This reader is Gyrus's own: niftiio (which Debian marks as obsolete) allocates what a header asks for before it
/// looks at the file, prints its errors instead of returning them, and leaves scaling to its caller.
/// Source: the NIfTI specifications and FreeSurfer's `mghRead`; affine and scaling as in nibabel.
public struct NIfTI: Sendable {
    /// Where the image was read.
    public let url: URL
    /// The extents x, y, z and, if there are volumes, time.
    public let shape: [Int]
    /// From voxel indices to world coordinates in mm, from the sform, else the qform, as nibabel does.
    public let affine: Affine
    /// The size of a voxel along x, y, z in the file's unit, which is mm in practice.
    public let voxelSizes: [Double]
    /// The time from one volume to the next in seconds, if the file has it.
    public let repetitionTime: Double?

    private let header: NIfTIHeader
    private let bytes: Bytes

    /// Reads a `.nii`, `.nii.gz`, `.mgh` or `.mgz` file; what is saved there afterwards does not change the image.
    ///
    /// Throws `FormatError` if the file is malformed, damaged or cut short, or holds complex or color numbers.
    public static func open(_ file: some FileLocation) throws -> NIfTI {
        try open(OpenFile(file.fileURL))
    }

    static func open(_ file: OpenFile) throws -> NIfTI {
        var header = try NIfTIHeader(file.head(), file.url)
        let (data, rest) = try read(file, header)
        // The repetition time in ms, if the file does not end before it.
        if header.hasFooter, let bits = rest?.number(at: 0, as: UInt32.self, bigEndian: true) {
            let time = Double(Float(bitPattern: bits))
            if time.isFinite, time > 0 { header.repetitionTime = time / 1000 }
        }
        return NIfTI(header, data, file.url)
    }

    /// Whether a file begins as an image does that `open` reads.
    static func begins(_ head: Bytes) -> Bool {
        let length = head.number(at: 0, as: Int32.self) ?? 0
        return [348, 540].contains(length) || [348, 540].contains(length.byteSwapped)
            || NIfTIHeader.isMGH(head)
    }

    /// Reads a file; its name is `open` now, as that of every file's.
    @available(*, unavailable, renamed: "open(_:)")
    public static func read(_ file: some FileLocation) throws -> NIfTI { try open(file) }

    /// The numbers after the header, and at most four bytes after these.
    private static func read(_ file: OpenFile, _ header: NIfTIHeader) throws -> (Bytes, rest: Bytes?) {
        let size = try dataSize(header, file.url)
        guard try file.isGzipped else {
            guard let data = try file.bytes(at: header.dataOffset, count: size) else {
                throw cutShort(header, size, found: max(0, file.count - header.dataOffset), file.url)
            }
            let end = header.dataOffset + size
            return (data, try file.bytes(at: end, count: min(4, file.count - end)))
        }
        // Deflate shrinks by at most 1,032 to 1, so a header that asks for more is false; it gets no memory.
        guard size / 1032 <= file.count else {
            throw FormatError(
                file.url, "the header asks for \(size) bytes, more than \(file.count) gzipped bytes can hold")
        }
        try requireMemory(size, for: "the data of shape \(header.shape)", file.url)
        let gzip = try GzipFile(file)
        try gzip.skip(header.dataOffset)
        let data = try Bytes(count: size) { try gzip.read(into: $0) }
        guard data.count == size else { throw cutShort(header, size, found: data.count, file.url) }
        let rest = try Bytes(count: 4) { try gzip.read(into: $0) }
        try gzip.finish()
        return (data, rest)
    }

    private static func cutShort(_ header: NIfTIHeader, _ size: Int, found: Int, _ url: URL) -> FormatError {
        FormatError(
            url, "the data of shape \(header.shape)", expected: "\(size) bytes of \(header.type.rawValue)",
            found: "\(found) (the file may be cut short)")
    }

    init(_ header: NIfTIHeader, _ bytes: Bytes, _ url: URL) {
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
    ///
    /// Throws `FormatError` if a number does not fit: an integer without scaling from 2^24 (`Double`: 2^53) on that
    /// would be rounded, for instance a label, or a `Double` that is too large for a `Float`.
    public func tensor<Element: Scalar>(as element: Element.Type = Float.self) throws -> Tensor<Element> {
        try checkConversion(to: element)
        let count = shape.reduce(1, *)
        try requireMemory(2 * count * MemoryLayout<Element>.stride, for: "the image", url)
        return Tensor<Element>(shape: shape.reversed()) { target in
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

    /// Throws `FormatError` if a number of the file cannot be held by `Element`.
    func checkConversion<Element: Scalar>(to element: Element.Type) throws {
        guard !header.isScaled else { return }
        try bytes.checkConversion(
            of: header.type, count: voxelCount * volumeCount, bigEndian: header.isBigEndian, to: element, url,
            "the image")
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
    /// It has single precision if that holds all numbers of this one's type, else double. Throws `FormatError` if
    /// it does not fit memory, and `CancellationError`.
    func withVolumes(
        on grid: ImageGrid, _ fill: (_ volume: Int, _ target: UnsafeMutableBufferPointer<Double>) -> Void
    ) throws -> NIfTI {
        let isWide =
            ![.float32, .uint8, .int8, .uint16, .int16].contains(header.type) || header.slope != 1
            || header.intercept != 0
        let header = NIfTIHeader(header, on: grid, type: isWide ? .float64 : .float32)
        let (count, size) = (grid.voxelCount, try Self.dataSize(header, url))
        try requireMemory(size + 8 * count, for: "an image of shape \(header.shape)", url)
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
