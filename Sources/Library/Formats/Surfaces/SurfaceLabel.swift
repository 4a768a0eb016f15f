/// What a number of a label array stands for.
public struct SurfaceLabel: Sendable, Hashable {
    /// The number.
    public let key: Int
    /// The name, for instance "superiortemporal".
    public let name: String
    /// Red, green, blue and alpha (0 is transparent), from 0 to 1; nil if the file gives no color.
    public let color: SIMD4<Float>?

    /// A label.
    ///
    /// - Parameters:
    ///   - key: the number of its vertices.
    ///   - name: its name.
    ///   - color: red, green, blue and opacity, 0 to 1; nil for none.
    public init(key: Int, name: String, color: SIMD4<Float>? = nil) {
        self.key = key
        self.name = name
        self.color = color
    }
}
