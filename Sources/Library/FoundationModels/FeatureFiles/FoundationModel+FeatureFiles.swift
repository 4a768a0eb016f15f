import Formats
import Foundation
import Tensors

extension FoundationModel {
    /// The file of the features of texts in the requested layers: found there, or computed and written there.
    ///
    /// If the computation is interrupted, or the process dies, what is done stays in `FILE.partial`, and the next call
    /// continues from there. A file of the same model, layers and texts is found again; if some of the texts changed,
    /// only those are computed. A file of others is left alone. If `file` is a folder (or ends in `/`), the file in
    /// it is named by what it holds.
    ///
    /// - Parameters:
    ///   - file: the feature file, or the folder that it is in.
    ///   - texts: the texts, each a row of the file.
    ///   - selection: the names of the layers; patterns such as `layer *` are allowed.
    ///   - pooling: how the positions of a stimulus become one vector; nil for the network's own way.
    ///   - ids: What each row is called in the file, all different; without it, the number of the text from 0.
    ///   - keepsTexts: Whether the texts themselves are written into the file.
    ///   - batchTokens: how many tokens run at a time, which bounds the memory.
    ///   - showsProgress: whether a progress bar is shown for a long computation.
    ///
    /// ```swift
    /// let file = try model.featureFile(at: "features/", of: sentences, layers: .everyBlock)
    /// ```
    ///
    /// In Python: `f = h5py.File(path); pd.DataFrame(f["features/encoder.layer.3"], index=f["rows/id"].asstr())`.
    ///
    /// Throws `FoundationModelError`, `FormatError`, and `CancellationError`.
    public func featureFile(
        at file: some FileLocation, of texts: [String], layers selection: LayerSelection = .all,
        pooling: Pooling? = nil,
        ids: [String]? = nil, keepsTexts: Bool = false, batchTokens: Int = 2048, showsProgress: Bool = true
    ) throws -> FeatureFile {
        let tower = try text
        let wanted = try selection.resolve(tower.layers, model: tower.family)
        let pooling = try tower.pooling(pooling)
        let rows = try FeatureRows(texts: texts, ids: ids, keepsTexts: keepsTexts)
        let (tokens, cut) = tower.tokenized(texts)
        try tower.checkTokens(tokens, of: texts)
        let job = FeatureJob(
            provenance: try provenance(
                tower: tower.summary, transform: tower.transformSummary, pooling, wanted,
                stimuli: "\(texts.count) texts", hash: rows.stimuliHash),
            layers: wanted, columns: wanted.map(\.width), rows: rows, unit: "texts",
            // About a second of a large model, and enough texts to pack those of like length.
            step: 128, remark: tower.remark(onCut: cut, of: texts.count), showsProgress: showsProgress
        ) { rows in
            try tower.features(
                of: rows.map { texts[$0] }, layers: .named(wanted.map(\.name)), pooling: pooling,
                batchTokens: batchTokens, showsProgress: false
            ).map(\.matrix)
        }
        return try job.run(at: file.fileURL)
    }

    /// The file of the features of images in the requested layers; see `featureFile(at:of:layers:)` of texts.
    ///
    /// - Parameters:
    ///   - file: the feature file, or the folder that it is in.
    ///   - images: the images, each a row of the file unless several are averaged.
    ///   - selection: the names of the layers; patterns such as `layer *` are allowed.
    ///   - pooling: how the positions of an image become one vector; nil for the network's own way.
    ///   - showsProgress: whether a progress bar is shown.
    ///   - group: How many images, one after the other, are averaged in a row of the file.
    ///   - ids: What each row is called in the file, all different; without it, the names of files, else numbers from 0.
    ///   - transform: What is done to an image, if it is not what the model was trained with.
    ///   - memory: The bytes that features may take before they are written.
    ///
    /// Files are decoded once before the first features are computed, so that a damaged one is named at once.
    /// The hash of the stimuli is that of all files' bytes; of other sources, of the pixels of up to 1024 images,
    /// evenly spread over all.
    public func featureFile(
        at file: some FileLocation, of images: any ImageSource, averaging group: Int = 1,
        layers selection: LayerSelection = .all, pooling: Pooling? = nil, transform: ImageTransform? = nil,
        ids: [String]? = nil, memory: Int = 512 << 20, showsProgress: Bool = true
    ) throws -> FeatureFile {
        guard memory > 0 else {
            throw FoundationModelError.input("memory must be above 0 bytes; it is \(memory)")
        }
        guard group > 0, images.count.isMultiple(of: group) else {
            throw FoundationModelError.input(
                "\(images.count) \(images.unit) cannot be averaged \(group) at a time: some would be left over"
            )
        }
        var tower = try image
        tower.transform = transform ?? tower.transform
        let wanted = try selection.resolve(tower.layers, model: tower.family)
        let pooling = pooling ?? tower.network.defaultPooling
        try tower.check(pooling, of: wanted)
        let columns = wanted.map { pooling.width(of: $0.shape) }
        let bytes = max(columns.reduce(0, +) * MemoryLayout<Float>.stride, 1)
        let batch = max(1, min(tower.network.batchSize, memory / bytes))
        let rows = try FeatureRows(images: images, group: group, ids: ids)
        let job = FeatureJob(
            provenance: try provenance(
                tower: tower.family, transform: tower.transform.provenance, pooling, wanted,
                stimuli: "\(images.count) \(images.unit)" + (group > 1 ? ", \(group) a row" : ""),
                hash: rows.stimuliHash),
            layers: wanted, columns: columns, rows: rows,
            unit: group > 1 ? "averages of \(group) \(images.unit)" : images.unit,
            step: max(1, min(memory / bytes, 4 * batch) / group),
            dependsOnPlace: tower.transform.dependsOnNumber, showsProgress: showsProgress
        ) { [tower] rows in
            var sums = columns.map { Matrix<Float>(rows: rows.count, columns: $0) }
            let numbers = rows.flatMap { $0 * group..<($0 + 1) * group }
            for start in stride(from: 0, to: numbers.count, by: batch) {
                let part = start..<min(start + batch, numbers.count)
                let features = try tower.features(
                    of: images, at: Array(numbers[part]), layers: .named(wanted.map(\.name)),
                    pooling: pooling)
                for (index, layer) in features.enumerated() {
                    sums[index].addRows(of: layer.matrix, first: part.lowerBound, group: group)
                }
            }
            return sums
        }
        return try job.run(at: file.fileURL)
    }

