import Foundation

extension ModelFamily {
    private static let huggingFaceTypes = ["vit", "dinov2", "dinov2_with_registers"]

    /// ViT and DINOv2 of transformers.
    static let huggingFaceVision = ModelFamily(
        kinds: huggingFaceTypes,
        recognizes: { files in files.modelType.map(huggingFaceTypes.contains) ?? false },
        load: { files in
            guard let file = files.configuration, let type = files.modelType else { return Towers() }
            let checkpoint = try files.checkpoint()
            let isViT = type == "vit"
            let model = try VisionModel(
                huggingFace: checkpoint, try file.read(as: fields(type), notes: files.notes), type)
            return Towers(
                image: try model.tower(files, checkpoint) { size in
                    isViT
                        ? ImageTransform(fit: .stretched, interpolation: .bilinear, normalization: .timm)
                        : ImageTransform(fit: .shorterSide(size.height), normalization: .imageNet)
                })
        },
        companions: [
            (
                "embeddings.patch_embeddings.projection.weight",
                "a ViT, which needs the config.json of transformers"
            )
        ])

    private static func fields(_ type: String) -> ConfigurationFields {
        switch type {
        case "vit": .vit
        case "dinov2": .dinov2
        default: .dinov2WithRegisters
        }
    }

    /// timm's ViT with or without a configuration, DINOv2 of its authors, and the augreg files of Google.
    static let vit = ModelFamily(
        kinds: ["timm's ViT", "augreg npz", "DINOv2"],
        recognizes: { files in
            guard files.modelType == nil, files.openCLIP == nil || files.isTimm else { return false }
            return try VisionModel.isPlain(try files.checkpoint())
        },
        load: { files in
            let checkpoint = try files.checkpoint()
            let model = try VisionModel(plain: checkpoint, files)
            return Towers(
                image: try model.tower(files, checkpoint) { size in
                    // timm: the whole image at 384 pixels and more, 90 % of it below; DINOv2 the whole.
                    let isWhole = size.height >= 384 || model.kind == "DINOv2 "
                    return ImageTransform(
                        fit: .cropping(size, fraction: isWhole ? 1 : 0.9),
                        normalization: model.kind == "DINOv2 " ? .imageNet : .timm)
                })
        },
        mayHaveTimmConfiguration: true)
}
