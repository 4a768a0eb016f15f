import Encoding
import Formats
import Tensors

extension Study {
    /// A study from images: one per run, all on the grid of the mask.
    ///
    /// Samples are the volumes of the images, one after the other; voxels are those of the mask, and regions come
    /// from an atlas if there is one. Throws `FormatError` if an image, the mask or the atlas lies on another grid
    /// or is of another kind than stated, `BrainError` if the number of stimuli is not that of the volumes or the
    /// table does not fit, and `CancellationError`.
    ///
    /// - Parameters:
    ///   - name: what the study is called.
    ///   - images: one image [x, y, z, time] for each run.
    ///   - mask: an image whose voxels other than zero are taken.
    ///   - stimuli: the stimulus of each volume; empty if it does not matter.
    ///   - atlas: an image of labels on the same grid; nil if absent.
    ///   - table: the names of the atlas's labels.
    public init(
        name: String, images: [NIfTI], mask: NIfTI, stimuli: [String] = [], atlas: NIfTI? = nil,
        table: RegionTable = .aal116
    ) throws {
        guard !images.isEmpty else {
            throw BrainError.value(what: "the number of images", got: "0", expected: "one for each run")
        }
        let space = try VoxelSpace(mask: mask)
        for image in images { try image.require(mask, as: "mask", advising: .nearest) }
        try self.init(
            name: name, stimuli: stimuli,
            responses: .stacked(images.map { try $0.voxelsByTime(in: space) }),
            runs: Runs(lengths: images.map(\.volumeCount)), space: space,
            regions: atlas.map { try Regions(atlas: $0, in: space, table: table) })
    }
}
