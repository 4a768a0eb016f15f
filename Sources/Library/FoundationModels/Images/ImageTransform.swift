import Formats
import Tensors

/// How an image becomes the numbers that a network takes: its size, and the scale of its channels.
///
/// ```swift
/// var tower = try model.image
/// tower.transform.fit = .stretched
/// let photo = try RGBImage.open("cat.jpg")
/// try tower.transform.apply(photo, size: tower.imageSize)    // what the network sees
/// ```
public struct ImageTransform: Sendable, Equatable {
    /// How an image of any proportions gets the network's height and width.
    public enum Fit: Sendable, Equatable {
        /// The shorter side becomes that many pixels, and the middle is taken (torchvision's `Resize` and `CenterCrop`).
        case shorterSide(Int)
        /// Both sides are scaled equally until they just cover that box, and the middle is taken (timm, for networks
        /// whose images are not square).
        case covering(ImageSize)
        /// The middle is taken as it is; a smaller image gets black edges.
        case cropped
        /// Height and width are each scaled to the network's.
        case stretched
        /// Height and width are each scaled to that box's, and the middle is taken (DeiT of transformers, timm's `squash`).
        case stretchedTo(ImageSize)
        /// Height and width are each scaled by the four nearest pixels, without antialiasing (what torchvision's
        /// `Resize` once made of tensors); always bilinear.
        case sampled
        /// A box of at least that share of the image's area and of proportions from 3:4 to 4:3, drawn again for every
        /// image, is stretched (torchvision's `RandomResizedCrop`, whose own share is 0.08).
        case randomCrop(seed: UInt64, leastArea: Double = 0.08)
    }

    /// How height and width are made right; nil if images have them already.
    public var fit: Fit?
    /// How the image is interpolated when it is resized.
    public var interpolation: Interpolation
    /// Whether a middle that begins between two pixels begins at the first of them (transformers), not at the one of even
    /// number (torchvision, timm, open_clip).
    public var cropsRoundDown = false
    /// What happens to the channels.
    public var normalization: Normalization
    /// timm's `crop_pct`, of which `fit` has the side that is rounded for one size.
    var cropFraction: Double?

    /// Whether what it makes of an image depends on the image's number in its source.
    var dependsOnNumber: Bool { if case .randomCrop = fit { true } else { false } }

    /// A transform of images.
    ///
    /// - Parameters:
    ///   - fit: how height and width are made right; nil if images have them already.
    ///   - interpolation: how the image is interpolated when it is resized.
    ///   - normalization: what happens to the channels.
    public init(
        fit: Fit? = nil, interpolation: Interpolation = .bicubic, normalization: Normalization
    ) {
        self.fit = fit
        self.interpolation = interpolation
        self.normalization = normalization
    }

    /// The image as the network sees it, before its channels are scaled; `index` numbers the draws of a random crop.
    ///
    /// - Parameters:
    ///   - image: the image, of any size if `fit` is given.
    ///   - size: the size that the network takes.
    ///   - index: the number of the draw of a random crop.
    ///
    /// Throws `FoundationModelError.input` if it has another size and `fit` is nil, or if a size or share has no meaning.
    public func apply(_ image: RGBImage, size: ImageSize, index: Int = 0) throws -> RGBImage {
        try check(size)
        switch fit {
        case .shorterSide(let side):
            let (width, height) = (image.width, image.height)
            let isTall = width <= height
            let long = Int(Double(side) * Double(max(width, height)) / Double(min(width, height)))
            return try image.resized(width: isTall ? side : long, height: isTall ? long : side, interpolation)
                .centerCropped(width: size.width, height: size.height, roundingDown: cropsRoundDown)
        case .covering(let box):
            let ratio = min(
                Double(image.height) / Double(box.height), Double(image.width) / Double(box.width))
            func scaled(_ side: Int) -> Int { Int((Double(side) / ratio).rounded(.toNearestOrEven)) }
            return try image.resized(width: scaled(image.width), height: scaled(image.height), interpolation)
                .centerCropped(width: size.width, height: size.height, roundingDown: cropsRoundDown)
        case .cropped:
            return try image.centerCropped(
                width: size.width, height: size.height, roundingDown: cropsRoundDown)
        case .stretchedTo(let box):
            return try image.resized(width: box.width, height: box.height, interpolation)
                .centerCropped(width: size.width, height: size.height, roundingDown: cropsRoundDown)
        case .stretched:
            return try image.resized(width: size.width, height: size.height, interpolation)
        case .sampled:
            return try image.sampled(width: size.width, height: size.height)
        case .randomCrop(let seed, let leastArea):
            let crop = RandomCrop(seed: seed, index: index, leastArea: leastArea)
            return try image.cropped(to: crop.box(width: image.width, height: image.height))
                .resized(width: size.width, height: size.height, interpolation)
        case nil:
            guard image.height == size.height, image.width == size.width else {
                throw FoundationModelError.input(
                    "an image has \(image.height) x \(image.width) pixels; the model takes \(size)")
            }
            return image
        }
    }

