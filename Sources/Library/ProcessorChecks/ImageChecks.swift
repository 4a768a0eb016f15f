import CImageKernels

extension KernelCheck {
    static var imageChecks: [KernelCheck] {
        let (width, height, newWidth, newHeight, taps) = (37, 19, 23, 11, 8)
        let rgb = CheckNumbers.bytes(width * height * 3, seed: 31)
        return [
            KernelCheck(name: "image_resize_rows", tolerance: 0) {
                let first = (0..<newWidth).map { Int32($0 * (width - taps) / newWidth) }
                var out = [UInt8](repeating: 0, count: newWidth * height * 3)
                var expanded = [UInt8](repeating: 0, count: (width + taps) * 4)
                image_resize_rows(
                    rgb, width, &out, newWidth, height, first, weights(newWidth * taps), taps, &expanded)
                return out.map(Double.init)
            },
            KernelCheck(name: "image_resize_columns", tolerance: 0) {
                let first = (0..<newHeight).map { Int32($0 * (height - taps) / newHeight) }
                let count = (0..<newHeight).map { Int32($0 % taps + 1) }
                var out = [UInt8](repeating: 0, count: width * newHeight * 3)
                var sums = [Int32](repeating: 0, count: width * 3)
                image_resize_columns(
                    rgb, &out, newHeight, width * 3, first, count, weights(newHeight * taps), taps, &sums)
                return out.map(Double.init)
            },
            KernelCheck(name: "image_from_inverted_cmyk", tolerance: 0) {
                let cmyk = CheckNumbers.bytes(4 * 333, seed: 32)
                var out = [UInt8](repeating: 0, count: 3 * 333)
                image_from_inverted_cmyk(cmyk, 333, &out)
                return out.map(Double.init)
            },
            KernelCheck(
                name: "image_planes", tolerance: 0,
                expected: (0..<3).flatMap { channel in
                    (0..<width * height).map { Double(256 * channel + Int(rgb[3 * $0 + channel])) / 4 }
                }
            ) {
                let tables = (0..<768).map { Float($0) / 4 }
                var red = [Float](repeating: 0, count: width * height)
                var (green, blue) = (red, red)
                image_planes(rgb, width * height, tables, &red, &green, &blue)
                return red.doubles + green.doubles + blue.doubles
            },
            // At its own size an image keeps its pixels.
            KernelCheck(
                name: "image_sample_planes", tolerance: 1e-6,
                expected: (0..<3).flatMap { channel in
                    (0..<width * height).map { (Double(rgb[3 * $0 + channel]) / 255 - 0.5) / 0.25 }
                }
            ) {
                var planes = [Float](repeating: 0, count: width * height * 3)
                let (mean, deviation) = (
                    [Float](repeating: 0.5, count: 3), [Float](repeating: 0.25, count: 3)
                )
                image_sample_planes(rgb, width, height, mean, deviation, width, height, &planes)
                return planes.doubles
            },
            KernelCheck(
                name: "image_read_png", tolerance: 0,
                expected: [0, 255, 0, 10, 20, 30, 40, 1, 2, 3, 250, 251, 252, 1]
            ) {
                var out = [UInt8](repeating: 0, count: 12)
                var message = [CChar](repeating: 0, count: 100)
                let good = image_read_png(png, png.count, 2, 2, &out, &message, message.count)
                var rest = out
                let short = image_read_png(png, png.count - 30, 2, 2, &rest, &message, message.count)
                return [Double(good)] + out.map(Double.init) + [Double(short)]
            },
        ]
    }

    /// Weights with 22 bits after the point, of both signs, whose sum of eight is near 1.
    private static func weights(_ count: Int) -> [Int32] {
        CheckNumbers.doubles(count, seed: 33).map { Int32((0.125 + $0 / 4) * 0x1p22) }
    }

    /// A PNG file of 2 x 2 pixels.
    private static let png: [UInt8] = [
        0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52,
        0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x02, 0x08, 0x02, 0x00, 0x00, 0x00, 0xfd, 0xd4, 0x9a,
        0x73, 0x00, 0x00, 0x00, 0x16, 0x49, 0x44, 0x41, 0x54, 0x78, 0xda, 0x63, 0xf8, 0xcf, 0xc0, 0x25,
        0x22, 0xa7, 0xc1, 0xc0, 0xc8, 0xc4, 0xfc, 0xeb, 0xf7, 0x1f, 0x00, 0x16, 0x81, 0x04, 0x5b, 0x26,
        0x8f, 0x3b, 0x61, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
    ]
}
