/// Finds out what stands between the fields of a text whose name does not say it.
struct SeparatorSearch {
    let text: UnsafeBufferPointer<UInt8>
    let quote: UInt8?
    let comment: [UInt8]

    /// What stands before decimals, which separates nothing; nil if it is not said.
    let decimal: UInt8?

    /// The separators that split the first records into equally many fields, more than one; the likeliest is first.
    func separators() -> [UInt8] {
        [UInt8(ascii: ","), UInt8(ascii: ";"), 9, UInt8(ascii: "|")].filter { $0 != decimal && isRegular($0) }
    }

    private func isRegular(_ separator: UInt8) -> Bool {
        let tokenizer = Tokenizer(separator: separator, quote: quote, comment: comment)
        let fields = FieldList()
        var widths: [Int] = []
        guard
            (try? tokenizer.fields(of: text, width: nil, limit: 100, into: fields, widths: &widths)) != nil,
            let first = widths.first
        else { return false }
        return first > 1 && widths.allSatisfy { $0 == first }
    }
}
