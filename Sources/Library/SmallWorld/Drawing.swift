import Formats
import Foundation
import Hashing

extension Scene {
    /// Rows and columns of pixels of a picture.
    public static let side = 64

    /// The picture, 64 x 64 pixels; the same each time.
    public func image() throws -> RGBImage {
        var pixels = [UInt8](repeating: 0, count: Self.side * Self.side * 3)
        pixels.withUnsafeMutableBufferPointer { if let base = $0.baseAddress { draw(into: base) } }
        return try RGBImage(width: Self.side, height: Self.side, pixels: pixels)
    }

    /// Writes the picture's 64 x 64 x 3 bytes.
    public func draw(into pixels: UnsafeMutablePointer<UInt8>) {
        var random = SplitMix64(seed: drawing)
        withUnsafeTemporaryAllocation(of: Float.self, capacity: Self.side * Self.side * 3) { canvas in
            guard let canvas = canvas.baseAddress else { return }
            drawBackground(canvas, &random)
            for object in objects { Sprites.draw(object, on: canvas, &random) }
            let strength: Float = background.isNoisy ? 16 : 3
            let count = Self.side * Self.side * 3
            Sprites.noise.withUnsafeBufferPointer { noise in
                guard let noise = noise.baseAddress else { return }
                let from = noise + Int(random.next() % UInt64(Sprites.noiseCount - count))
                for index in 0..<count {
                    let value = canvas[index] + strength * from[index]
                    pixels[index] = UInt8(max(0, min(255, value)))
                }
            }
        }
    }

    private func drawBackground(_ canvas: UnsafeMutablePointer<Float>, _ random: inout SplitMix64) {
        let base = background.color.rgb
        let color = (0..<3).map { base[$0] + Float(6 * random.normal()) }
        let amplitude = Float(40 + 30 * random.unit()) * (random.next() & 1 == 0 ? 1 : -1)
        for row in 0..<Self.side {
            for column in 0..<Self.side {
                let place =
                    switch background.gradient {
                    case .none: Float(0)
                    case .horizontal: Float(column) / Float(Self.side - 1) - 0.5
                    case .vertical: Float(row) / Float(Self.side - 1) - 0.5
                    }
                let pixel = canvas + (row * Self.side + column) * 3
                pixel[0] = color[0] + amplitude * place
                pixel[1] = color[1] + amplitude * place
                pixel[2] = color[2] + amplitude * place
            }
        }
    }
}

extension SceneObject.Color {
    /// Red, green and blue from 0 to 255.
    var rgb: [Float] {
        switch self {
        case .red: [220, 45, 45]
        case .green: [60, 180, 70]
        case .blue: [55, 90, 225]
        case .yellow: [240, 225, 60]
        case .purple: [150, 55, 190]
        case .orange: [245, 140, 35]
        case .white: [240, 240, 240]
        case .cyan: [70, 220, 230]
        }
    }
}

extension SceneBackground.Color {
    var rgb: [Float] {
        switch self {
        case .gray: [80, 80, 80]
        case .brown: [95, 62, 35]
        case .navy: [25, 32, 90]
        case .olive: [78, 84, 25]
        }
    }
}
