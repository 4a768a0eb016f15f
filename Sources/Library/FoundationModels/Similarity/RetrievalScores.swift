import Display
import Tensors

/// How often the right text of an image, or the right image of a text, is among the most similar ones: recall at k.
///
/// ```swift
/// let scores = try RetrievalScores(images: imageEmbeddings, texts: textEmbeddings)
/// scores.textsOfImages[1]    // the share of images whose most similar text is its own
/// ```
public struct RetrievalScores: Sendable, Equatable {
    /// The share of images of which a text of theirs is among the k most similar texts, by k.
    public let textsOfImages: [Int: Double]
    /// The share of texts whose image is among the k most similar images, by k.
    public let imagesOfTexts: [Int: Double]

    /// The scores of embeddings, images x width and texts x width, by their cosine similarity.
    ///
    /// - Parameters:
    ///   - images: the embeddings of the images: images x width.
    ///   - texts: the embeddings of the texts: texts x width.
    ///   - imageOfText: The number of each text's image; text i belongs to image i if it is left out. An image may
    ///     have several texts.
    ///   - depths: The numbers k.
    ///
    /// Of equally similar ones the earlier is ranked first. Throws `FoundationModelError.input` if the sizes do not
    /// fit, a text's image is not there or an embedding is not finite, and `CancellationError`.
    public init(
        images: Matrix<Float>, texts: Matrix<Float>, imageOfText: [Int]? = nil, depths: [Int] = [1, 5, 10]
    ) throws {
        guard depths.allSatisfy({ $0 > 0 }) else {
            throw FoundationModelError.input("depths are numbers of ranks above 0; \(depths) came")
        }
        guard let owners = imageOfText ?? (images.rows == texts.rows ? Array(0..<texts.rows) : nil) else {
            throw FoundationModelError.input(
                "\(images.rows) images and \(texts.rows) texts are not pairs; say in imageOfText which belong together"
            )
        }
        guard owners.count == texts.rows, owners.allSatisfy({ (0..<images.rows).contains($0) }) else {
            throw FoundationModelError.input(
                "imageOfText must have a number below \(images.rows) for each of the \(texts.rows) texts")
        }
        // A NaN is smaller than nothing, so its image or text would be found first.
        for (what, embeddings) in [("image", images), ("text", texts)] {
            if let row = embeddings.firstRowOfNonFinite {
                throw FoundationModelError.input(
                    "the embedding of \(what) \(row) has a NaN or an infinite number")
            }
        }
        var textsOf = [[Int]](repeating: [], count: images.rows)
        for (text, image) in owners.enumerated() { textsOf[image].append(text) }
        let withText = textsOf.indices.filter { !textsOf[$0].isEmpty }
        let images = images.normalizedRows()
        let texts = texts.normalizedRows()
        textsOfImages = Self.recall(
            try Self.ranks(
                of: withText.map { textsOf[$0] }, queries: images.rows(at: withText), among: texts), depths)
        imagesOfTexts = Self.recall(
            try Self.ranks(of: owners.map { [$0] }, queries: texts, among: images), depths)
    }

    /// The rank, from 0, of the best of each query's targets among all candidates.
    private static func ranks(of targets: [[Int]], queries: Matrix<Float>, among candidates: Matrix<Float>)
        throws
        -> [Int]
    {
        guard queries.columns == candidates.columns else {
            throw FoundationModelError.input(
                "images have embeddings of \(candidates.columns) numbers and texts of \(queries.columns), or the other way"
            )
        }
        var ranks: [Int] = []
        ranks.reserveCapacity(queries.rows)
        // Blocks of queries bound the memory that the similarities take.
        let block = max(1, min(queries.rows, (32 << 20) / max(candidates.rows, 1)))
        for start in stride(from: 0, to: queries.rows, by: block) {
            try Task.checkCancellation()
            let range = start..<min(start + block, queries.rows)
            let similarity = multiply(queries.rows(range), candidates, transposed: true)
            similarity.withUnsafeBufferPointer { similarity in
                for query in range {
                    let first = (query - start) * candidates.rows
                    let row = UnsafeBufferPointer(rebasing: similarity[first..<first + candidates.rows])
                    ranks.append(rank(of: targets[query], in: row))
                }
            }
        }
        return ranks
    }

    private static func rank(of targets: [Int], in row: UnsafeBufferPointer<Float>) -> Int {
        guard var best = targets.first else { return row.count }
        for target in targets where row[target] > row[best] { best = target }
        var rank = 0
        for candidate in 0..<row.count
        where row[candidate] > row[best] || row[candidate] == row[best] && candidate < best {
            rank += 1
        }
        return rank
    }

    private static func recall(_ ranks: [Int], _ depths: [Int]) -> [Int: Double] {
        Dictionary(
            depths.map { depth in (depth, Double(ranks.count { $0 < depth }) / Double(max(ranks.count, 1))) },
            uniquingKeysWith: { first, _ in first })
    }
}

extension RetrievalScores: Displayable {
    public var mimeBundle: MIMEBundle {
        let depths = textsOfImages.keys.sorted()
        return Table(
            "Retrieval",
            [.text("direction", ["image to text", "text to image"])]
                + depths.map { depth in
                    .percents("R@\(depth)", [textsOfImages, imagesOfTexts].map { $0[depth] ?? 0 })
                }
        ).mimeBundle
    }
}

/// A share as a percentage with one decimal.
func percent(_ share: Double) -> String {
    let tenths = Int((share * 1000).rounded())
    return "\(tenths / 10).\(tenths % 10) %"
}
