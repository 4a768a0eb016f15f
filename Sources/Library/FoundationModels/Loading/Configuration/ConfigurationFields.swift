/// Every field of one kind of configuration that its reference library reads, and what is done with each.
///
/// The reader itself consults the table: a field is read only if the table says that it is used, what the table refuses is
/// thrown when the file is read, and what it does not have is listed on the model's card.
package struct ConfigurationFields: Sendable {
    /// The class of the reference library (`BertConfig`).
    package let name: String
    package let fields: [String: FieldUse]
    /// Other names under which the reference library takes a field.
    package var aliases: [String: String] = [:]

    /// All tables.
    package static let all: [ConfigurationFields] = [
        bert, roberta, distilBERT, vit, dinov2, dinov2WithRegisters, clip, clipText, clipVision,
        timm, timmPretrained, timmVisionTransformer, timmResNet, timmEfficientNet,
        openCLIP, openCLIPModel, openCLIPVision, openCLIPText, openCLIPPreprocessing,
        imageProcessor, tokenizer,
        sentenceTransformers, sentenceTransformer, sentencePooling, sentenceDense, sentenceNormalize,
    ]

    /// The table of these fields and further ones.
    static func table(
        _ name: String, _ parts: [String: FieldUse]..., aliases: [String: String] = [:]
    ) -> ConfigurationFields {
        ConfigurationFields(
            name: name, fields: parts.reduce(into: [:]) { $0.merge($1) { $1 } }, aliases: aliases)
    }

    /// The same use for several fields.
    static func all(_ names: [String], _ use: FieldUse) -> [String: FieldUse] {
        Dictionary(uniqueKeysWithValues: names.map { ($0, use) })
    }
}

/// Why a field does not matter.
extension ConfigurationFields {
    static let training: FieldUse = .irrelevant("it matters in training alone")
    static let naming: FieldUse = .irrelevant(
        "it says where the model comes from, not what it computes")
    static let output: FieldUse = .irrelevant(
        "it chooses what transformers returns, not what it computes")
    static let heads: FieldUse = .irrelevant("it belongs to a head whose features are not taken")
    static let generation: FieldUse = .irrelevant("it matters in the generation of text alone")
    static let weightInit: FieldUse = .irrelevant(
        "it makes initial weights; those of the file are taken")
    static let size: FieldUse = .irrelevant("the tensors tell it")
}
