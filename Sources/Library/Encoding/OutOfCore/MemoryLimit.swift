import Display

/// How much memory a computation may take.
public struct MemoryLimit: Sendable, Equatable {
    /// The limit in bytes.
    public let bytes: Int

    /// A limit in bytes.
    ///
    /// - Parameter bytes: how many bytes may be taken.
    public init(bytes: Int) { self.bytes = bytes }
    /// A limit in gigabytes (10⁹ bytes).
    public static func gigabytes(_ count: Double) -> MemoryLimit { MemoryLimit(rounding: count * 1e9) }
    /// A limit in megabytes (10⁶ bytes).
    public static func megabytes(_ count: Double) -> MemoryLimit { MemoryLimit(rounding: count * 1e6) }

    /// NaN becomes 0, which every fit refuses.
    private init(rounding bytes: Double) {
        self.init(bytes: bytes > 0 ? Int(exactly: bytes.rounded()) ?? .max : 0)
    }
}

extension MemoryLimit: ExpressibleByIntegerLiteral {
    /// A limit in bytes.
    ///
    /// - Parameter bytes: how many bytes may be taken.
    public init(integerLiteral bytes: Int) { self.init(bytes: bytes) }
}

extension MemoryLimit: CustomStringConvertible {
    /// The limit in GB or MB.
    public var description: String {
        bytes >= 1_000_000_000
            ? "\(Number.short(Double(bytes) / 1e9)) GB" : "\(Number.short(Double(bytes) / 1e6)) MB"
    }
}
