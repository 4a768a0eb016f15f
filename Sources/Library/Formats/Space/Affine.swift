import Tensors

/// The map from voxel indices to world coordinates in mm: right, anterior and superior are positive (RAS+).
///
/// ```swift
/// let affine = try NIfTI.open("bold.nii.gz").affine
/// affine.orientation                      // "LAS"
/// affine.position(ofVoxel: [10, 20, 5])   // mm
/// try affine.inverse().position(ofVoxel: [30, -12, 4])   // the voxel at a place in mm, as `voxel(at:)` gives it
/// ```
///
/// Conventions and orientation codes are nibabel's.
public struct Affine: Sendable, Equatable {
    /// 4 x 4; the last row is 0, 0, 0, 1.
    public let matrix: Matrix<Double>

    /// Checks a matrix of 4 x 4, or of 3 x 4 without the last row.
    ///
    /// - Parameter matrix: 4 x 4 or 3 x 4, from voxel indices to mm.
    ///
    /// Throws `GridError` if the matrix has another shape, another last row, or a number that is not finite.
    public init(_ matrix: Matrix<Double>) throws {
        guard matrix.columns == 4, matrix.rows == 3 || matrix.rows == 4 else {
            throw GridError("an affine is 4 x 4 or 3 x 4, not \(matrix.rows) x \(matrix.columns)")
        }
        guard matrix.elements.allSatisfy(\.isFinite) else {
            throw GridError("an affine has finite numbers, not \(matrix.elements)")
        }
        guard matrix.rows == 3 || matrix.row(3) == [0, 0, 0, 1] else {
            throw GridError("the last row of an affine is 0, 0, 0, 1, not \(matrix.row(3))")
        }
        self.init(unchecked: Matrix((0..<3).map { matrix.row($0) } + [[0, 0, 0, 1]]))
    }

    /// Three or four rows of four numbers; throws `GridError` as `init(_:)` of a matrix does.
    ///
    /// - Parameter rows: the rows of the matrix from voxel indices to mm.
    public init(rows: [[Double]]) throws {
        guard rows.count == 3 || rows.count == 4, rows.allSatisfy({ $0.count == 4 }) else {
            throw GridError("an affine has 3 or 4 rows of 4 numbers, not rows of \(rows.map(\.count))")
        }
        try self.init(Matrix(rows))
    }

    /// What a file holds, which may be anything.
    init(unchecked matrix: Matrix<Double>) { self.matrix = matrix }

    /// The map that changes nothing: voxels of 1 mm, in RAS.
    public static let identity = Affine(
        unchecked: Matrix([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]))

    /// The number of a row and a column.
    public subscript(row: Int, column: Int) -> Double { matrix[row, column] }

    /// The 16 numbers, row after row.
    public var elements: [Double] { matrix.elements }

    /// The first three rows.
    public var rows: [[Double]] { (0..<3).map { matrix.row($0) } }

    /// Where a voxel lies, in mm; its three indices may be fractions. Stops, as an array's index does, if there are not three.
    public func position(ofVoxel voxel: [Double]) -> [Double] {
        if voxel.count != 3 { fatalError("a voxel has three indices; \(voxel.count) came") }
        return position(of: voxel)
    }

    private func position(of voxel: [Double]) -> [Double] {
        (0..<3).map {
            matrix[$0, 0] * voxel[0] + matrix[$0, 1] * voxel[1] + matrix[$0, 2] * voxel[2] + matrix[$0, 3]
        }
    }

    /// The voxel at a place in mm, with fractions where it lies between centers.
    ///
    /// Throws `GridError` as `inverse()`, and if the place does not have three coordinates.
    public func voxel(at position: [Double]) throws -> [Double] {
        guard position.count == 3 else {
            throw GridError("a place has three coordinates in mm; \(position.count) came")
        }
        return try inverse().position(of: position)
    }

    /// The map from mm to voxels; throws `GridError` if the matrix is singular.
    public func inverse() throws -> Affine { Affine(unchecked: try AffineInverse(of: self).matrix) }

    /// The map that applies `second` and then `first`: `(first * second).position(ofVoxel: v)` is `first` of `second` of v.
    public static func * (first: Affine, second: Affine) -> Affine {
        // Fused and in this order, as BLAS sums: see `AffineInverse`.
        func element(_ i: Int, _ j: Int) -> Double {
            (0..<4).reduce(0) { $0.addingProduct(first.matrix[i, $1], second.matrix[$1, j]) }
        }
        return Affine(unchecked: Matrix((0..<4).map { i in (0..<4).map { element(i, $0) } }))
    }

    /// The size of a voxel along the three axes of the grid, in mm.
    public var voxelSizes: [Double] {
        (0..<3).map { axis in
            (0..<3).reduce(0) { $0 + matrix[$1, axis] * matrix[$1, axis] }.squareRoot()
        }
    }
}

extension Affine: CustomStringConvertible {
    /// The first three rows, short: `[-3 0 0 90; 0 3 0 -126; 0 0 3 -72]`.
    public var description: String {
        "[" + rows.map { $0.map(Self.short).joined(separator: " ") }.joined(separator: "; ") + "]"
    }

    private static func short(_ value: Double) -> String {
        guard value.isFinite else { return "\(value)" }
        let rounded = (value * 1e5).rounded() / 1e5
        return rounded == rounded.rounded() && abs(rounded) < 1e9 ? "\(Int(rounded))" : "\(rounded)"
    }
}

/// A matrix that is not an affine or has no inverse, a shape that is not a grid, or numbers that do not fit one.
public struct GridError: Error, Equatable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}
