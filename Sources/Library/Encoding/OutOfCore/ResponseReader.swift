import Tensors

/// Responses that are read a few voxels at a time, where all together would not fit into memory.
///
/// A matrix is one; `Brain` reads data sets of HDF5 files.
public protocol ResponseReader<Element>: Sendable {
    /// The precision in which responses are wanted.
    associatedtype Element: Scalar
    /// How many samples each voxel has.
    var samples: Int { get }
    /// How many voxels there are.
    var voxels: Int { get }
    /// The responses of some voxels: samples x voxels of the range.
    func responses(of voxels: Range<Int>) throws -> Matrix<Element>
}

extension Matrix: ResponseReader {
    /// How many rows there are.
    public var samples: Int { rows }
    /// How many columns there are.
    public var voxels: Int { columns }
    /// The columns of a range.
    public func responses(of voxels: Range<Int>) throws -> Matrix { columns(voxels) }
}

/// Where the results of a fit go, a few voxels at a time.
public protocol RidgeWriter<Element> {
    /// The precision of the weights.
    associatedtype Element: Scalar
    /// Whether each voxel's results are there already, from an earlier fit that was stopped.
    var isDone: [Bool] { get throws }
    /// Keeps the results of the voxels of a range, for good when it returns.
    func write(_ fit: RidgeFit<Element>, of voxels: Range<Int>) throws
}

/// How much memory a computation may take.
public struct MemoryLimit: Sendable, Equatable {
    /// The limit in bytes.
    public let bytes: Int

    /// A limit in bytes.
    public init(bytes: Int) { self.bytes = bytes }
    /// So many times 10⁹ bytes.
    public static func gigabytes(_ count: Double) -> MemoryLimit { MemoryLimit(rounding: count * 1e9) }
    /// So many times 10⁶ bytes.
    public static func megabytes(_ count: Double) -> MemoryLimit { MemoryLimit(rounding: count * 1e6) }

    /// A limit that is no number is none at all, and every fit refuses it.
    private init(rounding bytes: Double) {
        self.init(bytes: bytes > 0 ? Int(exactly: bytes.rounded()) ?? .max : 0)
    }
}
