/// One of the shapes that the same vertices of a cortex can have, by name.
public struct SurfaceShape: RawRepresentable, Hashable, Sendable, ExpressibleByStringLiteral,
    CustomStringConvertible
{
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }
    public init(stringLiteral value: String) { rawValue = value }

    /// The outer border of the gray matter.
    public static let pial: SurfaceShape = "pial"
    /// The border between gray and white matter.
    public static let white: SurfaceShape = "white"
    /// Smoothed until the sulci lie open.
    public static let inflated: SurfaceShape = "inflated"
    /// Cut and laid into a plane.
    public static let flat: SurfaceShape = "flat"

    public var description: String { rawValue }
}
