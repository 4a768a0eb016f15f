extension ModelFamily {
    /// Every family, in the order in which they are asked whether files are theirs.
    static let all: [ModelFamily] = [
        .huggingFaceText, .clip, .openCLIP, .huggingFaceVision, .trained, .brivl, .paper, .vit,
        .convolutional,
    ]
}
