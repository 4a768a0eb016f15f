import Foundation

/// An opaque color in sRGB, components from 0 to 1.
public struct Color: Sendable, Equatable {
    public var red: Double
    public var green: Double
    public var blue: Double

    /// A color of its three components.
    ///
    /// - Parameters:
    ///   - red: 0 to 1.
    ///   - green: 0 to 1.
    ///   - blue: 0 to 1.
    public init(red: Double, green: Double, blue: Double) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// A color of its code, for instance `0x0072B2`.
    ///
    /// - Parameter code: two hexadecimal digits each for red, green and blue.
    public init(_ code: UInt32) {
        self.init(
            red: Double(code >> 16 & 255) / 255, green: Double(code >> 8 & 255) / 255,
            blue: Double(code & 255) / 255)
    }

    /// The color as HTML writes it, for instance `#0072b2`.
    public var hex: String {
        func byte(_ component: Double) -> Int { Int((min(1, max(0, component)) * 255).rounded()) }
        return String(format: "#%02x%02x%02x", byte(red), byte(green), byte(blue))
    }

    /// The color part of the way to another; 0 is this one, 1 the other.
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

    /// Whether black text has more contrast to this color than white text; either has at least 4.5 to 1 (WCAG AA).
    var wantsDarkText: Bool { (luminance + 0.05) / 0.05 >= 1.05 / (luminance + 0.05) }

    /// Black or white, whichever can be read on this color.
    var readableText: Color { wantsDarkText ? .black : .white }

    static let white = Color(0xFFFFFF)
    static let black = Color(0x000000)
    static let ink = Color(0x222222)
    static let softInk = Color(0x666666)
    static let grid = Color(0xDDDDDD)
    static let axis = Color(0x888888)
}

/// The colors of series: those of Okabe and Ito, which color-blind people tell apart, then steps of viridis.
enum Palette {
    static let okabeIto: [Color] = [
        Color(0x0072B2), Color(0xD55E00), Color(0x009E73), Color(0xE69F00),
        Color(0x56B4E9), Color(0xCC79A7), Color(0x999999), Color(0xF0E442),
    ]

    /// A color for each of `count` series: those of `own`, again from the first if they are too few.
    static func colors(_ count: Int, own: [Color] = []) -> [Color] {
        if !own.isEmpty { return (0..<count).map { own[$0 % own.count] } }
        if count <= okabeIto.count { return Array(okabeIto.prefix(count)) }
        return (0..<count).map { ColorMap.viridis.color(at: Double($0) / Double(count - 1) * 0.95) }
    }
}
