internal import CImageKernels
internal import CPNG
import Foundation

/// PNG files, through libpng.
enum PNG {
    static let signature: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

    static func decode(_ bytes: Bytes, _ url: URL, pixelLimit: Int) throws -> RGBImage {
        // The header is the first chunk: length, name, width, height.
        guard let width = bytes.number(at: 16, as: UInt32.self, bigEndian: true).map(Int.init),
            let height = bytes.number(at: 20, as: UInt32.self, bigEndian: true).map(Int.init)
        else { throw FormatError(url, "is cut short: a PNG file has a header of 33 bytes") }
        try checkPixels(width, height, limit: pixelLimit, url)
        let pixels = try [UInt8](unsafeUninitializedCapacity: width * height * 3) { target, count in
            try withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { message in
                guard
                    image_read_png(
                        bytes.buffer.baseAddress, bytes.count, width, height, target.baseAddress,
                        message.baseAddress, message.count) == 0
                else {
                    let text = message.baseAddress.map { String(cString: $0) } ?? ""
                    throw FormatError(url, "cannot be decoded as PNG: \(text)")
                }
            }
            count = target.count
        }
        return try RGBImage(width: width, height: height, pixels: pixels)
    }

    /// The orientation that the `eXIf` chunk states, or else the text of XMP; 1 if there is none.
    static func orientation(_ bytes: Bytes) -> Int {
        var position = signature.count
        var fromText: Int?
        while let length = bytes.number(at: position, as: UInt32.self, bigEndian: true).map(Int.init),
            let name = bytes.part(at: position + 4, count: 4),
            let chunk = bytes.part(at: position + 8, count: length)
        {
            if name.buffer.elementsEqual("eXIf".utf8), let stated = exifOrientation(chunk) { return stated }
            if name.buffer.elementsEqual("iTXt".utf8), chunk.buffer.starts(with: "XML:com.adobe.xmp\0".utf8) {
                fromText = fromText ?? xmpOrientation(chunk)
            }
            position += 12 + length
        }
        return fromText ?? 1
    }

    /// A PNG file of an image.
    static func encode(_ image: RGBImage) -> Data {
        var header = png_image()
        header.version = png_uint_32(PNG_IMAGE_VERSION)
        header.width = png_uint_32(image.width)
        header.height = png_uint_32(image.height)
        header.format = png_uint_32(PNG_FORMAT_FLAG_COLOR)
        return image.pixels.withUnsafeBytes { pixels in
            var size = 0
            guard
                png_image_write_to_memory(&header, nil, &size, 0, pixels.baseAddress, 0, nil) != 0
            else { return Data() }
            var data = Data(count: size)
            let isWritten = data.withUnsafeMutableBytes {
                png_image_write_to_memory(&header, $0.baseAddress, &size, 0, pixels.baseAddress, 0, nil) != 0
            }
            return isWritten ? data.prefix(size) : Data()
        }
    }
}
