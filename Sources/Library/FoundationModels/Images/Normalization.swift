extension ImageTransform {
    /// What is subtracted from each channel, and by what the rest is divided; channels are from 0 to 1.
    public struct Normalization: Sendable, Equatable {
        /// Of red, green and blue.
        public var mean: [Float]
        /// Of red, green and blue.
        public var deviation: [Float]

        /// A normalisation of three channels.
        public init(mean: [Float], deviation: [Float]) {
            // Release builds say nothing of a precondition that fails.
            if mean.count != 3 || deviation.count != 3 {
                fatalError(
                    "an image has three channels, but \(mean.count) means and \(deviation.count) deviations came"
                )
            }
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
}
