/// The names of the columns, where the records begin, and what must be said of the names.
struct Header {
    var names: [String]
    /// Where the first record begins that has values.
    var start: Int
    var notes: [String] = []

    /// Reads the header of a text, or counts the fields of its first record if it has none.
    ///
    /// Throws `TableError` if there is no record, or names that are given do not fit.
    init(_ source: SourceText, from start: Int, _ tokenizer: Tokenizer, _ format: TableFormat) throws {
        let fields = FieldList()
        var widths: [Int] = []
        let text = UnsafeBufferPointer(rebasing: source.buffer[start...])
        let end: Int
        do {
            end = try tokenizer.fields(of: text, width: nil, limit: 1, into: fields, widths: &widths)
        } catch {
            throw source.error(at: start + error.offset, error.problem)
        }
        guard fields.count > 0 else {
            throw TableError(file: source.file, "there is no table: every line is empty or a comment")
        }
        self.start = format.hasHeader ? start + end : start
        let found = (0..<fields.count).map { index in
            let field = fields[index]
            var name = TextValues()
            let text = field.text(in: text)
            if field.hasDoubledQuotes, let quote = tokenizer.quote {
                name.append(text, undoubling: quote)
            } else {
                name.append(text)
            }
            return name[0] ?? ""
        }
        if let given = format.names {
            guard given.count == found.count else {
                throw source.error(
                    at: start,
                    "\(given.count) names were given, and the first record has \(found.count) fields")
            }
            names = given
        } else {
            names = format.hasHeader ? found : [String](repeating: "", count: found.count)
        }
        makeDistinct(isFromFile: format.hasHeader && format.names == nil)
        let numbers = found.count { name in
            var name = name
            return name.withUTF8 { CellNumbers(decimal: 46).double($0) } != nil
        }
        if format.hasHeader, numbers == found.count {
            notes.append(
                "The first line has numbers alone, and was taken for names: is hasHeader: false meant?")
        } else if format.hasHeader, format.names != nil, numbers > 0 {
            // pandas takes it for values where names are given.
            let shown = found.joined(separator: ", ").prefix(60)
            notes.append(
                "The first line (\(shown)) has a number, and was taken for the header that names: replaces: "
                    + "is hasHeader: false meant?")
        }
    }

    /// Names columns without a name after their place, and numbers those that share one, as pandas does ("a", "a.1").
    private mutating func makeDistinct(isFromFile: Bool) {
        var taken = Set(names)
        var seen: Set<String> = []
        for index in names.indices {
            let name = names[index]
            var base = name
            if name.isEmpty {
                base = "column \(index + 1)"
            } else if seen.insert(name).inserted {
                continue
            }
            var number = 1
            var new = name.isEmpty ? base : "\(base).1"
            while !taken.insert(new).inserted {
                new = "\(base).\(number)"
                number += 1
            }
            names[index] = new
            guard isFromFile else { continue }
            notes.append(
                name.isEmpty
                    ? "Column \(index + 1) has no name in the file; here it is \"\(new)\"."
                    : "Column \(index + 1) has the name \"\(name)\" in the file, as an earlier one; here it is \"\(new)\"."
            )
        }
    }
}
