internal import CImageKernels
internal import CJPEG
import Foundation

/// JPEG files, through libjpeg-turbo with its accurate transform, which is Pillow's.
enum JPEG {
    static let signature: [UInt8] = [0xff, 0xd8, 0xff]

    static func decode(_ bytes: Bytes, _ url: URL, pixelLimit: Int) throws -> RGBImage {
        guard let decoder = tjInitDecompress() else { throw FormatError(url, "no memory for decoding") }
        defer { tjDestroy(decoder) }
        guard let base = bytes.buffer.bindMemory(to: UInt8.self).baseAddress else {
            throw FormatError(url, "is empty")
        }
        func problem() -> FormatError {
            guard isWhole(bytes) else {
                return FormatError(url, "is cut short: a JPEG file ends with a marker that is not there")
            }
            return FormatError(url, "cannot be decoded as JPEG: \(String(cString: tjGetErrorStr2(decoder)))")
        }
        var (width, height, subsampling, colors) = (Int32(0), Int32(0), Int32(0), Int32(0))
        guard
            tjDecompressHeader3(
                decoder, base, UInt(bytes.count), &width, &height, &subsampling, &colors) == 0
        else { throw problem() }
        try checkPixels(Int(width), Int(height), limit: pixelLimit, url)
        let isCMYK = colors == TJCS_CMYK.rawValue || colors == TJCS_YCCK.rawValue
        let format = isCMYK ? TJPF_CMYK : TJPF_RGB
        let pixels = Int(width) * Int(height)
        let decoded = try [UInt8](unsafeUninitializedCapacity: pixels * (isCMYK ? 4 : 3)) { target, count in
            func decode(_ flags: Int32) -> Int32 {
                tjDecompress2(
                    decoder, base, UInt(bytes.count), target.baseAddress, width, 0, height, format.rawValue,
                    TJFLAG_ACCURATEDCT | TJFLAG_LIMITSCANS | flags)
            }
            var status = decode(TJFLAG_STOPONWARNING)
            if status != 0, tjGetErrorCode(decoder) == TJERR_WARNING.rawValue,
                isHarmless(String(cString: tjGetErrorStr2(decoder)))
            {
                status = decode(0)
                if tjGetErrorCode(decoder) == TJERR_WARNING.rawValue,
                    isHarmless(String(cString: tjGetErrorStr2(decoder)))
                {
                    status = 0
                }
            }
            guard status == 0 else { throw problem() }
            count = target.count
        }
        guard isCMYK else {
            return try RGBImage(width: Int(width), height: Int(height), pixels: decoded)
        }
        let rgb = [UInt8](unsafeUninitializedCapacity: pixels * 3) { target, count in
            decoded.withUnsafeBufferPointer {
                image_from_inverted_cmyk($0.baseAddress, pixels, target.baseAddress)
            }
            count = pixels * 3
        }
        return try RGBImage(width: Int(width), height: Int(height), pixels: rgb)
    }

    /// Whether a warning is about something beside the pixels: bytes too many between two segments, or an unknown
    /// version in the header. The others say that pixels are missing or wrong.
    private static func isHarmless(_ warning: String) -> Bool {
        ["extraneous bytes before marker", "Inconsistent progression", "Adobe", "JFIF"]
            .contains { warning.contains($0) }
    }

    /// Whether the marker that ends an image comes after the pixels; a thumbnail in the header has one of its own.
    private static func isWhole(_ bytes: Bytes) -> Bool {
        let start = segments(bytes).last?.end ?? 2
        var position = bytes.count - 2
        while position >= start {
            if bytes.number(at: position, as: UInt16.self, bigEndian: true) == 0xffd9 { return true }
            position -= 1
        }
        return false
    }

    /// The orientation that the EXIF segment states, or else the XMP segment; 1 if there is none.
    static func orientation(_ bytes: Bytes) -> Int {
        /// What comes in the first segment of that name.
        func content(_ name: String) -> Bytes? {
            let named = segments(bytes).first {
                $0.marker == 0xffe1 && $0.content.buffer.starts(with: name.utf8)
            }
            let length = name.utf8.count
            return named.flatMap { $0.content.part(at: length, count: $0.content.count - length) }
        }
        return content("Exif\0\0").flatMap(exifOrientation)
            ?? content("http://ns.adobe.com/xap/1.0/\0").flatMap(xmpOrientation) ?? 1
    }

    /// The segments before the first scan.
    private static func segments(_ bytes: Bytes) -> [(marker: UInt16, content: Bytes, end: Int)] {
        var segments: [(UInt16, Bytes, Int)] = []
        var position = 2
        while let marker = bytes.number(at: position, as: UInt16.self, bigEndian: true), marker >= 0xffc0,
            marker != 0xffda,
            let length = bytes.number(at: position + 2, as: UInt16.self, bigEndian: true).map(Int.init),
            length >= 2, let content = bytes.part(at: position + 4, count: length - 2)
        {
            position += 2 + length
            segments.append((marker, content, position))
        }
        return segments
    }
}