    /// Throws if the image would get a side or a share without a meaning.
    private func check(_ size: ImageSize) throws {
        let sides: [Int] =
            switch fit {
            case .shorterSide(let side): [side]
            case .covering(let box), .stretchedTo(let box): [box.height, box.width]
            default: []
            }
        guard
            (sides + [size.height, size.width]).allSatisfy({ (1...10 * ImageSize.largestSide).contains($0) })
        else {
            throw FoundationModelError.input(
                "the sides of an image must be from 1 to \(10 * ImageSize.largestSide) pixels; \(sides) and \(size) came"
            )
        }
        if case .randomCrop(_, let leastArea) = fit, !(leastArea > 0 && leastArea <= 1) {
            throw FoundationModelError.input(
                "the least share of an image's area must be above 0 and at most 1; \(leastArea) came")
        }
    }

    /// The numbers that the network gets for an image of its size: 3 x height x width.
    public func planes(of image: RGBImage) -> Tensor<Float> {
        Tensor(shape: [3, image.height, image.width]) { target in
            guard let base = target.baseAddress else { return }
            image.writePlanes(mean: normalization.mean, deviation: normalization.deviation, into: base)
        }
    }

    /// Writes what the network gets for an image, 3 x height x width.
    private func write(
        _ image: RGBImage, size: ImageSize, index: Int, into target: UnsafeMutablePointer<Float>
    )
        throws
    {
        try check(size)
        if fit == .sampled {
            return image.writeSampledPlanes(
                width: size.width, height: size.height, mean: normalization.mean,
                deviation: normalization.deviation, into: target)
        }
        try apply(image, size: size, index: index).writePlanes(
            mean: normalization.mean, deviation: normalization.deviation, into: target)
    }

    /// The images of those numbers as n x 3 x height x width, made on all threads.
    ///
    /// A random crop is that of the image's number in the source, whichever other images are in the batch.
    package func batch(of source: any ImageSource, _ numbers: some Sequence<Int>, size: ImageSize) throws
        -> Tensor<Float>
    {
        let numbers = Array(numbers)
        let count = 3 * size.height * size.width
        let errors = ParallelErrors()
        let batch = Tensor<Float>(shape: [numbers.count, 3, size.height, size.width]) { target in
            guard let target = target.baseAddress else { return }
            parallelFor(numbers.count, grain: 1) { part in
                for index in part {
                    do {
                        let number = numbers[index]
                        try write(
                            try source.image(number), size: size, index: number, into: target + index * count)
                    } catch { errors.put(error, at: index) }
                }
            }
        }
        if let error = errors.first { throw error }
        return batch
    }
}

extension ImageTransform {
    /// How an image is fitted to a network of another size, so that the same part of it is shown.
    func resizedFit(from old: ImageSize, to new: ImageSize) -> Fit? {
        if let fraction = cropFraction {
            if fit == Fit.cropping(old, fraction: fraction) { return .cropping(new, fraction: fraction) }
            if fit == Fit.squashing(old, fraction: fraction) { return .squashing(new, fraction: fraction) }
        }
        /// A side that is too long stays so: it is refused where it is used.
        func scaled(_ side: Int, _ new: Int, _ old: Int) -> Int {
            let (product, isHuge) = side.multipliedReportingOverflow(by: new)
            return isHuge ? side : product / old
        }
        func scaled(_ box: ImageSize) -> ImageSize {
            ImageSize(
                height: scaled(box.height, new.height, old.height),
                width: scaled(box.width, new.width, old.width))
        }
        switch fit {
        case .shorterSide(let side):
            return .shorterSide(scaled(side, min(new.height, new.width), min(old.height, old.width)))
        case .covering(let box): return .covering(scaled(box))
        case .stretchedTo(let box): return .stretchedTo(scaled(box))
        default: return fit
        }
    }
}
