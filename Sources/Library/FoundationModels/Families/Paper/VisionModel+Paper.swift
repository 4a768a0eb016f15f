extension VisionModel {
    /// The paper's image tower, or its momentum twin, whose encoder's name ends in `_mom`.
    static func paper(_ files: ModelFiles, _ checkpoint: Checkpoint, root: String) throws -> ImageTower {
        let model = VisionModel(
            layout: .paper, prefix: root, scope: [root], headName: "projection", embeddingName: "embedding")
        return try model.tower(files, checkpoint) { size in
            ImageTransform(fit: .shorterSide(size.height), normalization: .paper)
        }
    }
}
