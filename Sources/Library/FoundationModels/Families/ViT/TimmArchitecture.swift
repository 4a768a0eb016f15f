/// What timm's name of an architecture tells that its tensors do not.
///
/// `Tests/Oracles/configuration_fields.py` makes every architecture of timm's `VisionTransformer`, and a test compares.
package struct TimmArchitecture: Sendable, Equatable {
    /// The name without the tag of the weights (`.augreg_in1k`).
    package let name: String

    package init(_ name: String) {
        self.name = name.split(separator: ".").first.map(String.init) ?? name
    }

    private var isCLIP: Bool { name.hasPrefix("vit_") && name.contains("_clip_") }

    /// The heads of a block of that width: 64 numbers each but for some; nil if the width cannot be shared so.
    package static func heads(_ width: Int) -> Int? {
        [1152: 16, 1280: 16, 1408: 16, 1664: 16][width] ?? (width % 64 == 0 && width > 0 ? width / 64 : nil)
    }

    /// The heads of a vision transformer of that width.
    package func heads(_ width: Int) -> Int? { name == "test_vit" ? 2 : Self.heads(width) }

    /// What layer normalization adds to the variance.
    package var epsilon: Float { isCLIP || name.hasPrefix("beit3_") ? 1e-5 : 1e-6 }

    /// The activation of a feed-forward part without gate.
    package var activation: TransformerConfiguration.Activation {
        name.contains("_clip_quickgelu_") ? .quickGELU : .gelu
    }

    /// Whether an EfficientNet has TensorFlow's padding and normalization; nil if the name does not tell.
    package var isTensorFlow: Bool? {
        if name.hasPrefix("tf_efficientnet") || name.hasPrefix("efficientnet") && name.hasSuffix("_pruned") {
            return true
        }
        return name.hasPrefix("efficientnet") ? false : nil
    }

    /// Throws `FoundationModelError` if the name has none of the words that those of a kind of network have.
    func check(_ kind: String, _ words: [String], _ path: String) throws {
        guard !words.contains(where: { name.lowercased().contains($0) }) else { return }
        throw FoundationModelError.file(
            path: path,
            problem:
                "has the weights of \(kind), and the architecture \"\(name)\" is not one; the names of those "
                + "have \(words.map { "\"\($0)\"" }.joined(separator: " or ")) in them")
    }

    /// What the names of plain vision transformers have in them.
    static let visionTransformers = ["vit", "deit", "beit3", "eva"]

    /// Why a convolutional network is not one of those that its tensors look like.
    package var unsupportedConvolutions: String? {
        let kinds = [
            ("efficientnet_blur", "blurs before it strides"), ("resnetblur", "blurs before it strides"),
            ("resnetaa", "blurs before it strides"),
            ("seresnetaa", "blurs before it strides"), ("resnextaa", "blurs before it strides"),
            ("ecaresnet", "weighs channels"), ("skresnet", "selects kernels"),
        ]
        return kinds.first { name.hasPrefix($0.0) }.map { "\(name) \($0.1), which is not supported" }
    }
}
