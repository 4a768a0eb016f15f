import Foundation
import Tensors

/// A CIFTI-2 file: numbers of grayordinates, which are vertices of the cortex and voxels below it.
///
/// ```swift
/// let run = try CIFTI.open("sub-01_task-rest_bold.dtseries.nii")
/// let responses = try run.values()                 // time points x grayordinates
/// let space = try VoxelSpace(cifti: run)           // where they are
/// ```
///
/// Dense and parcellated series, scalars and labels are read, and matrices between grayordinates or parcels.
/// Source: the CIFTI-2 format; numbers and maps as in nibabel.
public struct CIFTI: Sendable {
    /// Where the file was read.
    public let url: URL
    /// The metadata of the file as a whole.
    public let metadata: [String: String]
    /// What the indices of each dimension stand for, in the order of `shape`.
    public let dimensions: [Dimension]
    let numbers: StoredNumbers
    private let slope: Double
    private let intercept: Double

    /// The extent of each dimension: of a dense series, time points and grayordinates.
    public var shape: [Int] { numbers.shape }

    /// Reads a CIFTI-2 file (`.dscalar.nii`, `.dlabel.nii`, `.dtseries.nii`, `.ptseries.nii`, …).
    ///
    /// Throws `FormatError` if the file is no CIFTI-2, is malformed, damaged or cut short, or its parts do not fit one
    /// another, and `CancellationError`.
    public static func open(_ file: some FileLocation) throws -> CIFTI {
        try CIFTI(OpenFile(file.fileURL))
    }

    init(_ file: OpenFile) throws {
        url = file.url
        let head = try file.head()
        guard NIfTI.begins(head), !NIfTIHeader.isMGH(head) else {
            throw FormatError(url, "is no CIFTI-2 file, which begins as NIfTI-2 does\(kindNote(head))")
        }
        let fields = try NIfTIFields(head, url)
        guard fields.isSecond, fields.intent / 100 == 30 else {
            throw FormatError(
                url, "the intent", expected: "3000 to 3099, one of CIFTI-2's",
                found:
                    "\(fields.intent)\(fields.isSecond ? "" : ", and the file is NIfTI-1"); NIfTI.open reads images"
            )
        }
        guard let type = NIfTIHeader.types[fields.datatype] else {
            throw FormatError(url, "datatype", expected: "a real number's", found: "\(fields.datatype)")
        }
        guard (6...7).contains(fields.dim.count), fields.dim.prefix(4).allSatisfy({ $0 == 1 }) else {
            throw FormatError(
                url, "dim", expected: "1, 1, 1, 1 and two or three extents of a matrix",
                found: "\(fields.dim)")
        }
        let shape = Array(fields.dim.dropFirst(4))
        guard let size = byteCount(of: shape, type) else {
            throw FormatError(url, "dim (the shape)", expected: "one that fits memory", found: "\(shape)")
        }
        let source = try CIFTIBytes(file, dataOffset: fields.offset, size: size)
        let parser = CIFTIParser(url)
        try XMLStream.read(
            source.extension(isBigEndian: fields.isBigEndian), url, "the CIFTI header", parser)
        metadata = parser.metadata
        dimensions = try parser.dimensions(of: shape)
        let isScaled = fields.slope.isFinite && fields.slope != 0
        slope = isScaled ? fields.slope : 1
        intercept = isScaled && fields.intercept.isFinite ? fields.intercept : 0
        numbers = StoredNumbers(
            bytes: source.data, type: type, shape: shape, isFortran: true, isBigEndian: fields.isBigEndian,
            url: url,
            what: "the matrix")
    }

    /// All numbers, in row-major order, with the file's scaling applied.
    ///
    /// Throws `FormatError` if one does not fit: an integer that would be rounded, or a `Double` too large for `Float`.
    public func tensor<Element: Scalar>(as element: Element.Type = Float.self) throws -> Tensor<Element> {
        guard slope != 1 || intercept != 0 else { return try unscaled() }
        let raw: Tensor<Double> = try unscaled()
        return Tensor(shape: shape) { target in
            raw.withUnsafeBufferPointer { source in
                for i in 0..<source.count { target[i] = Element(source[i] * slope + intercept) }
            }
        }
    }

    private func unscaled<Element: Scalar>() throws -> Tensor<Element> {
        guard shape.count == 2 else { return try numbers.tensor() }
        // A blockwise transposition is many times sooner than going through the dimensions.
        let columns: Tensor<Element> = try numbers.bytes.tensor(
            of: numbers.type, shape: shape.reversed(), bigEndian: numbers.isBigEndian, url, numbers.what)
        return Tensor(columns.matrix.transposed())
    }

    /// The matrix of a file of two dimensions: a row for each map or time point, a column for each grayordinate or parcel.
    ///
    /// Throws `FormatError` if there are three dimensions, or a number does not fit into a `Float`.
    public func values() throws -> Matrix<Float> {
        guard shape.count == 2 else {
            throw FormatError(url, "the dimensions", expected: "two", found: "\(shape)")
        }
        return try tensor(as: Float.self).matrix
    }
}

/// The parts of a CIFTI file: its header's extension and its numbers.
private struct CIFTIBytes {
    private let head: Bytes
    let data: Bytes
    private let url: URL

    init(_ file: OpenFile, dataOffset: Int, size: Int) throws {
        url = file.url
        func cutShort(_ found: Int) -> FormatError {
            FormatError(
                file.url, "the data", expected: "\(size) bytes from byte \(dataOffset) on",
                found: "\(found) (the file may be cut short)")
        }
        guard try file.isGzipped else {
            guard let head = try file.bytes(at: 0, count: dataOffset),
                let data = try file.bytes(at: dataOffset, count: size)
            else { throw cutShort(max(0, file.count - dataOffset)) }
            (self.head, self.data) = (head, data)
            return
        }
        // Deflate shrinks by at most 1,032 to 1.
        guard (dataOffset + size) / 1032 <= file.count else { throw cutShort(0) }
        try requireMemory(dataOffset + size, for: "the file", file.url)
        let gzip = try GzipFile(file)
        head = try Bytes(count: dataOffset) { try gzip.read(into: $0) }
        data = try Bytes(count: size) { try gzip.read(into: $0) }
        guard head.count == dataOffset, data.count == size else { throw cutShort(data.count) }
        try gzip.finish()
    }

    /// The XML after the header: the extension of the code 32.
    func `extension`(isBigEndian: Bool) throws -> Bytes {
        var position = 540
        guard let flag = head.number(at: position, as: UInt8.self), flag != 0 else {
            throw FormatError(url, "the header's extension", expected: "CIFTI's XML", found: "none")
        }
        position += 4
        while position + 8 <= head.count {
            let size = Int(head.number(at: position, as: Int32.self, bigEndian: isBigEndian) ?? 0)
            let code = head.number(at: position + 4, as: Int32.self, bigEndian: isBigEndian) ?? 0
            guard size >= 8, let part = head.part(at: position + 8, count: size - 8) else {
                throw FormatError(
                    url, "the size of the header's extension", expected: "8 to \(head.count - position)",
                    found: "\(size)")
            }
            if code == 32 {
                // Zeros fill it up.
                let count = (part.buffer.lastIndex { $0 != 0 } ?? -1) + 1
                return Bytes(
                    buffer: UnsafeRawBufferPointer(rebasing: part.buffer[..<count]), owner: part.owner)
            }
            position += size
        }
        throw FormatError(url, "the header's extension", expected: "CIFTI's XML (code 32)", found: "another")
    }
}
