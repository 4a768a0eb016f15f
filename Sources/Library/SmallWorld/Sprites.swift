import Foundation
import Hashing

/// The masks of all shapes, sizes and tilts, and noise, made once.
enum Sprites {
    /// Rows and columns of a mask.
    static let side = 28
    private static let radii = [[6.0, 6.6, 7.2], [9.6, 10.4, 11.2]]
    private static let tilts = [-12.0, -6, 0, 6, 12]

    /// How much of each pixel a shape covers: shape x radius (the small ones first) x tilt x side x side.
    private static let masks: [Float] = SceneObject.Shape.allCases.flatMap { shape in
        radii.flatMap { $0 }.flatMap { radius in tilts.flatMap { mask(shape, radius: radius, tilt: $0) } }
    }

    static let noiseCount = 256 * 256 * 3
    /// Numbers of the normal distribution.
    static let noise: [Float] = {
        var random = SplitMix64(seed: 64)
        return (0..<noiseCount).map { _ in Float(random.normal()) }
    }()

    private static func mask(_ shape: SceneObject.Shape, radius: Double, tilt: Double) -> [Float] {
        let (sine, cosine) = (sin(tilt * .pi / 180), cos(tilt * .pi / 180))
        return (0..<side * side).map { pixel in
            var covered = 0
            for sample in 0..<9 {
                let x = Double(pixel % side) + (Double(sample % 3) + 0.5) / 3 - Double(side) / 2
                let y = Double(pixel / side) + (Double(sample / 3) + 0.5) / 3 - Double(side) / 2
                if shape.contains((cosine * x + sine * y) / radius, (cosine * y - sine * x) / radius) {
                    covered += 1
                }
            }
            return Float(covered) / 9
        }
    }

    /// Draws an object on a canvas of 64 x 64 x 3 numbers.
    static func draw(
        _ object: SceneObject, on canvas: UnsafeMutablePointer<Float>, _ random: inout SplitMix64
    ) {
        let radius = object.size.number * 3 + Int(random.next() % 3)
        let tilt = Int(random.next() % UInt64(tilts.count))
        let first = ((object.shape.number * 6 + radius) * tilts.count + tilt) * side * side
        let left = 12 + 20 * object.column + Int(random.next() % 5) - 2 - side / 2
        let top = 12 + 20 * object.row + Int(random.next() % 5) - 2 - side / 2
        let gain = Float(0.85 + 0.2 * random.unit())
        let rgb = object.color.rgb
        let color = (
            gain * rgb[0] + Float(7 * random.normal()), gain * rgb[1] + Float(7 * random.normal()),
            gain * rgb[2] + Float(7 * random.normal())
        )
        let (direction, phase) = (Int(random.next() % 3), Int(random.next() % 25))
        masks.withUnsafeBufferPointer { masks in
            guard let mask = masks.baseAddress.map({ $0 + first }) else { return }
            for row in max(0, -top)..<min(side, Scene.side - top) {
                for column in max(0, -left)..<min(side, Scene.side - left) {
                    let cover = mask[row * side + column]
                    if cover == 0 { continue }
                    let shade = object.texture.shade(
                        row: row, column: column, direction: direction, phase: phase)
                    let pixel = canvas + ((top + row) * Scene.side + left + column) * 3
                    pixel[0] += cover * (shade * color.0 - pixel[0])
                    pixel[1] += cover * (shade * color.1 - pixel[1])
                    pixel[2] += cover * (shade * color.2 - pixel[2])
                }
            }
        }
    }
}

extension SceneObject.Texture {
    /// By what the color is multiplied at a pixel.
    fileprivate func shade(row: Int, column: Int, direction: Int, phase: Int) -> Float {
        switch self {
        case .plain: return 1
        case .striped:
            let place = direction == 0 ? row : direction == 1 ? column : row + column
            return (place + phase) % 5 < 2 ? 0.35 : 1
        case .dotted:
            return (row + phase / 5) % 5 < 2 && (column + phase) % 5 < 2 ? 0.3 : 1
        }
    }
}

extension SceneObject.Shape {
    /// Whether a point lies in the shape of radius 1 around zero; y points down.
    fileprivate func contains(_ x: Double, _ y: Double) -> Bool {
        let square = x * x + y * y
        switch self {
        case .circle: return square <= 0.95
        case .square: return max(abs(x), abs(y)) <= 0.82
        case .triangle: return y <= 0.75 && 1.75 * abs(x) <= y + 1
        case .cross: return min(abs(x), abs(y)) <= 0.32 && max(abs(x), abs(y)) <= 1
        case .ring: return square <= 1 && square >= 0.36
        case .moon: return square <= 1 && (x - 0.5) * (x - 0.5) + y * y >= 0.64
        case .diamond: return abs(x) / 0.72 + abs(y) <= 1
        case .star:
            // Folded to one of ten equal parts: from a tip (angle 0, radius 1) to the notch beside it (36°, 0.45).
            let turn = 2 * Double.pi / 5
            var angle = atan2(x, -y).truncatingRemainder(dividingBy: turn)
            if angle < 0 { angle += turn }
            angle = min(angle, turn - angle)
            let (u, v) = (square.squareRoot() * cos(angle), square.squareRoot() * sin(angle))
            let (a, b) = (0.45 * cos(Double.pi / 5), 0.45 * sin(Double.pi / 5))
            return (u - 1) * b - v * (a - 1) <= 0
        }
    }
}
