extension TextTower {
    /// The tower as the paper's scripts ran it: every text is filled up to 80 tokens with [PAD], and without a mask the
    /// padding is attended to.
    ///
    /// The features differ from the correct ones, and take as long for a short text as for the longest. Throws if
    /// the tokenizer has no [PAD].
    ///
    /// ```swift
    /// let published = try model.text.withoutAttentionMask().features(of: sentences, layers: .paperText, pooling: .cls)
    /// ```
    public func withoutAttentionMask(paddedTo length: Int = 80) throws -> TextTower {
        guard
            let padding = (0..<Int32(tokenizer.vocabularyCount)).first(where: {
                tokenizer.token(of: $0) == "[PAD]"
            })
        else {
            throw FoundationModelError.input(
                "the tokenizer of \(family) has no token [PAD] to fill texts up with")
        }
        var parts = try reading(atMost: length).parts
        parts.maximumLength = length
        var tower = TextTower(parts)
        tower.defaultPooling = defaultPooling
        tower.padding = padding
        return tower
    }
}

extension FoundationModel {
    /// The model with the text tower as the paper's scripts ran it; see `TextTower.withoutAttentionMask`.
    public func withoutAttentionMask(paddedTo length: Int = 80) throws -> FoundationModel {
        var towers = towers
        towers.text = try text.withoutAttentionMask(paddedTo: length)
        return FoundationModel(name: name, folder: folder, architecture: architecture, towers: towers)
    }
}
