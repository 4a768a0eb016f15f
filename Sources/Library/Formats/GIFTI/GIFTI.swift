import Foundation
import Tensors

/// A GIFTI file: arrays of numbers for the vertices of a surface, or the surface itself.
///
/// ```swift
/// let mesh = try SurfaceMesh.open("lh.pial.surf.gii")
/// let run = try GIFTI.open("sub-01_hemi-L_space-fsaverage5_bold.func.gii")
/// let responses = try run.maps()                     // time points x vertices
/// let labels = try GIFTI.open("lh.aparc.label.gii").labels
/// ```
///
/// All encodings, orders and number types are read, gzipped or not (`.gii.gz`), as the text is read. This reader is
/// Gyrus's own: giftiio trusts the sizes that a file states, and prints its errors.
/// Source: the GIFTI format 1.0; numbers, labels and metadata as in nibabel.
public struct GIFTI: Sendable {
    /// Where the file was read.
    public let url: URL
    /// The metadata of the file as a whole.
    public let metadata: [String: String]
    /// What the numbers of label arrays stand for.
    public let labels: [SurfaceLabel]
    /// The arrays in the file's order.
    public let arrays: [GIFTIArray]

    /// Reads a `.gii` or `.gii.gz` file; what is saved there afterwards does not change it.
    ///
    /// Throws `FormatError` if the file is malformed, damaged or cut short, holds complex or color numbers, or declares
    /// entities, and `CancellationError`.
    public static func open(_ file: some FileLocation) throws -> GIFTI {
        try GIFTI(OpenFile(file.fileURL))
    }

    init(_ file: OpenFile) throws {
        // Deflate shrinks by at most 1,032 to 1.
        let limit =
            try file.isGzipped ? file.count.multipliedReportingOverflow(by: 1032).partialValue : file.count
        let parser = GIFTIParser(file.url, limit: limit)
        try XMLStream.read(file, "the file", parser)
        url = file.url
        metadata = parser.metadata
        labels = parser.labels
        arrays = try parser.wholeArrays()
    }
}

/// An array of a GIFTI file.
public struct GIFTIArray: Sendable {
    /// What the numbers are, for instance "NIFTI_INTENT_POINTSET".
    public let intent: String
    /// What is said of the array.
    public let metadata: [String: String]
    /// The spaces that the positions of a surface are in.
    public let coordinateSystems: [CoordinateSystem]
    let numbers: StoredNumbers

    /// The type of the numbers.
    public var type: NumberType { numbers.type }
    /// The extent of each dimension.
    public var shape: [Int] { numbers.shape }

    /// The array in row-major order, in `Float` or `Double`.
    ///
    /// Throws `FormatError` if a number does not fit there: an integer from 2^24 (2^53) on that would be rounded, or
    /// a `Double` that is too large for a `Float`.
    public func tensor<Element: Scalar>(as element: Element.Type = Float.self) throws -> Tensor<Element> {
        try numbers.tensor()
    }

    /// The array as integers in row-major order.
    ///
    /// Throws `FormatError` if it holds floating-point numbers, or one that `Int` cannot hold.
    public func integers() throws -> [Int] { try numbers.integers() }

    /// A space that a surface's positions are in, and how they get into another.
    public struct CoordinateSystem: Sendable, Equatable {
        /// The space of the numbers in the file, for instance "NIFTI_XFORM_TALAIRACH".
        public let dataSpace: String
        /// The space that `transform` leads to.
        public let transformedSpace: String
        /// 4 x 4, for positions in mm; the file's positions are not changed by it.
        public let transform: Matrix<Double>
    }
}
