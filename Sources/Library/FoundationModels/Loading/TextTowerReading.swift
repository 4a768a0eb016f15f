import Foundation

extension ParameterReader {
    /// The embeddings and blocks of a text transformer; `finish` throws what is missing.
    func textTransformer(
        _ configuration: TransformerConfiguration, vocabulary: Int, positions: Int, types: Int = 0
    ) -> (embedding: TextEmbedding, blocks: [TransformerBlock]) {
        let width = configuration.width
        let epsilon = configuration.epsilon
        let normalizesAfter = configuration.normOrder == .after
        let embedding = TextEmbedding(
            tokens: self.embedding(.tokenEmbedding, rows: vocabulary, width: width),
            positions: self.embedding(.positionEmbedding, rows: positions, width: width),
            types: types > 0 ? self.embedding(.typeEmbedding, rows: types, width: width) : nil,
            norm: normalizesAfter ? norm(.embeddingNorm, width: width, epsilon: epsilon) : nil,
            firstPosition: 0)
        return (embedding, transformerBlocks(configuration))
    }

    /// The blocks of a transformer.
    func transformerBlocks(_ configuration: TransformerConfiguration) -> [TransformerBlock] {
        let (width, epsilon) = (configuration.width, configuration.epsilon)
        return (0..<configuration.depth).map { block in
            TransformerBlock(
                attentionInput: attentionInput(block: block, width: width),
                attentionOutput: linear([.attentionOutput], block: block, outputs: width, inputs: width),
                attentionNorm: norm(.attentionNorm, block: block, width: width, epsilon: epsilon),
                expansion: linear(
                    [.expansion], block: block, outputs: configuration.feedForwardWidth, inputs: width),
                contraction: linear(
                    [.contraction], block: block, outputs: width, inputs: configuration.feedForwardWidth),
                feedForwardNorm: norm(.feedForwardNorm, block: block, width: width, epsilon: epsilon))
        }
    }
}

extension ModelConfiguration {
    /// Throws where the heads cannot share the width.
    func check(_ transformer: TransformerConfiguration) throws {
        guard transformer.width % transformer.heads == 0 else {
            throw problem("the width \(transformer.width) is no multiple of the \(transformer.heads) heads")
        }
    }

    /// Throws where the tokenizer has ids for which there is no embedding.
    func check(_ tokenizer: any Tokenizer, vocabulary: Int) throws {
        guard tokenizer.vocabularyCount <= vocabulary else {
            throw problem(
                "\"vocab_size\" is \(vocabulary), but the tokenizer has \(tokenizer.vocabularyCount) tokens")
        }
    }
}
