/// A size of EfficientNet: how much wider and deeper than b0 it is, and the pixels that it was trained on.
struct EfficientNetSize: Sendable {
    var name: String
    var width: Double
    var depth: Double
    var pixels: Int
    /// How much of a resized image's side the crop is.
    var crop: Double
    var isLite = false
    /// Whether the tensors that tell the size are all those of this one.
    var isCertain = false
    /// timm's name of it, without `tf_`.
    var architecture: String { name.lowercased().replacing("-", with: "_") }

    /// timm's: bicubic, but for the two largest of Lite.
    var transform: ImageTransform {
        ImageTransform(
            fit: .cropping(ImageSize(pixels), fraction: crop),
            interpolation: isLite && pixels >= 300 ? .bilinear : .bicubic,
            normalization: isLite ? .timm : .imageNet)
    }

    private static let all = table(
        "EfficientNet-b",
        [
            (1.0, 1.0, 224, 0.875), (1.0, 1.1, 240, 0.882), (1.1, 1.2, 260, 0.890), (1.2, 1.4, 300, 0.904),
            (1.4, 1.8, 380, 0.922), (1.6, 2.2, 456, 0.934), (1.8, 2.6, 528, 0.942), (2.0, 3.1, 600, 0.949),
            (2.2, 3.6, 672, 0.954),
        ])

    private static let lite = table(
        "EfficientNet-lite",
        [
            (1.0, 1.0, 224, 0.875), (1.0, 1.1, 240, 0.882), (1.1, 1.2, 260, 0.890), (1.2, 1.4, 300, 0.904),
            (1.4, 1.8, 380, 0.920),
        ], isLite: true)

    private static func table(_ name: String, _ sizes: [(Double, Double, Int, Double)], isLite: Bool = false)
        -> [EfficientNetSize]
    {
        sizes.enumerated().map { number, size in
            EfficientNetSize(
                name: name + String(number), width: size.0, depth: size.1, pixels: size.2, crop: size.3,
                isLite: isLite)
        }
    }

    /// The size with that stem, that many blocks, and the shape of the last convolution; the likeliest if none has all,
    /// whose tensors then do not fit.
    static func matching(stem: Int?, blocks: Int, head: [Int]?, isLite: Bool) -> EfficientNetSize {
        let sizes = isLite ? lite : all
        func score(_ size: EfficientNetSize) -> Int {
            let network = EfficientNet(width: size.width, depth: size.depth, isLite: isLite)
            return (network.depths.reduce(0, +) == blocks ? 4 : 0) + (network.stemWidth == stem ? 2 : 0)
                + (head?.prefix(2) == [network.headWidth, network.lastWidth] ? 1 : 0)
        }
        let scores = sizes.map(score)
        let best = scores.max() ?? 0
        var size = sizes[scores.firstIndex(of: best) ?? 0]
        size.isCertain = best == 7
        return size
    }
}
