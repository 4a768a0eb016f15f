import Formats

/// What timm's `config.json` says of the images that a model takes.
struct TimmConfiguration {
    private let section: ModelConfiguration?

    init(_ files: ModelFiles) { section = files.configuration?.section("pretrained_cfg") }

    /// Rows and columns of pixels, where they are given.
    var imageSize: ImageSize? {
        guard let size = section?.numbers("input_size"), size.count == 3,
            size.allSatisfy({ $0 >= 1 && $0 < 1e5 })
        else { return nil }
        return ImageSize(height: Int(size[1]), width: Int(size[2]))
    }

    /// The transform with what is said otherwise, for images of that size.
    func adjusted(_ transform: ImageTransform, size: ImageSize) -> ImageTransform {
        var transform = transform
        if let mean = section?.numbers("mean"), let deviation = section?.numbers("std"), mean.count == 3,
            deviation.count == 3
        {
            transform.normalization = ImageTransform.Normalization(mean: mean, deviation: deviation)
        }
        if let name = section?.text("interpolation"), let interpolation = Interpolation(rawValue: name) {
            transform.interpolation = interpolation
        }
        if let fraction = section?.number("crop_pct"), fraction > 0 {
            transform.fit = .cropping(size, fraction: Double(fraction))
        }
        if section?.text("crop_mode") == "squash" { transform.fit = .stretched }
        return transform
    }
}

extension ImageTransform.Fit {
    /// The middle of the image, of which the crop is `fraction` (timm's `crop_pct`); all of it, where the network's
    /// images are no squares.
    static func cropping(_ size: ImageSize, fraction: Double) -> ImageTransform.Fit {
        // A fraction that was a Float may be a little too large: 224 / 0.8 must be 280 and not 279.99999.
        size.height == size.width ? .shorterSide(Int(Double(size.height) / fraction + 1e-5)) : .stretched
    }
}
