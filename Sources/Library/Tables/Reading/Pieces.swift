/// Cuts text into pieces of whole records, which can be read side by side.
struct Pieces {
    let tokenizer: Tokenizer
    let size: Int

    /// The ranges of the pieces, which together are all of `text` from `start` on.
    func ranges(of text: UnsafeBufferPointer<UInt8>, from start: Int) -> [Range<Int>] {
        let lineEnd: UInt8 = text.first(10, from: start) == nil ? 13 : 10
        let firstQuote = tokenizer.quote.flatMap { text.first($0, from: start) }
        // A quote in a comment opens nothing; such files are rare and small.
        if firstQuote != nil, !tokenizer.comment.isEmpty { return [start..<text.count] }
        var cuts = [start]
        /// Cuts where a line ends between two offsets, none of which is inside quotes.
        func cut(_ plain: Range<Int>) {
            while let last = cuts.last, last + size < plain.upperBound,
                let end = text.first(lineEnd, from: max(last + size, plain.lowerBound)),
                end < plain.upperBound - 1
            {
                cuts.append(end + 1)
            }
        }
        var position = start
        var quote = firstQuote
        while let found = quote, let byte = tokenizer.quote {
            let before = found == start ? 10 : text[found - 1]
            guard before == 10 || before == 13 || before == tokenizer.separator else {
                quote = text.first(byte, from: found + 1)
                continue
            }
            cut(position..<found)
            position = end(of: text, quoteAt: found, byte)
            quote = text.first(byte, from: position)
        }
        cut(position..<text.count)
        cuts.append(text.count)
        return zip(cuts, cuts.dropFirst()).map { $0..<$1 }.filter { !$0.isEmpty }
    }

    /// Behind the quote that closes what one opens.
    private func end(of text: UnsafeBufferPointer<UInt8>, quoteAt start: Int, _ quote: UInt8) -> Int {
        var position = start + 1
        while let closing = text.first(quote, from: position) {
            guard closing + 1 < text.count, text[closing + 1] == quote else { return closing + 1 }
            position = closing + 2
        }
        return text.count
    }
}
