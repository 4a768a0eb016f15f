extension ImageTransform {
    /// What is subtracted from each channel, and by what the rest is divided; channels are from 0 to 1.
    public struct Normalization: Sendable, Equatable {
        /// Of red, green and blue.
        public let mean: [Float]
        /// Of red, green and blue.
        public let deviation: [Float]

        /// A normalization of three channels.
        ///
        /// - Parameters:
        ///   - mean: what is subtracted from red, green and blue, which are 0 to 1.
        ///   - deviation: what they are divided by.
        ///
        /// Throws `FoundationModelError.input` unless there are three finite means and three finite deviations other
        /// than zero.
        public init(mean: [Float], deviation: [Float]) throws {
            guard mean.count == 3, deviation.count == 3 else {
                throw FoundationModelError.input(
                    "an image has three channels, but \(mean.count) means and \(deviation.count) deviations came"
                )
            }
            guard (mean + deviation).allSatisfy(\.isFinite), !deviation.contains(0) else {
                throw FoundationModelError.input(
                    "means must be finite, and deviations finite and not 0; \(mean) and \(deviation) came")
            }
            self.init(means: mean, deviations: deviation)
        }

        /// A normalization of three numbers each, none of the deviations 0.
        private init(means: [Float], deviations: [Float]) {
            mean = means
            deviation = deviations
        }

        /// 0.5 and 0.5, as timm's ViT of the augreg kind and Inception have it.
        public static let timm = Normalization(means: [0.5, 0.5, 0.5], deviations: [0.5, 0.5, 0.5])
        /// The means and deviations of ImageNet.
        public static let imageNet = Normalization(
            means: [0.485, 0.456, 0.406], deviations: [0.229, 0.224, 0.225])
        /// Those of CLIP's training set.
        public static let clip = Normalization(
            means: [0.48145466, 0.4578275, 0.40821073], deviations: [0.26862954, 0.26130258, 0.27577711])
        /// The paper's, which are CLIP's.
        public static let paper = clip
    }
}
