import Formats
import Foundation

extension DataTable {
    /// Reads a table of text: `.csv`, `.tsv`, `.txt`, or JSON lines (`.jsonl`, `.ndjson`); gzipped or not.
    ///
    /// ```swift
    /// let events = try DataTable.open("sub-01_task-rest_events.tsv")
    /// let ratings = try DataTable.open("ratings.csv", types: ["subject": .string, "date": .date])
    /// ```
    ///
    /// Nothing is lost: a column is of numbers only if each says the same when it is written again. So `001` and whole
    /// numbers beyond 64 bits stay text, and no whole number is rounded. Lines may end in LF, CR LF or CR; quotes are
    /// those of RFC 4180. Lines without a character are passed over.
    ///
    /// - Parameters:
    ///   - file: The file, as a path or a URL; `~` is the home folder.
    ///   - separator: What stands between two fields. If nil, what a first line `sep=;` says, or a tab in `.tsv`;
    ///     otherwise the comma, or the semicolon, tab or bar where that splits all records equally and the comma does
    ///     not.
    ///   - decimal: What stands before decimals. If nil, the point; the comma in columns of a file with semicolons
    ///     where all numbers have it.
    ///   - hasHeader: Whether the first record has the names of the columns.
    ///   - names: The names of the columns, instead of those of the header.
    ///   - types: The types of columns by their names; what is not of that type is an error.
    ///   - infersTypes: Whether other columns get the narrowest type that loses nothing; otherwise they are text.
    ///   - missing: What an unquoted cell says that has no value, besides being empty; `DataTable.missingMarkers` if nil.
    ///     A number is meant however it is written: "-999" is -999.0, too.
    ///   - quote: What stands around fields that hold separators or line ends; nil if quotes are ordinary characters.
    ///   - comment: What lines begin with that are no part of the table.
    ///   - skippingLines: How many lines stand above the table.
    ///   - encoding: The encoding of the text; UTF-8 with or without a byte-order mark unless another is said.
    ///
    /// Throws `FormatError` if the file cannot be read, and `TableError` with the line and the column if it is not
    /// as expected: a record of another number of fields, an open quote, a cell of another type. JSON lines take
    /// `types` and `encoding` alone, and other arguments are refused; so is a `.json` file, which has no lines.
    public static func open(
        _ file: some FileLocation, separator: Character? = nil, decimal: Character? = nil,
        hasHeader: Bool = true,
        names: [String]? = nil, types: [String: ColumnType] = [:], infersTypes: Bool = true,
        missing: [String]? = nil, quote: Character? = "\"", comment: String? = nil, skippingLines: Int = 0,
        encoding: String.Encoding = .utf8
    ) throws -> DataTable {
        let url = file.fileURL
        let kind = TableFileKind(url)
        let source = try SourceText(url, encoding: encoding)
        guard TableFileKind.ending(of: url) != "json" else {
            throw TableError(
                file: url.path,
                "is JSON, and a table is text with a record a line; JSON lines, an object a line, are read "
                    + "from a name that ends in .jsonl or .ndjson")
        }
        if kind == .jsonLines {
            let given: [(name: String, isGiven: Bool)] = [
                ("separator", separator != nil), ("decimal", decimal != nil), ("hasHeader", !hasHeader),
                ("names", names != nil), ("infersTypes", !infersTypes), ("missing", missing != nil),
                ("quote", quote != "\""), ("comment", comment != nil), ("skippingLines", skippingLines != 0),
            ]
            try JSONLines.refuse(given, url)
            return try JSONLines.read(source, types: types)
        }
        return try read(
            source, kind,
            TableFormat(
                separator: try ascii(separator, "separator"), decimal: try ascii(decimal, "decimal"),
                quote: try ascii(quote, "quote"), comment: Array((comment ?? "").utf8), hasHeader: hasHeader,
                names: names, types: types, infersTypes: infersTypes, markers: MissingMarkers(missing)),
            skippingLines: skippingLines)
    }

