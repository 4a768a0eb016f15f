/// Colors chosen by median cut (Heckbert 1982): boxes of colors are halved until there are enough.
struct ReducedPalette {
    /// The colors, without transparency, as cairo holds them.
    private(set) var colors: [UInt32] = []
    /// The palette's index by the upper six bits of red, green and blue.
    private var indices = [UInt8](repeating: 0, count: 1 << 18)

    private struct Bin {
        let color: SIMD3<Int>
        let count: Int
        let place: Int
    }

    /// At most this many colors for pixels as cairo holds them; those of words stay as they are, however few their pixels.
    init(_ pixels: [UInt32], colors most: Int) {
        var counts = [Int](repeating: 0, count: 1 << 18)
        var sums = [SIMD3<Int>](repeating: .zero, count: 1 << 18)
        pixels.withUnsafeBufferPointer { pixels in
            // Pages have long runs of white.
            var start = 0
            while start < pixels.count {
                let pixel = pixels[start]
                var end = start + 1
                while end < pixels.count, pixels[end] == pixel { end += 1 }
                let (place, run) = (ReducedPalette.place(pixel), end - start)
                counts[place] += run
                sums[place] &+=
                    SIMD3(Int(pixel >> 16 & 255), Int(pixel >> 8 & 255), Int(pixel & 255))
                    &* SIMD3(repeating: run)
                start = end
            }
        }
        let bins = counts.indices.filter { counts[$0] > 0 }.map {
            Bin(
                color: (sums[$0] &+ SIMD3(repeating: counts[$0] / 2)) / counts[$0], count: counts[$0],
                place: $0)
        }
        var boxes = [bins.filter { !ReducedPalette.words.contains($0.place) }]
        boxes += bins.filter { ReducedPalette.words.contains($0.place) }.map { [$0] }
        var spreads = boxes.map(ReducedPalette.spread)
        while boxes.count < most {
            // The box whose colors differ most, by how often they occur.
            guard let widest = spreads.indices.max(by: { spreads[$0].weight < spreads[$1].weight }),
                spreads[widest].weight > 0
            else { break }
            let axis = spreads[widest].axis
            let sorted = boxes[widest].sorted { $0.color[axis] < $1.color[axis] }
            let half = sorted.reduce(0) { $0 + $1.count } / 2
            var (cut, seen) = (0, 0)
            while cut < sorted.count - 1, seen + sorted[cut].count <= half || cut == 0 {
                seen += sorted[cut].count
                cut += 1
            }
            boxes[widest] = Array(sorted[..<cut])
            boxes.append(Array(sorted[cut...]))
            spreads[widest] = ReducedPalette.spread(boxes[widest])
            spreads.append(ReducedPalette.spread(boxes[boxes.count - 1]))
        }
        for (index, box) in boxes.enumerated() {
            let count = max(1, box.reduce(0) { $0 + $1.count })
            let sum = box.reduce(SIMD3<Int>.zero) { $0 &+ $1.color &* SIMD3(repeating: $1.count) }
            let mean = (0..<3).map { UInt32(min(255, (sum[$0] + count / 2) / count)) }
            colors.append(0xFF00_0000 | mean[0] << 16 | mean[1] << 8 | mean[2])
            for bin in box { indices[bin.place] = UInt8(index) }
        }
    }

    /// Where the colors of words are.
    private static let words = Set(
        [Color.ink, .softInk].map { color in
            let parts = [color.red, color.green, color.blue].map { UInt32(($0 * 255).rounded()) }
            return place(parts[0] << 16 | parts[1] << 8 | parts[2])
        })

    func index(_ pixel: UInt32) -> UInt8 { indices[ReducedPalette.place(pixel)] }

    private static func place(_ pixel: UInt32) -> Int {
        Int(pixel >> 18 & 63) << 12 | Int(pixel >> 10 & 63) << 6 | Int(pixel >> 2 & 63)
    }

    private static func spread(_ box: [Bin]) -> (axis: Int, weight: Double) {
        guard box.count > 1 else { return (0, 0) }
        var (low, high) = (box[0].color, box[0].color)
        for bin in box {
            low = pointwiseMin(low, bin.color)
            high = pointwiseMax(high, bin.color)
        }
        let widths = high &- low
        let axis = (0..<3).max { widths[$0] < widths[$1] } ?? 0
        // The root of the root: otherwise the few pixels of a color bar are left with too few colors, and it has steps.
        let count = Double(box.reduce(0) { $0 + $1.count })
        return (axis, Double(widths[axis]) * count.squareRoot().squareRoot())
    }
}
