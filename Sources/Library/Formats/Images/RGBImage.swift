/// An image of 8 bits per channel, red, green and blue.
///
/// ```swift
/// let image = try RGBImage.open("cat.jpg")
/// let (row, column) = (10, 20)
/// let green = image.pixels[3 * (row * image.width + column) + 1]
/// ```
public struct RGBImage: Sendable, Equatable {
    /// Pixels in a row.
    public let width: Int
    /// Rows.
    public let height: Int
    /// Height x width x 3, row by row from the top, red first.
    public let pixels: [UInt8]

    /// An image of the given pixels; throws if they are not height x width x 3.
    ///
    /// - Parameters:
    ///   - width: in pixels.
    ///   - height: in pixels.
    ///   - pixels: red, green and blue of each pixel, row after row: height x width x 3.
    public init(width: Int, height: Int, pixels: [UInt8]) throws {
        guard width > 0, height > 0, let bytes = byteCount(of: [height, width, 3], .uint8),
            pixels.count == bytes
        else {
            throw ImageError(
                "an image of \(width) x \(height) pixels needs both above 0 and 3 bytes a pixel; "
                    + "\(pixels.count) bytes were given")
        }
        self.width = width
        self.height = height
        self.pixels = pixels
    }

    /// Throws `ImageError` unless an image can be made that has this size: at most as many pixels as are decoded of a file.
    func checkSize(width newWidth: Int, height newHeight: Int, _ action: String) throws {
        let (area, isHuge) = newWidth.multipliedReportingOverflow(by: newHeight)
        guard newWidth > 0, newHeight > 0, !isHuge, area <= Self.pixelLimit else {
            throw ImageError(
                "an image of \(width) x \(height) pixels cannot be \(action) to \(newWidth) x \(newHeight)")
        }
    }

    /// An image of pixels that are known to be as many as it needs.
    init(unchecked width: Int, _ height: Int, _ pixels: [UInt8]) {
        self.width = width
        self.height = height
        self.pixels = pixels
    }
}

/// What is wrong with an image that did not come from a file.
public struct ImageError: Error, CustomStringConvertible, Equatable {
    public let description: String

    package init(_ description: String) { self.description = description }
}