    /// The file of the features of a film, frames x height x width x 3 `uint8` in HDF5, averaged over the frames of a TR.
    ///
    /// - Parameters:
    ///   - file: the feature file, or the folder that it is in.
    ///   - film: the frames: n x height x width x 3 bytes.
    ///   - framesPerSample: The frames of one TR (30 at 15 frames a second and a TR of 2 s).
    ///   - step: Takes only every n-th frame of a TR, beginning with its first.
    ///   - layers: the names of the layers; patterns such as `layer *` are allowed.
    ///   - pooling: how the positions of a frame become one vector; nil for the network's own way.
    ///   - transform: what is done to a frame, if it is not what the model was trained with.
    ///   - ids: what each row is called in the file, all different; nil for its number.
    ///   - memory: the bytes that features may take before they are written.
    ///   - showsProgress: whether a progress bar is shown.
    ///
    /// ```swift
    /// let film = try HDF5File.open("train_00.hdf").dataset("stimuli")
    /// let file = try model.featureFile(at: "features/", ofFilm: film, framesPerSample: 30, layers: .paperImage)
    /// try file["block 9"]    // 300 x 768
    /// ```
    public func featureFile(
        at file: some FileLocation, ofFilm film: HDF5Dataset, framesPerSample: Int, every step: Int = 1,
        layers: LayerSelection = .all, pooling: Pooling? = nil, transform: ImageTransform? = nil,
        ids: [String]? = nil, memory: Int = 512 << 20, showsProgress: Bool = true
    ) throws -> FeatureFile {
        let count = film.shape.first ?? 0
        guard framesPerSample > 0, step > 0 else {
            throw FoundationModelError.input(
                "framesPerSample and every must be above 0; they are \(framesPerSample) and \(step)")
        }
        guard count.isMultiple(of: framesPerSample) else {
            throw FoundationModelError.input(
                "\(count) frames are not a whole number of samples of \(framesPerSample) frames")
        }
        let offsets = Array(stride(from: 0, to: framesPerSample, by: step))
        let frames = stride(from: 0, to: count, by: framesPerSample).flatMap { start in
            offsets.map { start + $0 }
        }
        return try featureFile(
            at: file, of: try FilmFrames(film, frames: frames), averaging: offsets.count, layers: layers,
            pooling: pooling, transform: transform, ids: ids, memory: memory, showsProgress: showsProgress)
    }

    /// The name; of a path the last part, since the rest is this machine's business.
    private var portableName: String {
        ["/", "~", "."].contains { name.hasPrefix($0) } ? URL(fileURLWithPath: name).lastPathComponent : name
    }

    private func provenance(
        tower: String, transform: String, _ pooling: Pooling, _ layers: [ModelLayer], stimuli: String,
        hash: String
    ) throws -> FeatureProvenance {
        let identity = try identity()
        let tower = tower + (architecture.map { " as \($0)" } ?? "")
        return FeatureProvenance(
            model: portableName, tower: tower + (identity.isMomentum ? ", momentum twin" : ""),
            precision: identity.precision.rawValue, weights: identity.weights,
            settings: identity.settings, transform: transform, pooling: pooling.rawValue,
            layers: layers.map(\.name), stimuli: stimuli, stimuliHash: hash)
    }
}

extension TextTower {
    /// The family and the sizes in a line.
    var summary: String { "\(family), \(configuration.depth) blocks, \(configuration.width) wide" }

    /// What is done to a text, in a line.
    var transformSummary: String {
        "\(tokenizer.algorithm), at most \(maximumLength) tokens"
            + (parts.lowercases ? ", made lower case" : "")
            + (padding == nil ? "" : ", filled up with [PAD], which is attended to")
    }
}

extension Matrix<Float> {
    /// Adds rows, the first of which is row `first` of a list of which `group` after each other are averaged in a row of
    /// this matrix.
    fileprivate mutating func addRows(of source: Matrix<Float>, first: Int, group: Int) {
        let columns = columns
        let scale = 1 / Float(group)
        withUnsafeMutableBufferPointer { target in
            source.withUnsafeBufferPointer { source in
                for row in 0..<source.count / Swift.max(columns, 1) {
                    let to = (first + row) / group * columns
                    for column in 0..<columns {
                        target[to + column] += scale * source[row * columns + column]
                    }
                }
            }
        }
    }
}
