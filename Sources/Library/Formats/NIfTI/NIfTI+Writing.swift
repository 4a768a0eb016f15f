import Foundation
import Tensors

extension NIfTI {
    /// Writes the image with its scaling applied, as `write(_:affine:repetitionTime:to:)` writes a tensor.
    ///
    /// ```swift
    /// try atlas.resampled(to: bold, .nearest).write(to: "atlas-on-bold.nii.gz")
    /// ```
    ///
    /// Throws `FormatError` if a number does not fit into a `Float`, there are more than four axes, or the file cannot
    /// be written.
    public func write(to file: some FileLocation) throws {
        try Self.write(
            try tensor(), affine: affine.matrix, repetitionTime: repetitionTime, to: file)
    }

    /// Writes a map `[x, y, z]` or a series `[x, y, z, t]` as float32, gzipped if the name ends in `.gz`.
    ///
    /// ```swift
    /// let map = try NIfTI.volume(of: fit.scores.r2.map(Float.init), at: mask.maskIndices(), shape: mask.shape)
    /// try NIfTI.write(map, affine: mask.affine, to: "r2.nii.gz")
    /// ```
    ///
    /// The affine becomes the sform, as nibabel writes it, and a long vector (one number per vertex) what FreeSurfer
    /// makes of it. A repetition time that is not known is 0 in the file. Throws `FormatError` if the shape, the affine
    /// or the repetition time is none that NIfTI-1 has, the name is that of another format, there is no memory for the
    /// image in the file's order, or the file cannot be written.
    ///
    /// - Parameters:
    ///   - image: a map [x, y, z] or a series [x, y, z, t].
    ///   - affine: from voxel indices to mm.
    ///   - repetitionTime: seconds from one volume to the next; nil if there is one volume or it is not known.
    ///   - file: where to; a name that ends in `.gz` is gzipped.
    public static func write(
        _ image: Tensor<Float>, affine: Affine, repetitionTime: Double? = nil, to file: some FileLocation
    ) throws {
        try write(image, affine: affine.matrix, repetitionTime: repetitionTime, to: file)
    }

    /// The same with the affine as a matrix of 4 x 4.
    ///
    /// - Parameters:
    ///   - image: a map [x, y, z] or a series [x, y, z, t].
    ///   - affine: from voxel indices to mm.
    ///   - repetitionTime: seconds from one volume to the next; nil if there is one volume or it is not known.
    ///   - file: where to; a name that ends in `.gz` is gzipped.
    public static func write(
        _ image: Tensor<Float>, affine: Matrix<Double>, repetitionTime: Double? = nil,
        to file: some FileLocation
    ) throws {
        let url = file.fileURL
        guard image.rank == 3 || image.rank == 4, image.shape.allSatisfy({ $0 > 0 }),
            image.shape.dropFirst().allSatisfy({ $0 <= Int16.max }), image.shape[0] <= Int32.max,
            image.shape[0] <= Int16.max || image.shape[1] == 1 && image.shape[2] == 1
        else {
            throw FormatError(
                url, "an image",
                expected: "of 3 or 4 extents from 1 to 32,767, or of one long first extent and then ones",
                found: "\(image.shape)")
        }
        try checkName(url)
        guard affine.rows == 4, affine.columns == 4 else {
            throw FormatError(
                url, "the affine", expected: "a matrix of 4 x 4", found: "\(affine.rows) x \(affine.columns)")
        }
        guard affine.elements.allSatisfy({ Float($0).isFinite }), affine.row(3) == [0, 0, 0, 1] else {
            throw FormatError(
                url, "the affine", expected: "of finite numbers, the last row 0, 0, 0, 1",
                found: "\((0..<4).map { affine.row($0) })")
        }
        if let time = repetitionTime, !(time > 0 && Float(time) > 0 && Float(time).isFinite) {
            throw FormatError(
                url, "the repetition time", expected: "a number of seconds above 0", found: "\(time)")
        }
        try requireMemory(
            image.count * MemoryLayout<Float>.stride,
            for: "the image of shape \(image.shape) in the file's order", url)
        let header = headerBytes(image.shape, affine: affine, repetitionTime: repetitionTime)
        let data = image.reversingDimensions()
        try writeAtomically(to: url) { temporary in
            try header.withUnsafeBytes { header in
                try data.withUnsafeBufferPointer { data in
                    try writeParts([header, UnsafeRawBufferPointer(data)], to: temporary, named: url)
                }
            }
        }
    }

    /// Throws `FormatError` if a file's name is that of another format, whose readers would refuse the file.
    private static func checkName(_ url: URL) throws {
        let others = ["mgh", "mgz", "img", "hdr", "gii", "bz2", "xz", "zst", "zip"]
        let plain = url.pathExtension.lowercased() == "gz" ? url.deletingPathExtension() : url
        guard others.contains(plain.pathExtension.lowercased()) else { return }
        throw FormatError(
            url, "the name of a NIfTI file", expected: "with .nii or .nii.gz at its end",
            found: "\"\(url.lastPathComponent)\"")
    }

    private static func headerBytes(_ shape: [Int], affine: Matrix<Double>, repetitionTime: Double?)
        -> [UInt8]
    {
        // The header, and the four bytes that say that no extension follows.
        var header = [UInt8](repeating: 0, count: 352)
        func put<T>(_ value: T, at offset: Int) {
            withUnsafeBytes(of: value) { header.replaceSubrange(offset..<offset + $0.count, with: $0) }
        }
        put(Int32(348), at: 0)
        put(Int16(shape.count), at: 40)
        let dim = NIfTIHeader.withFreeSurferVector(shape)
        for d in 0..<7 { put(Int16(d < shape.count ? dim[d] : 1), at: 42 + 2 * d) }
        if dim[0] < 0 { put(Int32(shape[0]), at: 144) }
        put(Int16(16), at: 70)  // float32
        put(Int16(32), at: 72)  // bits a voxel
        put(Float(1), at: 76)
        for axis in 0..<3 {
            let length = (0..<3).reduce(0) { $0 + affine[$1, axis] * affine[$1, axis] }.squareRoot()
            put(Float(length), at: 80 + 4 * axis)
        }
        put(Float(repetitionTime ?? (shape.count > 3 ? 0 : 1)), at: 92)
        put(Float(352), at: 108)
        put(Float(1), at: 112)
        header[123] = 2 | 8  // mm and seconds
        header.replaceSubrange(148..<153, with: Array("Gyrus".utf8))
        put(Int16(2), at: 254)  // an sform aligned with another image
        for row in 0..<3 {
            for column in 0..<4 { put(Float(affine[row, column]), at: 280 + 16 * row + 4 * column) }
        }
        header.replaceSubrange(344..<347, with: Array("n+1".utf8))
        return header
    }
}
