import Foundation

/// Pixels with transparency, row after row from the upper left corner.
package struct Picture: Sendable, Equatable {
    package let width: Int
    package let height: Int
    /// Alpha, red, green and blue from the highest byte down, colors multiplied by alpha: cairo's ARGB32.
    package var pixels: [UInt32]

    /// A transparent picture.
    package init(width: Int, height: Int) {
        self.width = width
        self.height = height
        pixels = [UInt32](repeating: 0, count: width * height)
    }

    /// The pixel in a column and a row: red, green, blue, alpha from 0 to 255, colors multiplied by alpha.
    package subscript(_ x: Int, _ y: Int) -> SIMD4<UInt8> {
        let pixel = pixels[y * width + x]
        return SIMD4(
            UInt8(pixel >> 16 & 255), UInt8(pixel >> 8 & 255), UInt8(pixel & 255), UInt8(pixel >> 24))
    }

    /// Lays a color over a pixel.
    mutating func set(_ column: Int, _ row: Int, _ color: Color, opacity: Double = 1) {
        let below = opacity < 1 ? self[column, row] : .zero
        func laid(_ component: Double, over below: UInt8) -> UInt32 {
            let part = min(1, max(0, component)) * opacity * 255 + Double(below) * (1 - opacity)
            return UInt32(min(255, max(0, part)).rounded())
        }
        let alpha = laid(1, over: below.w)
        // A color multiplied by alpha is at most alpha.
        let (red, green, blue) = (
            min(alpha, laid(color.red, over: below.x)), min(alpha, laid(color.green, over: below.y)),
            min(alpha, laid(color.blue, over: below.z))
        )
        pixels[row * width + column] = alpha << 24 | red << 16 | green << 8 | blue
    }

    /// The picture as PNG.
    package func png() -> Data {
        pixels.withUnsafeBufferPointer { pixels in
            pixels.baseAddress.map {
                PNGFile.encoded($0, width: width, height: height, stride: width, isOpaque: false)
            } ?? Data()
        }
    }

    /// The picture as an address that holds it all.
    var dataURL: String { "data:image/png;base64," + png().base64EncodedString() }
}

/// What the pixels of a picture are when it is drawn larger or smaller than it is.
enum PictureScaling: Equatable {
    /// Cells of one color each.
    case cells
    /// Places between which colors mix.
    case mixed
    /// Pixels of the page itself: the picture was made for it.
    case none
}
