import Foundation

extension ModelFamily {
    /// The paper's model: `mp_rank_00_model_states.pt` of DeepSpeed, or its tensors in any other file.
    static let paper = ModelFamily(
        kinds: ["the paper's checkpoint"],
        recognizes: { files in
            guard files.configuration == nil, files.openCLIP == nil else { return false }
            let checkpoint = try files.checkpoint()
            return PaperModel.root(of: "textencoder", in: checkpoint) != nil
                || PaperModel.imageRoot(of: "imgencoder", in: checkpoint) != nil
        },
        load: { files in
            var towers = try PaperModel.towers(files, twin: "")
            let checkpoint = try files.checkpoint()
            if PaperModel.root(of: "textencoder_mom", in: checkpoint) != nil
                || PaperModel.imageRoot(of: "imgencoder_mom", in: checkpoint) != nil
            {
                towers.momentum = { try PaperModel.towers(files, twin: "_mom") }
            }
            return towers
        })
}

/// The two-tower model of Lu et al. 2022, as its DeepSpeed checkpoint has it.
enum PaperModel {
    /// The most tokens of a text, which the model was trained on.
    private static let maximumLength = 80

    /// The towers, or their momentum twins, whose names end in `_mom`.
    static func towers(_ files: ModelFiles, twin: String) throws -> Towers {
        let checkpoint = try files.checkpoint()
        return try Towers.halves(
            text: {
                try root(of: "textencoder" + twin, in: checkpoint).map { _ in
                    try text(files, checkpoint, encoder: "textencoder" + twin)
                }
            },
            image: {
                try imageRoot(of: "imgencoder" + twin, in: checkpoint).map {
                    try VisionModel.paper(files, checkpoint, root: $0)
                }
            })
    }

    /// What stands before the names of an image encoder's tensors; nothing without it.
    static func imageRoot(of encoder: String, in checkpoint: Checkpoint) -> String? {
        let anchor = encoder + ".backbone_vit.cls_token"
        let name = checkpoint.names.first { $0 == anchor || $0.hasSuffix("." + anchor) }
        return name.map { String($0.dropLast(anchor.count)) + encoder + "." }
    }

    /// What stands before the names of an encoder's tensors (`module.learnable.textencoder.`); nothing without it.
    static func root(of encoder: String, in checkpoint: Checkpoint) -> String? {
        let anchor = encoder + ".backbone.bert.embeddings.word_embeddings.weight"
        guard let name = checkpoint.names.first(where: { $0 == anchor || $0.hasSuffix("." + anchor) }) else {
            return nil
        }
        return String(name.dropLast(anchor.count)) + encoder + "."
    }

    /// BERT and its head; the sizes are those of the tensors, with heads of 64 as in BERT.
    private static func text(_ files: ModelFiles, _ checkpoint: Checkpoint, encoder: String) throws
        -> TextTower
    {
        guard let root = root(of: encoder, in: checkpoint) else {
            throw FoundationModelError.parameters(path: checkpoint.path, problems: ["\(encoder) is missing"])
        }
        let layout = CheckpointLayout.paperText
        let reader = ParameterReader(checkpoint, layout: layout, prefix: root, scope: [root])
        var parts = try reader.bert(
            family: layout.family, files, vocabularyOf: "bert-base-uncased", by: "google-bert")
        let width = parts.configuration.width
        parts.head.projection = (
            try reader.linear(
                [.projection], outputs: reader.shape(of: .projection)?.first ?? 0, inputs: width),
            "textFC"
        )
        parts.maximumLength = maximumLength
        parts.defaultPooling = .cls
        parts.unused = try reader.finish()
        return TextTower(parts)
    }
}

extension ParameterReader {
    /// A BERT whose sizes are those of its tensors, with heads of 64 as in BERT, and the tokenizer of a published one.
    func bert(family: String, _ files: ModelFiles, vocabularyOf name: String, by owner: String) throws
        -> TextTower.Parts
    {
        let words = shape(of: .tokenEmbedding) ?? []
        let width = words.last ?? 0
        let depth = (0..<1000).prefix { shape(of: .query, block: $0) != nil }.count
        let transformer = TransformerConfiguration(
            width: width, depth: depth, heads: max(width / 64, 1),
            feedForwardWidth: shape(of: .expansion, block: 0)?.first ?? 4 * width)
        let (embedding, blocks) = try textTransformer(
            transformer, vocabulary: words.first ?? 0,
            positions: shape(of: .positionEmbedding)?.first ?? 0,
            types: shape(of: .typeEmbedding)?.first ?? 0)
        if has(.pooler) { _ = try linear([.pooler], outputs: width, inputs: width) }
        return TextTower.Parts(
            family: family, configuration: transformer, embedding: embedding, blocks: blocks,
            blockNames: (0..<depth).map { "encoder.layer.\($0)" },
            tokenizer: try tokenizer(files, vocabulary: words.first ?? 0, of: name, by: owner))
    }

    /// A checkpoint has no vocabulary: that of a published model is taken, from beside the file or by its name.
    private func tokenizer(_ files: ModelFiles, vocabulary: Int, of name: String, by owner: String) throws
        -> any Tokenizer
    {
        let locator = ModelLocator()
        let names = [name, "\(owner)/\(name)"]
        let folders = [files.folder] + names.compactMap { try? locator.locate($0) }
        let found = folders.first { folder in
            ["tokenizer.json", "vocab.txt"].contains {
                FileManager.default.fileExists(atPath: folder.appending(path: $0).path)
            }
        }
        guard let found else {
            throw FoundationModelError.file(
                path: files.location.path,
                problem: "the vocabulary of \(name) is needed and is not in the checkpoint; "
                    + "put its vocab.txt beside the file")
        }
        let tokenizer = try TokenizerFolder(found, files.notes).tokenizer
        guard tokenizer.vocabularyCount <= vocabulary else {
            throw FoundationModelError.file(
                path: found.path,
                problem: "the tokenizer has \(tokenizer.vocabularyCount) tokens; the model has \(vocabulary)")
        }
        return tokenizer
    }
}

extension TextTower {
    /// The tower as the paper's scripts ran it: every text is filled up to 80 tokens with [PAD], and without a mask the
    /// padding is attended to.
    ///
    /// The features differ from the correct ones, and take as long for a short text as for the longest. Throws where
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
        var parts = parts
        parts.maximumLength = length
        var tower = TextTower(parts)
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
