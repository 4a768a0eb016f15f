extension ImageTransform {
    /// What the paper's image tower needs: 384 pixels by the middle of the image, CLIP's normalization.
    public static let paper = ImageTransform(fit: .shorterSide(384), normalization: .paper)

    /// What the paper's scripts did: a random crop of every frame, also at inference.
    ///
    /// `RandomResizedCrop(384, scale=(0.2, 1))`, which interpolates bilinearly; the draws are of the same distribution
    /// and not the same. Source: RERV/BriVL-Brain, `feature_extraction/utils_py.py`.
    public static func paperAsPublished(seed: UInt64) -> ImageTransform {
        ImageTransform(
            fit: .randomCrop(seed: seed, leastArea: 0.2), interpolation: .bilinear, normalization: .paper)
    }

    /// What the paper's scripts did for the baseline AlexNet: 224 pixels of the whole of a square frame, if
    /// torchvision's own transform takes the middle of 256. Source: as `paperAsPublished`.
    public static let alexNetAsPublished = ImageTransform(
        fit: .shorterSide(224), interpolation: .bilinear, normalization: .imageNet)

    /// What BriVL's scripts did: they resized tensors, which torchvision 0.9.1 does without antialiasing.
    ///
    /// The tower's own transform averages the pixels of a larger image, as Pillow does. Source: BAAI-WuDao/BriVL,
    /// `dataset/xybDataset.py` and `requirements.txt`; neilfei/brivl-nmi, `datasets.py`.
    public static let briVLAsPublished = ImageTransform(
        fit: .sampled, interpolation: .bilinear, normalization: .imageNet)
}
