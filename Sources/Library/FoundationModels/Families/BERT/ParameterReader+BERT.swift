import Foundation

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
        guard width % transformer.heads == 0 else {
            throw FoundationModelError.file(
                path: files.location.path,
                problem: "has a BERT of the width \(width), which heads of 64 cannot share")
        }
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
