import Formats
import Foundation
import Tensors

extension FoundationModel {
    /// The embeddings of texts in the space that both towers share: texts x width, each of length 1.
    ///
    /// Texts that are cut are mentioned on standard error. Throws `FoundationModelError` if the model has no text
    /// tower, or one without such an embedding.
    public func textEmbeddings(of texts: [String], showsProgress: Bool = false) throws -> Matrix<Float> {
        let features = try text.features(of: texts, layers: "embedding", showsProgress: showsProgress)
        features.remark.map(printRemark)
        return try features["embedding"]
    }

    /// The embeddings of images in the space that both towers share: images x width, each of length 1.
    public func imageEmbeddings(of images: any ImageSource, showsProgress: Bool = false) throws -> Matrix<
        Float
    > {
        try image.features(of: images, layers: "embedding", showsProgress: showsProgress)["embedding"]
    }

    /// The embeddings of images in memory.
    public func imageEmbeddings(of images: [RGBImage], showsProgress: Bool = false) throws -> Matrix<Float> {
        try imageEmbeddings(of: ImagesInMemory(images), showsProgress: showsProgress)
    }

    /// The cosine similarity of each image and each text: images x texts.
    ///
    /// ```swift
    /// try model.similarity(of: ImageFiles(["dog.jpg", "soup.jpg"]), to: ["a dog in the snow", "a bowl of soup"])
    /// ```
    ///
    /// - Parameters:
    ///   - images: the rows of the result.
    ///   - texts: the columns of the result.
    ///   - showsProgress: whether a progress bar is shown for a long computation.
    public func similarity(of images: any ImageSource, to texts: [String], showsProgress: Bool = false) throws
        -> Matrix<Float>
    {
        try imageEmbeddings(of: images, showsProgress: showsProgress).cosineSimilarity(
            to: textEmbeddings(of: texts, showsProgress: showsProgress))
    }

    /// A classifier of images by the names of classes; `{}` in a template stands for the name.
    ///
    /// Throws `FoundationModelError.input` if a template has no `{}`.
    public func zeroShotClassifier(of classes: [String], templates: [String] = ["a photo of a {}."]) throws
        -> ZeroShotClassifier
    {
        if let wrong = templates.first(where: { !$0.contains("{}") }) {
            throw FoundationModelError.input("the template \"\(wrong)\" has no {} for the name of the class")
        }
        let sentences = templates.flatMap { template in classes.map { template.replacing("{}", with: $0) } }
        return try ZeroShotClassifier(
            classes: classes, sentences: textEmbeddings(of: sentences), templates: templates.count,
            scale: similarityScale)
    }

    /// How often the right caption of an image and the right image of a caption are found; see `RetrievalScores`.
    ///
    /// - Parameters:
    ///   - images: the images.
    ///   - captions: the captions; an image may have several.
    ///   - imageOfCaption: the index of each caption's image; nil if caption i belongs to image i.
    ///   - depths: the numbers k for which it is counted how often the right one is among the first k.
    ///   - showsProgress: whether a progress bar is shown for a long computation.
    public func retrieval(
        of images: any ImageSource, captions: [String], imageOfCaption: [Int]? = nil,
        depths: [Int] = [1, 5, 10],
        showsProgress: Bool = true
    ) throws -> RetrievalScores {
        try RetrievalScores(
            images: imageEmbeddings(of: images, showsProgress: showsProgress),
            texts: textEmbeddings(of: captions, showsProgress: showsProgress), imageOfText: imageOfCaption,
            depths: depths)
    }

    /// By what the model's training multiplied cosines: CLIP's learned scale; 1 / 0.07 if the file has none.
    public var similarityScale: Float {
        get throws {
            let checkpoint = try ModelFiles(folder).checkpoint()
            guard let prefix = try checkpoint.prefix(before: "logit_scale"),
                checkpoint.shape(of: prefix + "logit_scale")?.reduce(1, *) == 1
            else { return 1 / 0.07 }
            return exp(try checkpoint.tensor(prefix + "logit_scale").elements[0])
        }
    }
}
