import Formats
import Foundation

/// What a PNG file says beside its pixels. Source: PNG specification (third edition), 11.3.
enum PNGFile {
    static let signature = Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])

    /// The size that the header states, in pixels.
    static func size(of png: Data) -> (width: Int, height: Int) {
        func number(_ at: Int) -> Int { png[at..<at + 4].reduce(0) { $0 << 8 | Int($1) } }
        return png.count >= 24 ? (number(16), number(20)) : (0, 0)
    }

    /// The file with its resolution and a description; chunks for them follow the header, which ends at byte 33.
    static func adding(dpi: Double, description: String, to png: Data) -> Data {
        guard png.count > 33 else { return png }
        let perMeter = bigEndian(UInt32((dpi / 0.0254).rounded()))
        // Keyword, not compressed, no language, no translated keyword.
        let text = Data("Description".utf8) + Data([0, 0, 0, 0, 0]) + Data(description.utf8)
        return png.prefix(33) + chunk("pHYs", perMeter + perMeter + Data([1])) + chunk("iTXt", text)
            + png.dropFirst(33)
    }

    static func chunk(_ type: String, _ content: Data) -> Data {
        let checked = Data(type.utf8) + content
        return bigEndian(UInt32(content.count)) + checked
            + bigEndian(checked.withUnsafeBytes { crc32(of: $0) })
    }

    static func bigEndian(_ value: UInt32) -> Data {
        withUnsafeBytes(of: value.bigEndian) { Data($0) }
    }

    /// A file of 32-bit pixels (alpha, red, green, blue from the highest byte down, colors multiplied by alpha); without
    /// alpha where `isOpaque`.
    ///
    /// For pages with lit meshes, which take cairo's own writer half a second: each row is stored as its difference to the
    /// one above, and several threads compress.
    static func encoded(
        _ pixels: UnsafePointer<UInt32>, width: Int, height: Int, stride: Int, isOpaque: Bool
    ) -> Data {
        let channels = isOpaque ? 3 : 4
        let length = width * channels + 1
        var rows = Data(count: length * height)
        rows.withUnsafeMutableBytes { rows in
            var above = [UInt8](repeating: 0, count: length)
            var row = above
            for y in 0..<height {
                let source = pixels + y * stride
                for x in 0..<width {
                    let color = isOpaque ? source[x] : plain(source[x])
                    let place = x * channels + 1
                    row[place] = UInt8(truncatingIfNeeded: color >> 16)
                    row[place + 1] = UInt8(truncatingIfNeeded: color >> 8)
                    row[place + 2] = UInt8(truncatingIfNeeded: color)
                    if !isOpaque { row[place + 3] = UInt8(truncatingIfNeeded: color >> 24) }
                }
                let target = y * length
                rows[target] = 2  // the filter "up"
                for place in 1..<length { rows[target + place] = row[place] &- above[place] }
                swap(&above, &row)
            }
        }
        let header =
            bigEndian(UInt32(width)) + bigEndian(UInt32(height)) + Data([8, isOpaque ? 2 : 6, 0, 0, 0])
        return signature + chunk("IHDR", header)
            + chunk("IDAT", zlibStream(of: rows, level: 4, filtered: true)) + chunk("IEND", Data())
    }

    /// A pixel whose colors are not multiplied by alpha.
    @inline(__always) private static func plain(_ pixel: UInt32) -> UInt32 {
        let alpha = pixel >> 24
        guard alpha > 0, alpha < 255 else { return pixel }
        func divided(_ shift: UInt32) -> UInt32 {
            min(255, ((pixel >> shift & 255) * 255 + alpha / 2) / alpha) << shift
        }
        return alpha << 24 | divided(16) | divided(8) | divided(0)
    }
}
