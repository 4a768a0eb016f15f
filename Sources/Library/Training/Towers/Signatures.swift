import FoundationModels

// What a training computes, in words: a run can only be resumed by one of the same.

extension TransformerConfiguration {
    fileprivate var signature: String {
        "\(depth) blocks of \(width), heads \(heads), feed-forward \(feedForwardWidth) \(activation.rawValue), "
            + "epsilon \(epsilon), normalized \(normOrder.rawValue) the parts"
    }
}

extension ImageTowerConfiguration {
    var signature: String {
        let convolutions = stem.map { "\($0.size) by \($0.stride) padded \($0.padding) to \($0.channels)" }
        return "images of \(imageSize), mean \(mean), deviation \(deviation), "
            + "convolutions \(convolutions.joined(separator: " and ")), class token \(hasClassToken), "
            + "pooled by \(pooling.rawValue), \(transformer.signature), frozen \(frozenBlocks)"
    }
}

extension TextTowerConfiguration {
    var signature: String {
        "texts of \(positions) out of \(vocabulary) tokens, pooled by \(pooling.rawValue), "
            + "\(transformer.signature), frozen \(frozenBlocks)"
    }
}
