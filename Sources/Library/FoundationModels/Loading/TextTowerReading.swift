import Foundation

extension ParameterReader {
    /// The embeddings and blocks of a text transformer; `finish` throws what is missing.
    func textTransformer(
        _ configuration: TransformerConfiguration, vocabulary: Int, positions: Int, types: Int = 0
    ) throws -> (embedding: TextEmbedding, blocks: [TransformerBlock]) {
        let width = configuration.width
        let epsilon = configuration.epsilon
        let normalizesAfter = configuration.normOrder == .after
        let embedding = TextEmbedding(
            tokens: try self.embedding(.tokenEmbedding, rows: vocabulary, width: width),
            positions: try self.embedding(.positionEmbedding, rows: positions, width: width),
            types: types > 0 ? try self.embedding(.typeEmbedding, rows: types, width: width) : nil,
            norm: normalizesAfter ? try norm(.embeddingNorm, width: width, epsilon: epsilon) : nil,
            firstPosition: 0)
        return (embedding, try transformerBlocks(configuration))
    }

    /// The blocks of a transformer.
    func transformerBlocks(_ configuration: TransformerConfiguration) throws -> [TransformerBlock] {
        let (width, epsilon) = (configuration.width, configuration.epsilon)
        return try (0..<configuration.depth).map { block in
            TransformerBlock(
                attentionInput: try attentionInput(block: block, width: width),
                attentionOutput: try linear([.attentionOutput], block: block, outputs: width, inputs: width),
                attentionNorm: try norm(.attentionNorm, block: block, width: width, epsilon: epsilon),
                expansion: try linear(
                    [.expansion], block: block, outputs: configuration.feedForwardWidth, inputs: width),
                contraction: try linear(
                    [.contraction], block: block, outputs: width, inputs: configuration.feedForwardWidth),
                feedForwardNorm: try norm(.feedForwardNorm, block: block, width: width, epsilon: epsilon))
        }
    }
}

extension ModelConfiguration {
    /// Throws if the heads cannot share the width, or if there are more blocks than any model has: a list of a thousand
    /// million, which no file holds, would fill the memory.
    func check(_ transformer: TransformerConfiguration) throws {
        let mostBlocks = 1000
        guard transformer.depth <= mostBlocks else {
            throw problem("a tower has \(transformer.depth) blocks; up to \(mostBlocks) are supported")
        }
        guard transformer.width % transformer.heads == 0 else {
            throw problem(
                "the width \(transformer.width) is not a multiple of the \(transformer.heads) heads")
        }
    }

    /// Throws if the tokenizer has ids for which there is no embedding, or leaves no position for a text.
    func check(_ tokenizer: any Tokenizer, vocabulary: Int, positions: Int) throws {
        // The tokens before and after a text are there even if nothing of it has room.
        let special = tokenizer.specialTokens.opening.count + tokenizer.specialTokens.closing.count
        guard positions > special else {
            throw problem(
                "the model has \(positions) positions for the tokens of a text, but the tokenizer puts \(special) "
                    + "around each, so no text has room")
        }
        guard tokenizer.vocabularyCount <= vocabulary else {
            throw problem(
                "\"vocab_size\" is \(vocabulary), but the tokenizer has \(tokenizer.vocabularyCount) tokens")
        }
    }
}
