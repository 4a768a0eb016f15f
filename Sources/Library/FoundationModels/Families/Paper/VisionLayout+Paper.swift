extension VisionLayout {
    /// The image half of the paper's model: timm's ViT, and a linear head on the class token.
    static let paper: VisionLayout = {
        var layout = timm
        layout.classToken = "backbone_vit." + layout.classToken
        layout.registers = []
        layout.positions = "backbone_vit." + layout.positions
        layout.patch = "backbone_vit." + layout.patch
        layout.inputNorm = nil
        layout.block = "backbone_vit." + layout.block
        layout.tokenNorm = layout.tokenNorm.map { "backbone_vit." + $0 }
        layout.vectorNorm = nil
        layout.head = "learnable.imgFC_vit_0.fc"
        return layout
    }()
}
