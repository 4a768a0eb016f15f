import Foundation

/// What the hub says of a model: its revision and its files.
struct HubRepository {
    let name: String
    /// The hash of the commit.
    let revision: String
    let files: Set<String>
    private let hub: HuggingFaceHub

    /// Asks the hub for a branch, tag or hash of a model.
    init(_ name: String, _ branch: String, hub: HuggingFaceHub) throws {
        let escaped = branch.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? branch
        let url = "\(hub.endpoint)/api/models/\(name)/revision/\(escaped)"
        let data = try hub.data(url, repository: name)
        guard let json = try? OrderedJSON(data), let revision = json["sha"]?.text,
            revision.count == 40, revision.allSatisfy(\.isHexDigit),
            let siblings = json["siblings"]?.items
        else {
            throw HubError(
                url, "the answer is not that of a hub: \"sha\" and \"siblings\" are expected",
                advice: "Check HF_ENDPOINT.")
        }
        self.name = name
        self.revision = revision
        self.hub = hub
        // A name decides where a file is written, so none may lead out of the snapshot.
        files = Set(
            siblings.compactMap { $0["rfilename"]?.text }.filter { name in
                !name.hasPrefix("/") && !name.split(separator: "/").contains("..")
            })
    }

    /// What may describe a model, beside its weights.
    private static let descriptions = [
        "config.json", "open_clip_config.json", "preprocessor_config.json", "processor_config.json",
        "modules.json", "sentence_bert_config.json", "config_sentence_transformers.json",
        "tokenizer.json",
        "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.txt", "vocab.json",
        "merges.txt",
    ]

    /// What sentence-transformers has after an encoder: descriptions, and one kind of weights of each linear layer.
    private var moduleFiles: [String] {
        let kinds = ["_Pooling/config.json", "_Dense/config.json", "_Normalize/config.json"]
        let descriptions = files.filter { name in kinds.contains { name.hasSuffix($0) } }.sorted()
        return descriptions
            + descriptions.filter { $0.hasSuffix(kinds[1]) }.compactMap { description in
                let folder = String(description.dropLast("config.json".count))
                return Checkpoint.fileNames.map { folder + $0 }.first(where: files.contains)
            }
    }

    /// The descriptions that are there, and one kind of weights.
    ///
    /// Throws `HubError` if the model has no weights of a kind that can be read.
    func wantedFiles() throws -> [String] {
        let descriptions =
            Self.descriptions.filter(files.contains)
            + moduleFiles
        guard let weights = Checkpoint.fileNames.first(where: files.contains) else {
            throw HubError(
                "\(hub.endpoint)/\(name)", "the model has no weights that can be read",
                advice: "One of \(Checkpoint.fileNames.joined(separator: ", ")) is needed.")
        }
        guard weights.hasSuffix(".json") else { return descriptions + [weights] }
        let url = "\(hub.endpoint)/\(name)/resolve/\(revision)/\(weights)"
        guard let index = try? OrderedJSON(try hub.data(url, repository: name)),
            let shards = index["weight_map"]?.members?.compactMap({ $0.value.text })
        else {
            throw HubError(
                url, "the index of the weights has no \"weight_map\"",
                advice: "Report it to the model's owner.")
        }
        let names = Set(shards)
        guard names.isSubset(of: files) else {
            let missing = names.subtracting(files).sorted().joined(separator: ", ")
            throw HubError(
                url, "the index names files that are not there: \(missing)",
                advice: "Report it to the model's owner.")
        }
        return descriptions + [weights] + names.sorted()
    }
}