    /// Reads a table from a text, as `open` does from a file.
    ///
    /// ```swift
    /// try DataTable.parse("subject,rt\n001,0.31\n002,n/a")
    /// ```
    ///
    /// - Parameters:
    ///   - text: the text of the table.
    ///   - separator: what stands between two fields; nil to find it out.
    ///   - decimal: what stands before decimals; nil for the point, or the comma between semicolons.
    ///   - hasHeader: whether the first record has the names of the columns.
    ///   - names: the names of the columns, instead of those of the header.
    ///   - types: the types of columns by their names; what is not of that type is an error.
    ///   - infersTypes: whether other columns get the narrowest type that loses nothing; otherwise they are text.
    ///   - missing: what an unquoted cell says that has no value; nil for `DataTable.missingMarkers`.
    ///   - quote: what stands around fields that hold separators or line ends; nil if quotes are ordinary characters.
    ///   - comment: what lines begin with that are no part of the table.
    ///   - skippingLines: how many lines stand above the table.
    ///
    /// Throws `TableError` as `open` does.
    public static func parse(
        _ text: String, separator: Character? = nil, decimal: Character? = nil, hasHeader: Bool = true,
        names: [String]? = nil, types: [String: ColumnType] = [:], infersTypes: Bool = true,
        missing: [String]? = nil, quote: Character? = "\"", comment: String? = nil, skippingLines: Int = 0
    ) throws -> DataTable {
        try read(
            try SourceText(text), .unknown,
            TableFormat(
                separator: try ascii(separator, "separator"), decimal: try ascii(decimal, "decimal"),
                quote: try ascii(quote, "quote"), comment: Array((comment ?? "").utf8), hasHeader: hasHeader,
                names: names, types: types, infersTypes: infersTypes, markers: MissingMarkers(missing)),
            skippingLines: skippingLines)
    }

    /// Reads a file; its name is `open` now, as that of every file's.
    @available(*, unavailable, renamed: "open(_:)")
    public static func read(_ file: some FileLocation) throws -> DataTable { try open(file) }

    /// Reads a table from a text in pieces of about some bytes, for tests of where it is cut.
    package static func parse(_ text: String, separator: Character, pieceSize: Int) throws -> DataTable {
        try read(
            try SourceText(text), .unknown,
            TableFormat(separator: try ascii(separator, "separator"), quote: UInt8(ascii: "\"")),
            skippingLines: 0,
            pieceSize: pieceSize)
    }

    /// Pieces of a megabyte fit in a core's cache with their fields.
    private static func read(
        _ source: SourceText, _ kind: TableFileKind, _ format: TableFormat, skippingLines: Int,
        pieceSize: Int = 1 << 20
    ) throws -> DataTable {
        let declared = source.declaredSeparator
        let isDeclared = declared != nil && skippingLines == 0 && (format.separator ?? declared) == declared
        let start = try source.start(behind: isDeclared ? 1 : skippingLines)
        let text = UnsafeBufferPointer(rebasing: source.buffer[start...])
        let given = format.separator ?? declared ?? (kind == .tsv ? 9 : nil)
        let found =
            given.map { [$0] }
            ?? SeparatorSearch(
                text: text, quote: format.quote, comment: format.comment, decimal: format.decimal
            ).separators()
        let separator = found.first ?? UInt8(ascii: ",")
        try check(format, separator)
        let tokenizer = Tokenizer(separator: separator, quote: format.quote, comment: format.comment)
        let header = try Header(source, from: start, tokenizer, format)
        for name in format.types.keys.sorted() where !header.names.contains(name) {
            throw TableError(
                file: source.file, "types: " + TableError.noColumn(name, among: header.names).problem)
        }
        // In a file with semicolons numbers may have a comma before the decimals; that is seen once the texts are there.
        let mayHaveCommas = format.decimal == nil && separator == UInt8(ascii: ";")
        var first = format
        if mayHaveCommas { first.types = first.types.filter { $0.value != .double } }
        let reader = ColumnReader(
            source: source, names: header.names, format: first, tokenizer: tokenizer,
            decimal: format.decimal ?? UInt8(ascii: "."), quote: format.quote ?? 0, pieceSize: pieceSize)
        var columns = try reader.columns(from: header.start)
        if mayHaveCommas {
            columns = try zip(header.names, columns).map { name, storage in
                try DecimalCommas.read(storage, format, column: name, file: source.file)
            }
        }
        var table = DataTable(
            fitting: zip(header.names, columns).map { Column(name: $0, $1) },
            rowCount: columns.first?.count ?? 0)
        table.notes = header.notes
        if found.count > 1 {
            let shown = found.map { "\"\($0 == 9 ? "\\t" : String(Unicode.Scalar($0)))\"" }
            table.notes.append(
                "Each of \(shown.joined(separator: ", ")) splits all lines alike; \(shown[0]) was taken, and "
                    + "separator: says another.")
        }
        return table
    }

