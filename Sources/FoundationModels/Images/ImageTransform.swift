import Formats
import Tensors

/// How an image becomes the numbers that a network takes.
public struct ImageTransform: Sendable, Equatable {
    /// What is subtracted from each channel, and by what the rest is divided; channels are from 0 to 1.
    public struct Normalization: Sendable, Equatable {
        /// For red, green and blue.
        public var mean: [Float]
        public var deviation: [Float]

        public init(mean: [Float], deviation: [Float]) {
            self.mean = mean
            self.deviation = deviation
        }

        /// 0.5 and 0.5, as timm's ViT of the augreg kind and Inception have it.
        public static let timm = Normalization(mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5])
        /// The means and deviations of ImageNet.
        public static let imageNet = Normalization(
            mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225])
        /// Those of CLIP's training set.
        public static let clip = Normalization(
            mean: [0.48145466, 0.4578275, 0.40821073], deviation: [0.26862954, 0.26130258, 0.27577711])
        /// The paper's, which are CLIP's.
        public static let paper = clip
    }

    /// What happens to the channels.
    public var normalization: Normalization

    public init(normalization: Normalization) { self.normalization = normalization }

    /// The images of `range` as n x 3 x height x width.
    func batch(of source: any ImageSource, _ range: Range<Int>, size: ImageSize) throws -> Tensor<Float> {
        let plane = size.height * size.width
        var batch = Tensor<Float>(shape: [range.count, 3, size.height, size.width])
        for index in range {
            let image = try source.image(index)
            guard image.height == size.height, image.width == size.width else {
                throw FoundationModelError.input(
                    "image \(index) has \(image.height) x \(image.width) pixels; the model takes \(size)")
            }
            batch.withUnsafeMutableBufferPointer { target in
                for channel in 0..<3 {
                    let (mean, deviation) = (normalization.mean[channel], normalization.deviation[channel])
                    let base = ((index - range.lowerBound) * 3 + channel) * plane
                    for pixel in 0..<plane {
                        target[base + pixel] =
                            (Float(image.pixels[pixel * 3 + channel]) / 255 - mean) / deviation
                    }
                }
            }
        }
        return batch
    }
}
