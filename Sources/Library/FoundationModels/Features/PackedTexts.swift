/// Texts of one batch, their tokens one after the other without padding.
struct PackedTexts: Sendable {
    /// The places of the texts in the whole list.
    let texts: [Int]
    /// Where each text's tokens begin, and the end of the last.
    let offsets: [Int]

    /// How many tokens there are.
    var rows: Int { offsets.last ?? 0 }

    /// The batch with the first `lengths` tokens of each text alone; their states move together in place.
    func keepingFirst(_ lengths: [Int], of states: UnsafeMutablePointer<Float>, width: Int) -> PackedTexts {
        var kept = [0]
        for (slot, length) in lengths.enumerated() {
            let row = kept[slot]
            if row != offsets[slot] {
                // The rows may overlap those that they move to, which lie before them.
                (states + row * width).update(from: states + offsets[slot] * width, count: length * width)
            }
            kept.append(row + length)
        }
        return PackedTexts(texts: texts, offsets: kept)
    }

    /// Batches of at most `batchTokens` tokens, or of one text that is longer; texts of like length come together,
    /// the longest first, so that memory is asked for once and the progress bar is never too hopeful.
    static func pack(_ ids: [[Int32]], batchTokens: Int) -> [PackedTexts] {
        let order = ids.indices.sorted { (ids[$1].count, $0) < (ids[$0].count, $1) }
        var batches: [PackedTexts] = []
        var texts: [Int] = []
        var offsets = [0]
        for text in order {
            let end = (offsets.last ?? 0) + ids[text].count
            if end > batchTokens, !texts.isEmpty {
                batches.append(PackedTexts(texts: texts, offsets: offsets))
                texts = []
                offsets = [0]
            }
            texts.append(text)
            offsets.append((offsets.last ?? 0) + ids[text].count)
        }
        if !texts.isEmpty { batches.append(PackedTexts(texts: texts, offsets: offsets)) }
        return batches
    }
}
