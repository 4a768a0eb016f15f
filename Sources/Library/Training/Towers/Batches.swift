import Formats

/// Images of one size side by side, as bytes.
public struct ImageBatch: Sendable {
    /// Rows and columns of pixels.
    public let side: Int
    /// How many images there are.
    public let count: Int
    /// images x side x side x 3, red first.
    public let pixels: [UInt8]

    /// Throws `TrainingError` unless the pixels are those of whole images.
    ///
    /// - Parameters:
    ///   - side: rows and columns of an image.
    ///   - pixels: images x side x side x 3, red first.
    public init(side: Int, pixels: [UInt8]) throws {
        // No side is longer than all pixels together, and its square does not overflow.
        let bytes = (1...max(pixels.count, 1)).contains(side) ? side * side * 3 : 0
        try expect(
            bytes > 0 && !pixels.isEmpty && pixels.count % bytes == 0,
            "a batch has three bytes for each of \(side) x \(side) pixels an image; \(pixels.count) came")
        self.side = side
        self.pixels = pixels
        count = pixels.count / bytes
    }

    /// Throws `TrainingError` unless there are images and all are squares of one size.
    ///
    /// - Parameter images: squares of one size.
    public init(_ images: [RGBImage]) throws {
        try expect(!images.isEmpty, "a batch needs an image at least")
        let side = images.first?.width ?? 0
        if let other = images.first(where: { $0.width != side || $0.height != side }) {
            throw TrainingError(
                "the images of a batch are squares of one size; one has \(other.height) x \(other.width) pixels "
                    + "beside \(side) x \(side)")
        }
        try self.init(side: side, pixels: images.flatMap(\.pixels))
    }
}

/// Texts as token ids, one after the other without padding.
public struct TokenBatch: Sendable {
    /// The tokens of all texts.
    public internal(set) var ids: [Int32]
    /// Where each text begins, and where the last one ends.
    public let offsets: [Int]
    /// How many texts there are.
    public var count: Int { offsets.count - 1 }

    /// Throws `TrainingError` if there is no text, or one without tokens.
    ///
    /// - Parameter texts: the ids of the tokens of each text.
    public init(_ texts: [[Int32]]) throws {
        try expect(!texts.isEmpty, "a batch needs a text at least")
        if let empty = texts.firstIndex(where: \.isEmpty) {
            throw TrainingError("text \(empty) of the batch has no tokens")
        }
        ids = texts.flatMap { $0 }
        var offsets = [0]
        for text in texts { offsets.append((offsets.last ?? 0) + text.count) }
        self.offsets = offsets
    }

    func check(_ configuration: TextTowerConfiguration) throws {
        for text in 0..<count where offsets[text + 1] - offsets[text] > configuration.positions {
            throw TrainingError(
                "text \(text) of the batch has \(offsets[text + 1] - offsets[text]) tokens; the tower has "
                    + "\(configuration.positions) positions")
        }
        if let id = ids.first(where: { $0 < 0 || $0 >= configuration.vocabulary }) {
            throw TrainingError(
                "the batch has the token \(id); the tower's are 0 to \(configuration.vocabulary - 1)")
        }
    }
}

extension ImageBatch {
    func check(_ configuration: ImageTowerConfiguration) throws {
        try expect(
            side == configuration.imageSize,
            "the batch has images of \(side) x \(side) pixels; the tower takes \(configuration.imageSize)")
    }
}