    private static func check(_ format: TableFormat, _ separator: UInt8) throws {
        let roles = [
            ("separator", separator), ("decimal", format.decimal ?? 0), ("quote", format.quote ?? 1),
        ]
        for (index, role) in roles.enumerated() {
            if role.1 == 10 || role.1 == 13 {
                throw TableError("\(role.0): a line end cannot be the \(role.0)")
            }
            for other in roles[..<index] where other.1 == role.1 {
                throw TableError(
                    "\(role.0): \"\(Character(Unicode.Scalar(role.1)))\" is the \(other.0) already; they must differ"
                )
            }
        }
    }

    /// The byte of a character; throws `TableError` if it is not one of ASCII.
    static func ascii(_ character: Character?, _ argument: String) throws -> UInt8? {
        guard let character else { return nil }
        guard let byte = character.asciiValue else {
            throw TableError("\(argument): \"\(character)\" should be one character of ASCII")
        }
        return byte
    }
}

/// What a file's name says about its contents.
enum TableFileKind {
    case csv, tsv, jsonLines, unknown

    /// The ending of a file's name in small letters, where `.gz` is passed over.
    static func ending(of url: URL) -> String {
        let name = url.pathExtension.lowercased() == "gz" ? url.deletingPathExtension() : url
        return name.pathExtension.lowercased()
    }

    init(_ url: URL) {
        switch Self.ending(of: url) {
        case "csv": self = .csv
        case "tsv": self = .tsv
        case "jsonl", "ndjson": self = .jsonLines
        default: self = .unknown
        }
    }
}

/// Numbers with a comma before the decimals, in columns that would be text otherwise.
enum DecimalCommas {
    /// The column with its numbers, where all of it are numbers so written; otherwise as it is.
    ///
    /// Throws `TableError` if it was said to be of doubles and is not.
    static func read(
        _ storage: ColumnStorage, _ format: TableFormat, column: String, file: String?
    ) throws -> ColumnStorage {
        let type = format.types[column]
        guard type == .double || type == nil && format.infersTypes else { return storage }
        let isSaid = type == .double
        switch storage {
        case .string(let texts):
            let commas = CellNumbers(decimal: UInt8(ascii: ","), rounds: isSaid)
            // A column of nothing but "None" is text here as elsewhere.
            if let values = numbers(texts, commas, format.markers), isSaid || !values.allSatisfy(\.isNaN) {
                return .double(values)
            }
            let points = CellNumbers(decimal: UInt8(ascii: "."), rounds: true)
            if isSaid, let values = numbers(texts, points, format.markers) { return .double(values) }
        case .double: return storage
        case .int(let whole) where isSaid:
            return .double((0..<whole.count).map { whole[$0].map(Double.init) ?? .nan })
        default: break
        }
        guard isSaid else { return storage }
        throw TableError(
            file: file, column: column,
            "should be of Double, and has text that is no number with a point or a comma before its decimals")
    }

    private static func numbers(
        _ texts: TextValues, _ numbers: CellNumbers, _ markers: MissingMarkers
    ) -> [Double]? {
        texts.bytes.withUnsafeBufferPointer { bytes in
            var values: [Double] = []
            values.reserveCapacity(texts.count)
            for row in 0..<texts.count {
                let text = PieceColumns.trimmed(UnsafeBufferPointer(rebasing: bytes[texts.range(row)]))
                if texts.isMissing(row) || markers.containsBesideNumbers(text) {
                    values.append(.nan)
                } else if let value = numbers.double(text) {
                    values.append(markers.numbers.contains(value) ? .nan : value)
                } else {
                    return nil
                }
            }
            return values
        }
    }
}

extension SourceText {
    /// The separator that a first line such as `sep=;` names, which Excel writes and reads.
    var declaredSeparator: UInt8? {
        let text = buffer
        guard text.count > 5, text.prefix(4).elementsEqual("sep=".utf8), text[4] > 13 || text[4] == 9,
            text[5] == 10 || text[5] == 13
        else {
            return nil
        }
        return text[4]
    }

    /// Where the line begins that follows a number of others.
    func start(behind lines: Int) throws -> Int {
        guard lines >= 0 else { throw TableError("skippingLines: \(lines) should be at least 0") }
        let text = buffer
        var position = 0
        for line in 0..<lines {
            guard let end = text[position...].firstIndex(where: { $0 == 10 || $0 == 13 }) else {
                throw TableError(file: file, "skippingLines: there are only \(line + 1) lines")
            }
            position = end + (text[end] == 13 && end + 1 < text.count && text[end + 1] == 10 ? 2 : 1)
        }
        return position
    }
}
