import SmallWorld
import Tensors

extension SmallWorld {
    /// How often each word occurs in each text: texts x words of the vocabulary, in its order without the special tokens.
    ///
    /// A bag of words is what features of a text are worth that know neither order nor that synonyms mean the same.
    public static func wordCounts(of texts: [String]) -> Matrix<Float> {
        let words = vocabulary.dropFirst(specialTokens.count)
        let first = Int32(specialTokens.count)
        var counts = Matrix<Float>(rows: texts.count, columns: words.count)
        for (row, text) in texts.enumerated() {
            for token in wordIDs(of: text) where token >= first { counts[row, Int(token - first)] += 1 }
        }
        return counts
    }
}
