/// Finds out what stands between the fields of a text whose name does not say it.
struct SeparatorSearch {
    let text: UnsafeBufferPointer<UInt8>
    let quote: UInt8?
    let comment: [UInt8]

    /// The separator that splits the first records into equally many fields, more than one; `usual` where it does, or
    /// where none does.
    func separator(usual: UInt8) -> UInt8 {
        let candidates = [usual] + [UInt8(ascii: ","), UInt8(ascii: ";"), 9, UInt8(ascii: "|")].filter { $0 != usual }
        return candidates.first { isRegular($0) } ?? usual
    }

    private func isRegular(_ separator: UInt8) -> Bool {
        let tokenizer = Tokenizer(separator: separator, quote: quote, comment: comment)
        var fields: [Field] = []
        var widths: [Int] = []
        guard (try? tokenizer.fields(of: text, width: nil, limit: 100, into: &fields, widths: &widths)) != nil,
            let first = widths.first
        else { return false }
        return first > 1 && widths.allSatisfy { $0 == first }
    }
}
