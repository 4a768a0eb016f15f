/// A half of the cortex.
public enum Hemisphere: String, Sendable, CaseIterable, Codable {
    case left, right

    /// How FreeSurfer begins its files' names.
    public var prefix: String { self == .left ? "lh" : "rh" }

    /// GIFTI's name of the cortex.
    var structure: String { self == .left ? "CortexLeft" : "CortexRight" }
}
