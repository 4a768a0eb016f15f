import Tensors

/// What makes the first states of an image's tokens: the class token and registers, and a vector for each patch.
struct PatchEmbedding: Sendable {
    /// From the 3 x patch x patch numbers of a patch to a token's state.
    let patch: Linear
    /// Pixels along each side of a patch.
    let patchSize: Int
    /// The states with which the class token and the registers begin, their positions added.
    let special: Matrix<Float>
    /// What is added to each patch.
    var positions: PatchPositions
    /// What normalizes all tokens before the first block (CLIP).
    let norm: LayerNorm?
    /// The convolutions that make the patches, if they are several; then `patch` is the last of them.
    var stem: ConvolutionStem?

    /// Tokens of an image.
    var tokens: Int { special.rows + positions.count }
    /// The numbers of a patch.
    var inputs: Int { 3 * patchSize * patchSize }
    var imageSize: ImageSize {
        ImageSize(height: positions.rows * patchSize, width: positions.columns * patchSize)
    }

    var parameterCount: Int {
        (stem?.parameterCount ?? patch.parameterCount) + special.count + positions.matrix.count
            + (norm?.parameterCount ?? 0)
    }

    /// Writes the states of the tokens of n x 3 x height x width images to `workspace.hidden`.
    func apply(_ images: Tensor<Float>, _ workspace: EncoderWorkspace) {
        let count = images.shape[0]
        if let stem {
            stem.apply(images, into: workspace.attended)
        } else {
            unfold(images, into: workspace.wide)
            patch.apply(workspace.wide, into: workspace.attended, rows: count * positions.count)
        }
        let (width, specials, patches) = (special.columns, special.rows, positions.count)
        special.withUnsafeBufferPointer { special in
            positions.matrix.withUnsafeBufferPointer { positions in
                guard let special = special.baseAddress, let positions = positions.baseAddress else { return }
                parallelFor(count * (specials + patches), grain: 64) { range in
                    for row in range {
                        let (image, token) = row.quotientAndRemainder(dividingBy: specials + patches)
                        let state = workspace.hidden + row * width
                        if token < specials {
                            state.update(from: special + token * width, count: width)
                            continue
                        }
                        let vector = workspace.attended + (image * patches + token - specials) * width
                        let position = positions + (token - specials) * width
                        for column in 0..<width { state[column] = vector[column] + position[column] }
                    }
                }
            }
        }
        norm?.apply(workspace.hidden, into: workspace.hidden, rows: count * tokens)
    }

    /// Lays out each patch as a row: channel by channel, and row by row of the patch.
    private func unfold(_ images: Tensor<Float>, into rows: UnsafeMutablePointer<Float>) {
        let (width, plane) = (images.shape[3], images.shape[2] * images.shape[3])
        let (size, inputs, patches, columns) = (patchSize, inputs, positions.count, positions.columns)
        images.withUnsafeBufferPointer { pixels in
            guard let pixels = pixels.baseAddress else { return }
            parallelFor(images.shape[0] * patches, grain: 16) { range in
                for row in range {
                    let (image, patch) = row.quotientAndRemainder(dividingBy: patches)
                    let (top, left) = (patch / columns * size, patch % columns * size)
                    var to = rows + row * inputs
                    for channel in 0..<3 {
                        var from = pixels + (image * 3 + channel) * plane + top * width + left
                        for _ in 0..<size {
                            to.update(from: from, count: size)
                            to += size
                            from += width
                        }
                    }
                }
            }
        }
    }
}
