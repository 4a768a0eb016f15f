import Hashing
import SmallWorld
import Tensors
import Training

/// Two random views of each image: a box of it enlarged, perhaps mirrored, its channels made lighter or darker, noise.
enum Views {
    static func of(_ images: ImageBatch, step: Int) throws -> ImageBatch {
        let (side, count) = (images.side, images.count)
        let bytes = side * side * 3
        let pixels = [UInt8](unsafeUninitializedCapacity: 2 * count * bytes) { target, written in
            let base = target.baseAddress
            images.pixels.withUnsafeBufferPointer { source in
                parallelFor(2 * count, grain: 4) { range in
                    for view in range {
                        guard let base, let from = source.baseAddress else { return }
                        var random = SplitMix64(
                            seed: UInt64(step &* 2 &* count &+ view) &* 0xd134_2543_de82_ef95 &+ 17)
                        draw(from + view % count * bytes, into: base + view * bytes, side: side, &random)
                    }
                }
            }
            written = 2 * count * bytes
        }
        return try ImageBatch(side: side, pixels: pixels)
    }

    private static func draw(
        _ from: UnsafePointer<UInt8>, into to: UnsafeMutablePointer<UInt8>, side: Int,
        _ random: inout SplitMix64
    ) {
        func unit() -> Float { Float(random.next() >> 40) * 0x1p-24 }
        let box = Float(side) * (0.7 + 0.3 * unit())
        let (left, top) = (unit() * (Float(side) - box), unit() * (Float(side) - box))
        let isMirrored = unit() < 0.5
        let gains = (0..<3).map { _ in 0.8 + 0.4 * unit() }
        let noise = 12 * unit()
        let step = box / Float(side)
        for row in 0..<side {
            for column in 0..<side {
                let x = left + (Float(isMirrored ? side - 1 - column : column) + 0.5) * step - 0.5
                let y = top + (Float(row) + 0.5) * step - 0.5
                let (x0, y0) = (max(0, min(side - 2, Int(x))), max(0, min(side - 2, Int(y))))
                let (u, v) = (max(0, min(1, x - Float(x0))), max(0, min(1, y - Float(y0))))
                let corner = from + (y0 * side + x0) * 3
                let bits = random.next()
                for channel in 0..<3 {
                    let (a, b) = (Float(corner[channel]), Float(corner[3 + channel]))
                    let (c, d) = (Float(corner[3 * side + channel]), Float(corner[3 * side + 3 + channel]))
                    let light = (a + u * (b - a)) * (1 - v) + (c + u * (d - c)) * v
                    let shake = Float((bits >> (16 * UInt64(channel))) & 0xffff) / 32768 - 1
                    to[(row * side + column) * 3 + channel] = UInt8(
                        max(0, min(255, gains[channel] * light + noise * shake)))
                }
            }
        }
    }
}
