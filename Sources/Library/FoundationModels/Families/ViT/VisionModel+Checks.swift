/// What a configuration says of a vision transformer, compared with its tensors.
extension VisionModel {
    /// Takes the size of the images of training from `image_size`.
    mutating func setGrid(_ configuration: ModelConfiguration) throws {
        guard let size = try configuration.extent("image_size") else {
            throw configuration.problem("\"image_size\" is missing")
        }
        grids = [size]
        isGridGiven = true
    }

    /// Throws if the tensors are of another size than the configuration says.
    func check(_ configuration: ModelConfiguration, _ checkpoint: Checkpoint) throws {
        let reader = VisionReader(checkpoint, layout: layout, prefix: prefix)
        try expect(configuration, "hidden_size", reader.width, checkpoint)
        try expect(configuration, "num_hidden_layers", reader.depth, checkpoint)
        guard let patch = try configuration.extent("patch_size"), patch.height == patch.width,
            patch.height == reader.patchSize
        else {
            throw FoundationModelError.parameters(
                path: checkpoint.path,
                problems: [
                    "\"patch_size\" is \(try configuration.extent("patch_size").map { "\($0)" } ?? "missing"); "
                        + "the tensors have \(ImageSize(reader.patchSize))"
                ])
        }
    }

    func expect(
        _ configuration: ModelConfiguration, _ key: String, _ found: Int, _ checkpoint: Checkpoint
    )
        throws
    {
        let expected = try configuration.integer(key)
        if expected != found {
            throw FoundationModelError.parameters(
                path: checkpoint.path,
                problems: [
                    "\"\(key)\" is \(expected.map(String.init) ?? "missing"); the tensors have \(found)"
                ])
        }
    }
}
