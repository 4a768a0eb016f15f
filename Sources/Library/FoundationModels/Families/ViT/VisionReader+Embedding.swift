import Tensors

extension VisionReader {
    /// Class token, registers, patches and their positions.
    ///
    /// `grids` are the sizes of images, in pixels, for which there may be as many positions; a square otherwise, unless
    /// the first of them is given as the only one.
    func embedding(width: Int, grids: [ImageSize], isGridGiven: Bool, epsilon: Float) throws -> PatchEmbedding
    {
        let size = patchSize
        let positionShape = shape(of: layout.positions) ?? []
        let positions = positionShape.dropLast().reduce(1, *)
        guard let (placed, rows, columns) = grid(of: positions, grids, isGridGiven) else {
            throw FoundationModelError.parameters(
                path: checkpoint.path,
                problems: [
                    "\(prefix)\(layout.positions) has the shape \(positionShape); the model needs "
                        + (isGridGiven
                            ? "\(grids[0].height / size * (grids[0].width / size) + 1) positions"
                            : "those of a square of patches, or an image size in a config.json beside the weights")
                ])
        }
        let table = try tensor(layout.positions, positionShape).reshaped(to: [
            positions, positionShape.last ?? 0,
        ])
        .matrix
        return PatchEmbedding(
            patch: try linear(
                [layout.patch], outputs: width, inputs: 3 * size * size,
                hasBias: layout.hasPatchBias && (!hasInputNorm || shape(layout.patch, "bias") != nil)),
            patchSize: size,
            special: try specialTokens(
                positions: table, placed: placed, registers: registerCount, width: width),
            positions: PatchPositions(
                matrix: table.rows(placed..<positions), rows: rows, columns: columns,
                resampling: layout.resampling),
            norm: hasInputNorm ? try layout.inputNorm.map { try norm($0, width, epsilon) } : nil)
    }

    /// How many special tokens have positions, and the rows and columns of the others.
    private func grid(of positions: Int, _ grids: [ImageSize], _ isGiven: Bool) -> (
        Int, rows: Int, columns: Int
    )? {
        // Libraries differ in whether registers, or any tokens but patches, have positions.
        let counts = [1 + registerCount, 1, 0]
        for grid in isGiven ? Array(grids.prefix(1)) : grids {
            let (rows, columns) = (grid.height / patchSize, grid.width / patchSize)
            if rows > 0, columns > 0, let special = counts.first(where: { $0 + rows * columns == positions })
            {
                return (special, rows, columns)
            }
        }
        if isGiven { return nil }
        let squares = counts.compactMap { special -> (Int, rows: Int, columns: Int)? in
            let root = Int(Double(max(positions - special, 0)).squareRoot().rounded())
            return root > 0 && root * root == positions - special ? (special, root, root) : nil
        }
        return squares.first
    }

    /// The class token and the registers with the positions that they have.
    private func specialTokens(positions: Matrix<Float>, placed: Int, registers count: Int, width: Int) throws
        -> Matrix<Float>
    {
        var tokens = try tensor(layout.classToken, shape(of: layout.classToken) ?? [1, 1, width]).elements
        if let registers { tokens += try tensor(registers, shape(of: registers) ?? []).elements }
        tokens += Array(repeating: 0, count: max(0, (1 + count) * width - tokens.count))
        return Matrix(rows: 1 + count, columns: width) { target in
            for token in 0...count {
                for column in 0..<width {
                    let position = token < placed ? positions[token, column] : 0
                    target[token * width + column] = tokens[token * width + column] + position
                }
            }
        }
    }
}
