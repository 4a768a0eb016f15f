import Foundation

/// The orientation tag (0x0112) of a TIFF header as EXIF embeds it, 1 if it means nothing; nil if there is none.
///
/// Source: EXIF 2.32, section 4.6.4.
func exifOrientation(_ tiff: Bytes) -> Int? {
    guard let order = tiff.number(at: 0, as: UInt16.self), order == 0x4949 || order == 0x4d4d else {
        return nil
    }
    let bigEndian = order == 0x4d4d
    guard let start = tiff.number(at: 4, as: UInt32.self, bigEndian: bigEndian).map(Int.init),
        let count = tiff.number(at: start, as: UInt16.self, bigEndian: bigEndian).map(Int.init)
    else { return nil }
    for entry in 0..<count {
        let place = start + 2 + entry * 12
        guard tiff.number(at: place, as: UInt16.self, bigEndian: bigEndian) == 0x0112 else { continue }
        let value = tiff.number(at: place + 8, as: UInt16.self, bigEndian: bigEndian).map(Int.init) ?? 1
        return (1...8).contains(value) ? value : 1
    }
    return nil
}

/// The orientation that Adobe's XMP states, of which Pillow asks where EXIF states none; nil if there is none.
func xmpOrientation(_ packet: Bytes) -> Int? {
    let text = String(decoding: packet.data, as: UTF8.self)
    guard let match = text.firstMatch(of: #/tiff:Orientation(?:="|>)([0-9])/#), let value = Int(match.1)
    else { return nil }
    return (1...8).contains(value) ? value : 1
}

extension RGBImage {
    /// The image turned and mirrored so that it stands as an EXIF orientation from 1 to 8 says.
    func turned(_ orientation: Int) -> RGBImage {
        guard (2...8).contains(orientation) else { return self }
        let isTransposed = orientation >= 5
        let (newWidth, newHeight) = isTransposed ? (height, width) : (width, height)
        // Where the first pixel of the result lies in the source, and the steps to the next column and row.
        let fromRight = [2, 3, 7, 8].contains(orientation)
        let fromBottom = [3, 4, 6, 7].contains(orientation)
        let right = fromRight ? -3 : 3
        let down = (fromBottom ? -3 : 3) * width
        let start = (fromRight ? (width - 1) * 3 : 0) + (fromBottom ? (height - 1) * width * 3 : 0)
        let (column, row) = isTransposed ? (down, right) : (right, down)
        let turned = [UInt8](unsafeUninitializedCapacity: pixels.count) { target, count in
            pixels.withUnsafeBufferPointer { source in
                var place = 0
                for y in 0..<newHeight {
                    for x in 0..<newWidth {
                        let from = start + y * row + x * column
                        target[place] = source[from]
                        target[place + 1] = source[from + 1]
                        target[place + 2] = source[from + 2]
                        place += 3
                    }
                }
            }
            count = pixels.count
        }
        return RGBImage(unchecked: newWidth, newHeight, turned)
    }
}
