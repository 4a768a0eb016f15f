import Foundation

/// What a PNG file says beside its pixels. Source: PNG specification (third edition), 11.3.
enum PNGFile {
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

    private static func chunk(_ type: String, _ content: Data) -> Data {
        let checked = Data(type.utf8) + content
        return bigEndian(UInt32(content.count)) + checked + bigEndian(crc(checked))
    }

    private static func bigEndian(_ value: UInt32) -> Data {
        withUnsafeBytes(of: value.bigEndian) { Data($0) }
    }

    /// The cyclic redundancy check of a chunk (Annex D).
    private static func crc(_ bytes: Data) -> UInt32 {
        ~bytes.reduce(~UInt32(0)) { crc, byte in
            (0..<8).reduce(crc ^ UInt32(byte)) { crc, _ in crc & 1 == 1 ? 0xEDB8_8320 ^ (crc >> 1) : crc >> 1
            }
        }
    }
}
