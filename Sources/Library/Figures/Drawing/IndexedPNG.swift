import Formats
import Foundation

/// Pixels as a PNG file of at most 256 colors: a quarter of the bytes of one with three bytes a pixel, and sooner written.
///
/// A drawing has few colors but for the smoothed edges of its lines and letters: colors that look alike become one, since
/// fewer colors are fewer bytes. Source: PNG specification (third edition), 11.2 and 11.3.
struct IndexedPNG {
    private let width: Int
    private let height: Int
    private var palette: [UInt32] = []
    private var rows: [UInt8] = []

    /// Colors of smoothed edges that are this near to one another look alike (sum over four channels).
    private static let alikeOnEdges = 36
    /// The same of gray edges, those of letters and outlines, of which a picture has many: eight steps from white to
    /// black. A mosaic of 21 outlines takes an eighth fewer bytes than with 21 steps, and looks the same.
    private static let alikeOnGrayEdges = 90
    /// The same of areas and of the steps of a scale, which lie side by side; the next where one leaves too many colors.
    private static let alikeInAreas = [8, 16, 36]
    private static let mostColors = 20_000

    /// Pixels as cairo holds them: opacity, red, green, blue from the highest byte on, colors multiplied by opacities.
    ///
    /// Nil where 256 colors are too few for the picture.
    init?(_ pixels: UnsafePointer<UInt32>, width: Int, height: Int, stride: Int, isOpaque: Bool) {
        (self.width, self.height) = (width, height)
        var table = ColorCounts()
        let opaque: UInt32 = isOpaque ? 0xFF00_0000 : 0
        // The number of each pixel's color in the table.
        var numbers = [Int32](repeating: 0, count: width * height)
        let isWhole = numbers.withUnsafeMutableBufferPointer { numbers in
            var index = 0
            for y in 0..<height {
                let row = pixels + y * stride
                var (last, lastNumber): (UInt32, Int32) = (0, -1)
                for x in 0..<width {
                    let color = row[x] | opaque
                    if color != last || lastNumber < 0 {
                        (last, lastNumber) = (color, table.number(of: color))
                        guard table.colors.count <= IndexedPNG.mostColors else { return false }
                    }
                    table.counts[Int(lastNumber)] += 1
                    numbers[index] = lastNumber
                    index += 1
                }
            }
            return true
        }
        guard isWhole, let places = places(of: table) else { return nil }
        rows = [UInt8](unsafeUninitializedCapacity: (width + 1) * height) { rows, count in
            for y in 0..<height {
                // No filter: neighbors in a palette are not alike.
                rows[y * (width + 1)] = 0
                for x in 0..<width { rows[y * (width + 1) + 1 + x] = places[Int(numbers[y * width + x])] }
            }
            count = (width + 1) * height
        }
    }

    /// A picture on white in the nearest of its most telling colors, at most 256: a lit surface has tens of thousands.
    ///
    /// Of three rows the second and the third repeat what is above for as long as it looks alike, which costs next to
    /// nothing once it is deflated: a third fewer bytes, and no pixel is further from its color than the palette's steps.
    init(_ picture: Picture, colors: Int) {
        (width, height) = (picture.width, picture.height)
        let reduced = ReducedPalette(picture.pixels, colors: colors)
        palette = reduced.colors
        rows = IndexedPNG.rows(of: picture, reduced)
    }

    private static let rowsAlike = 3
    /// Runs that are shorter are not worth repeating.
    private static let shortestRun = 8
    /// Of red, twice green and blue: six steps of 255 in each.
    private static let alikeAbove = 24

    private static func rows(of picture: Picture, _ reduced: ReducedPalette) -> [UInt8] {
        let (width, height) = (picture.width, picture.height)
        return [UInt8](unsafeUninitializedCapacity: (width + 1) * height) { rows, count in
            picture.pixels.withUnsafeBufferPointer { pixels in
                for y in 0..<height {
                    let (line, start) = (y * (width + 1) + 1, y * width)
                    let above = line - width - 1
                    // No filter: neighbors in a palette are not alike.
                    rows[line - 1] = 0
                    var x = 0
                    while x < width {
                        var end = x
                        if y % rowsAlike != 0 {
                            while end < width,
                                difference(pixels[start + end], reduced.colors[Int(rows[above + end])])
                                    <= alikeAbove
                            { end += 1 }
                        }
                        if end - x >= shortestRun {
                            for place in x..<end { rows[line + place] = rows[above + place] }
                            x = end
                        } else {
                            let next = min(end + 1, width)
                            for place in x..<next {
                                rows[line + place] = reduced.index(pixels[start + place])
                            }
                            x = next
                        }
                    }
                }
            }
            count = (width + 1) * height
        }
    }

