import Foundation

extension RGBImage {
    /// The most pixels that are decoded, as in Pillow: a small file may claim to be a huge image.
    static let pixelLimit = 178_956_970

    /// Reads a JPEG or PNG file.
    ///
    /// Grays, palettes, CMYK (inverted, as Adobe writes it) and 16 bits become 8-bit RGB; transparency is dropped, as
    /// Pillow's `convert("RGB")` drops it. A photograph is turned as its EXIF orientation says, or where there is none that
    /// of XMP, unless `turned` is false.
    /// Throws `FormatError` if the file is neither, is damaged or cut short.
    public static func open(_ file: some FileLocation, turned: Bool = true) throws -> RGBImage {
        let url = file.fileURL
        return try decode(try Bytes(reading: url), url, turned: turned)
    }

    /// Reads the bytes of a JPEG or PNG file; `name` is what errors call them.
    ///
    /// - Parameters:
    ///   - data: the bytes of the file.
    ///   - name: what errors call the image.
    ///   - turned: whether the image is turned as its EXIF data say.
    public static func decode(_ data: Data, name: String = "the image", turned: Bool = true) throws
        -> RGBImage
    {
        let bytes = Bytes(count: data.count) { data.copyBytes(to: $0) }
        let url = URL(fileURLWithPath: name)
        guard !data.isEmpty else { throw FormatError(url, "is empty (0 bytes)") }
        return try decode(bytes, url, turned: turned)
    }

    private static func decode(_ bytes: Bytes, _ url: URL, turned: Bool) throws -> RGBImage {
        let image: RGBImage
        let orientation: Int
        if bytes.buffer.starts(with: JPEG.signature) {
            image = try JPEG.decode(bytes, url, pixelLimit: pixelLimit)
            orientation = JPEG.orientation(bytes)
        } else if bytes.buffer.starts(with: PNG.signature) {
            image = try PNG.decode(bytes, url, pixelLimit: pixelLimit)
            orientation = PNG.orientation(bytes)
        } else {
            throw FormatError(url, "begins neither as a JPEG nor as a PNG file\(kindNote(bytes))")
        }
        return turned ? image.turned(orientation) : image
    }
}

/// Throws if an image has no pixels or more than are decoded.
func checkPixels(_ width: Int, _ height: Int, limit: Int, _ url: URL) throws {
    let (pixels, overflow) = width.multipliedReportingOverflow(by: height)
    guard width > 0, height > 0, !overflow, pixels <= limit else {
        throw FormatError(
            url, "the image's size", expected: "from 1 to \(limit) pixels", found: "\(width) x \(height)")
    }
    try requireMemory(pixels * 4, for: "an image of \(width) x \(height) pixels", url)
}
