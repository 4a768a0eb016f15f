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