    @inline(__always) private static func difference(_ one: UInt32, _ other: UInt32) -> Int {
        func apart(_ shift: UInt32) -> Int { abs(Int(one >> shift & 255) - Int(other >> shift & 255)) }
        return apart(16) + 2 * apart(8) + apart(0)
    }

    /// The place in the palette of each color of the table; nil where 256 do not look like all of them.
    private mutating func places(of table: ColorCounts) -> [UInt8]? {
        let order = table.colors.indices.sorted { table.counts[$0] > table.counts[$1] }
        for alike in IndexedPNG.alikeInAreas {
            if let places = places(of: table, order, alike: alike) { return places }
        }
        return nil
    }

    /// The most frequent colors first, each of which stands for those that look like it.
    private mutating func places(of table: ColorCounts, _ order: [Int], alike: Int) -> [UInt8]? {
        palette = []
        var places = [UInt8](repeating: 0, count: table.colors.count)
        for index in order {
            let color = table.colors[index]
            let (least, onEdges) =
                IndexedPNG.isGray(color)
                ? (max(24, width * height / 2000), IndexedPNG.alikeOnGrayEdges)
                : (24, IndexedPNG.alikeOnEdges)
            let limit = table.counts[index] < least ? onEdges : alike
            var (nearest, place) = (Int.max, 0)
            for (candidate, other) in palette.enumerated() {
                let distance = IndexedPNG.distance(color, other)
                if distance < nearest { (nearest, place) = (distance, candidate) }
            }
            if nearest > limit {
                guard palette.count < 256 else { return nil }
                place = palette.count
                palette.append(color)
            }
            places[index] = UInt8(place)
        }
        return places
    }

    private static func isGray(_ color: UInt32) -> Bool {
        let (red, green, blue) = (color >> 16 & 255, color >> 8 & 255, color & 255)
        return max(red, green, blue) - min(red, green, blue) <= 10
    }

    private static func distance(_ a: UInt32, _ b: UInt32) -> Int {
        var sum = 0
        for shift in [0, 8, 16, 24] as [UInt32] {
            sum += abs(Int(a >> shift & 255) - Int(b >> shift & 255))
        }
        return sum
    }

    /// The file.
    func file() -> Data {
        var file = PNGFile.signature
        // Eight bits a pixel, an index into the palette, deflated, no interlacing.
        file += PNGFile.chunk(
            "IHDR",
            PNGFile.bigEndian(UInt32(width)) + PNGFile.bigEndian(UInt32(height)) + Data([8, 3, 0, 0, 0]))
        var (colors, opacities) = (Data(), Data())
        for color in palette {
            let opacity = color >> 24
            func whole(_ shift: UInt32) -> UInt8 {
                let component = color >> shift & 255
                return opacity == 0 ? 0 : UInt8(min(255, (component * 255 + opacity / 2) / opacity))
            }
            colors += [whole(16), whole(8), whole(0)]
            opacities.append(UInt8(opacity))
        }
        file += PNGFile.chunk("PLTE", colors)
        if opacities.contains(where: { $0 < 255 }) { file += PNGFile.chunk("tRNS", opacities) }
        // Each of the last levels takes twice as long as the one before, for a hundredth or two of the bytes.
        let level = rows.count > 1 << 20 ? 7 : 8
        return file + PNGFile.chunk("IDAT", zlibStream(of: Data(rows), level: level))
            + PNGFile.chunk("IEND", Data())
    }
}

/// The colors of a picture and how many pixels have each: a hash table of open addresses.
private struct ColorCounts {
    private(set) var colors: [UInt32] = []
    var counts: [Int] = []
    private var slots = [Int32](repeating: -1, count: 1 << 16)

    /// The number of a color, which is new where it was not there.
    mutating func number(of color: UInt32) -> Int32 {
        var slot = Int((color &* 2_654_435_769) >> 16)
        while slots[slot] >= 0 {
            if colors[Int(slots[slot])] == color { return slots[slot] }
            slot = (slot + 1) & 0xFFFF
        }
        slots[slot] = Int32(colors.count)
        colors.append(color)
        counts.append(0)
        return slots[slot]
    }
}
