import Tensors

extension TextTower {
    /// Runs packed batches of texts, each its tokens, through the tower; `body` sees the states of each wanted layer, and the row of the token that
    /// ends each text. It may see others before the last wanted one.
    func forEachBatch(
        of ids: [[Int32]], wanted: Set<Int>, batchTokens: Int,
        _ body: (PackedTexts, _ ends: [Int], _ layerIndex: Int, UnsafePointer<Float>) throws -> Void
    ) throws {
        try Task.checkCancellation()
        let batches = PackedTexts.pack(ids, batchTokens: batchTokens)
        let workspace = try EncoderWorkspace(rows: batches.map(\.rows).max() ?? 0, configuration)
        let depth = parts.blocks.count
        let last = wanted.max() ?? 0
        let needsEndAlone =
            configuration.normOrder == .before && depth > 0
            && parts.head.needsEndAlone(wanted, layerIndex: depth + 1)
        for batch in batches {
            let ends = batch.texts.enumerated().map { slot, text in
                // What fills a text up comes after its end.
                let length = max(ids[text].firstIndex { $0 == padding } ?? ids[text].count, 1)
                return batch.offsets[slot]
                    + (parts.end.flatMap { ids[text].firstIndex(of: $0) } ?? length - 1)
            }
            parts.embedding.apply(batch.texts.map { ids[$0][...] }, into: workspace.hidden)
            try body(batch, ends, 0, workspace.hidden)
            // Where the head sees nothing but the last token of each text, the last block need not make the others.
            let isEndAlone = needsEndAlone && zip(ends, batch.offsets.dropFirst()).allSatisfy { $0 + 1 == $1 }
            for layerIndex in 1..<(isEndAlone ? depth : min(last, depth) + 1) {
                try Task.checkCancellation()
                parts.blocks[layerIndex - 1].run(configuration, offsets: batch.offsets, workspace)
                try body(batch, ends, layerIndex, workspace.hidden)
            }
            if isEndAlone {
                parts.blocks[depth - 1].run(
                    configuration, onlyRows: ends, offsets: batch.offsets, workspace)
                let texts = Array(batch.texts.indices)
                let packed = PackedTexts(texts: batch.texts, offsets: texts + [texts.count])
                try parts.head.run(packed, ends: texts, width: configuration.width, workspace) {
                    try body(packed, texts, depth + 1 + $0, $1)
                }
                continue
            }
            guard last > depth else { continue }
            if let fusion = parts.head.fusion {
                // The head has a mask even if the blocks before it have none.
                let texts = batch.keepingFirst(
                    batch.texts.map { ids[$0].firstIndex { $0 == padding } ?? ids[$0].count },
                    of: workspace.hidden,
                    width: configuration.width)
                let lasts = texts.offsets.dropFirst().map { $0 - 1 }
                try fusion.run(workspace.hidden, offsets: texts.offsets, last: last - depth - 1) {
                    try body(texts, lasts, depth + 1 + $0, $1)
                }
                continue
            }
            try parts.head.run(batch, ends: ends, width: configuration.width, workspace) { layer, states in
                try body(batch, ends, depth + 1 + layer, states)
            }
        }
    }
}
