/// How a family of checkpoints spells the parts of a transformer: a table of names, no code.
///
/// A name may hold `{}`, which stands for the number of a block. `.weight` and `.bias` follow it in the file, without
/// the point where it ends in `_` (`in_proj_`), and nothing at all where it ends in `=`.
struct CheckpointLayout: Sendable {
    /// A part that has weights.
    enum Part: Hashable, Sendable {
        case tokenEmbedding, positionEmbedding, typeEmbedding, embeddingNorm
        case query, key, value, attentionOutput, attentionNorm
        /// Query, key and value in one tensor.
        case attentionInput
        case expansion, contraction, feedForwardNorm
        case finalNorm, projection
        /// The layer before the projection, where there are two.
        case hiddenProjection
        case pooler
    }

    /// The family, as an error names it.
    let family: String
    let names: [Part: String]
    /// The name of a block, under which features are found.
    let block: String
    /// Endings of names that the file may have and the model does not need.
    let ignored: [String]
    /// Beginnings of the names that belong to the tower; the file's others are another tower's. All, where there is none.
    var scope: [String] = []

    /// The name of a part in block `block`, without prefix.
    func name(_ part: Part, block: Int? = nil) -> String? {
        names[part].map { name in block.map { name.replacing("{}", with: String($0)) } ?? name }
    }

    /// The name of a block.
    func blockName(_ number: Int) -> String { block.replacing("{}", with: String(number)) }
}

extension CheckpointLayout {
    /// `BertModel` of transformers.
    static let bert = CheckpointLayout(
        family: "BERT", names: bertNames, block: "encoder.layer.{}",
        ignored: ["embeddings.position_ids", "embeddings.token_type_ids"])

    /// `RobertaModel` of transformers.
    static let roberta = CheckpointLayout(
        family: "RoBERTa", names: bertNames, block: "encoder.layer.{}",
        ignored: ["embeddings.position_ids", "embeddings.token_type_ids"])

    fileprivate static let bertNames: [Part: String] = [
        .tokenEmbedding: "embeddings.word_embeddings",
        .positionEmbedding: "embeddings.position_embeddings",
        .typeEmbedding: "embeddings.token_type_embeddings",
        .embeddingNorm: "embeddings.LayerNorm",
        .query: "encoder.layer.{}.attention.self.query",
        .key: "encoder.layer.{}.attention.self.key",
        .value: "encoder.layer.{}.attention.self.value",
        .attentionOutput: "encoder.layer.{}.attention.output.dense",
        .attentionNorm: "encoder.layer.{}.attention.output.LayerNorm",
        .expansion: "encoder.layer.{}.intermediate.dense",
        .contraction: "encoder.layer.{}.output.dense",
        .feedForwardNorm: "encoder.layer.{}.output.LayerNorm",
        .pooler: "pooler.dense",
    ]

    /// `DistilBertModel` of transformers.
    static let distilBERT = CheckpointLayout(
        family: "DistilBERT",
        names: [
            .tokenEmbedding: "embeddings.word_embeddings",
            .positionEmbedding: "embeddings.position_embeddings",
            .embeddingNorm: "embeddings.LayerNorm",
            .query: "transformer.layer.{}.attention.q_lin",
            .key: "transformer.layer.{}.attention.k_lin",
            .value: "transformer.layer.{}.attention.v_lin",
            .attentionOutput: "transformer.layer.{}.attention.out_lin",
            .attentionNorm: "transformer.layer.{}.sa_layer_norm",
            .expansion: "transformer.layer.{}.ffn.lin1",
            .contraction: "transformer.layer.{}.ffn.lin2",
            .feedForwardNorm: "transformer.layer.{}.output_layer_norm",
        ], block: "transformer.layer.{}", ignored: ["embeddings.position_ids"])
}

extension CheckpointLayout {
    /// `CLIPTextModel` of transformers 5, whose names do not begin with `text_model.`.
    static let clipTextAlone = CheckpointLayout(
        family: "CLIP", names: clipText.names.mapValues { $0.replacing("text_model.", with: "") },
        block: "encoder.layers.{}", ignored: ["embeddings.position_ids"])

    /// The text half of `CLIPModel` of transformers.
    static let clipText = CheckpointLayout(
        family: "CLIP",
        names: [
            .tokenEmbedding: "text_model.embeddings.token_embedding",
            .positionEmbedding: "text_model.embeddings.position_embedding",
            .query: "text_model.encoder.layers.{}.self_attn.q_proj",
            .key: "text_model.encoder.layers.{}.self_attn.k_proj",
            .value: "text_model.encoder.layers.{}.self_attn.v_proj",
            .attentionOutput: "text_model.encoder.layers.{}.self_attn.out_proj",
            .attentionNorm: "text_model.encoder.layers.{}.layer_norm1",
            .expansion: "text_model.encoder.layers.{}.mlp.fc1",
            .contraction: "text_model.encoder.layers.{}.mlp.fc2",
            .feedForwardNorm: "text_model.encoder.layers.{}.layer_norm2",
            .finalNorm: "text_model.final_layer_norm",
            .projection: "text_projection",
        ], block: "text_model.encoder.layers.{}", ignored: ["embeddings.position_ids"],
        scope: ["text_model.", "text_projection"])

    /// The text half of open_clip's `CLIP`, and of its `CustomTextCLIP`, whose names begin with `text.`.
    static let openCLIPText = CheckpointLayout(
        family: "CLIP",
        names: [
            .tokenEmbedding: "token_embedding",
            .positionEmbedding: "positional_embedding=",
            .attentionInput: "transformer.resblocks.{}.attn.in_proj_",
            .attentionOutput: "transformer.resblocks.{}.attn.out_proj",
            .attentionNorm: "transformer.resblocks.{}.ln_1",
            .expansion: "transformer.resblocks.{}.mlp.c_fc",
            .contraction: "transformer.resblocks.{}.mlp.c_proj",
            .feedForwardNorm: "transformer.resblocks.{}.ln_2",
            .finalNorm: "ln_final",
            .projection: "text_projection=",
        ], block: "transformer.resblocks.{}", ignored: ["attn_mask"],
        scope: [
            "text.", "token_embedding", "positional_embedding", "transformer.", "ln_final", "text_projection",
        ])

    /// The text half of the paper's model: BERT, and a linear head on [CLS].
    static let paperText = CheckpointLayout(
        family: "BERT",
        names: bertNames.mapValues { "backbone.bert." + $0 }.merging(
            [.projection: "learnable.textFC.fc"], uniquingKeysWith: { $1 }),
        block: "backbone.bert.encoder.layer.{}", ignored: ["embeddings.position_ids"])

    /// BriVL's heads (`nn.TransformerEncoder`, two linear layers): of images, and of texts.
    static let brivlImage = fusion("BriVL", blocks: "imgAtt", output: "imgFC")
    static let brivlText = fusion("BriVL", blocks: "textAtt", output: "textFC")

    private static func fusion(_ family: String, blocks: String, output: String) -> CheckpointLayout {
        CheckpointLayout(
            family: family,
            names: [
                .attentionInput: "\(blocks).layers.{}.self_attn.in_proj_",
                .attentionOutput: "\(blocks).layers.{}.self_attn.out_proj",
                .attentionNorm: "\(blocks).layers.{}.norm1",
                .expansion: "\(blocks).layers.{}.linear1",
                .contraction: "\(blocks).layers.{}.linear2",
                .feedForwardNorm: "\(blocks).layers.{}.norm2",
                .hiddenProjection: "\(output).fc1",
                .projection: "\(output).fc2",
            ], block: "\(blocks).layers.{}", ignored: [])
    }
}
