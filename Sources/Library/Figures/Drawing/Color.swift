import Foundation

/// An opaque colour of sRGB, components from 0 to 1.
public struct Color: Sendable, Equatable {
    public var red: Double
    public var green: Double
    public var blue: Double

    /// A colour of its three components.
    public init(red: Double, green: Double, blue: Double) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// A colour of its code, for instance `0x0072B2`.
    public init(_ code: UInt32) {
        self.init(
            red: Double(code >> 16 & 255) / 255, green: Double(code >> 8 & 255) / 255,
            blue: Double(code & 255) / 255)
    }

    /// The colour as HTML writes it, for instance `#0072b2`.
    public var hex: String {
        func byte(_ component: Double) -> Int { Int((min(1, max(0, component)) * 255).rounded()) }
        return String(format: "#%02x%02x%02x", byte(red), byte(green), byte(blue))
    }

    /// The colour part of the way to another; 0 is this one, 1 the other.
    func mixed(with other: Color, _ part: Double) -> Color {
        Color(
            red: red + (other.red - red) * part, green: green + (other.green - green) * part,
            blue: blue + (other.blue - blue) * part)
    }

    /// Relative luminance, 0 black to 1 white (WCAG 2.1).
    var luminance: Double {
        func linear(_ c: Double) -> Double { c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4) }
        return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    /// Whether dark text reads better on this colour than white text.
    var wantsDarkText: Bool { luminance > 0.179 }

    static let white = Color(0xFFFFFF)
    static let ink = Color(0x222222)
    static let softInk = Color(0x666666)
    static let grid = Color(0xDDDDDD)
    static let axis = Color(0x888888)
}

/// The colours of series: those of Okabe and Ito, which colour-blind people tell apart, then steps of viridis.
enum Palette {
    private static let okabeIto: [Color] = [
        Color(0x0072B2), Color(0xD55E00), Color(0x009E73), Color(0xE69F00),
        Color(0x56B4E9), Color(0xCC79A7), Color(0x999999), Color(0xF0E442),
    ]

    /// A colour for each of `count` series.
    static func colors(_ count: Int) -> [Color] {
        if count <= okabeIto.count { return Array(okabeIto.prefix(count)) }
        return (0..<count).map { ColorMap.viridis.color(at: Double($0) / Double(count - 1) * 0.95) }
    }
}
