import Foundation
import Synchronization
import Tensors

/// Reads the records of a text piece by piece, on several threads, into the columns of a table.
///
/// Each piece finds the narrowest types of its own columns; where pieces differ, the columns concerned are read once more.
struct ColumnReader {
    let source: SourceText
    let names: [String]
    let format: TableFormat
    let tokenizer: Tokenizer
    let decimal: UInt8
    let quote: UInt8
    /// About how many bytes are read at once.
    let pieceSize: Int

    /// The columns of the records from `start` on.
    ///
    /// Throws `TableError` if a record or a cell is not as expected, and `CancellationError`.
    func columns(from start: Int) throws -> [ColumnStorage] {
        let text = source.buffer
        let ranges = Pieces(tokenizer: tokenizer, size: pieceSize).ranges(of: text, from: start)
        if let long = ranges.first(where: { $0.count >= Field.limit }) {
            throw source.error(
                at: long.lowerBound, "from here on no record ends within 1 GB; is a quote missing?")
        }
        let declared = names.map {
            format.types[$0] ?? (format.infersTypes ? nil : DataTable.ColumnType.string)
        }
        var pieces = try read(ranges, columns: Array(0..<names.count), as: declared)
        for column in 0..<names.count where declared[column] == nil { try unify(&pieces, column, ranges) }
        // Memory that is first written costs more time than the copy, so that columns are joined side by side.
        let rest = Mutex(pieces)
        pieces = []
        let result = Mutex([ColumnStorage?](repeating: nil, count: names.count))
        parallelEach(names.count) { column, _ in
            let parts = rest.withLock { pieces in
                pieces.indices.map { piece in
                    let part = pieces[piece][column]
                    pieces[piece][column] = .missing(0)
                    return part
                }
            }
            let whole = joined(parts, declared[column])
            result.withLock { $0[column] = whole }
        }
        return result.withLock { $0.compactMap(\.self) }
    }

    /// Reads some columns of some pieces; a type that is nil is found out.
    private func read(
        _ ranges: [Range<Int>], columns: [Int], as types: [DataTable.ColumnType?]
    ) throws -> [[PieceColumn]] {
        var read: [[PieceColumn]] = []
        read.reserveCapacity(ranges.count)
        // After each round it is asked whether the user interrupted.
        let round = 32 * threadCount
        let lists = (0..<threadCount).map { _ in
            FieldList(capacity: min(pieceSize, ranges.first?.count ?? 0) / 4)
        }
        for first in stride(from: 0, to: ranges.count, by: round) {
            try Task.checkCancellation()
            let part = ranges[first..<min(first + round, ranges.count)]
            let results = Mutex([Result<[PieceColumn], any Error>?](repeating: nil, count: part.count))
            parallelEach(part.count, workers: lists.count) { index, worker in
                let result = Result {
                    try readPiece(part[first + index], columns: columns, as: types, lists[worker])
                }
                results.withLock { $0[index] = result }
            }
            // The first fault in the file is the one that is told.
            for result in results.withLock({ $0 }) {
                guard let result else { preconditionFailure("every piece has a result") }
                read.append(try result.get())
            }
        }
        return read
    }

    private func readPiece(
        _ range: Range<Int>, columns: [Int], as types: [DataTable.ColumnType?], _ fields: FieldList
    ) throws -> [PieceColumn] {
        let piece = UnsafeBufferPointer(rebasing: source.buffer[range])
        fields.count = 0
        var widths: [Int] = []
        do {
            try tokenizer.fields(of: piece, width: names.count, into: fields, widths: &widths)
        } catch {
            throw source.error(at: range.lowerBound + error.offset, error.problem)
        }
        return try columns.map { column in
            let type = types[column]
            let reader = PieceColumns(
                piece: piece, fields: fields, width: names.count, markers: format.markers,
                numbers: CellNumbers(decimal: decimal, rounds: format.types[names[column]] == .double),
                quote: quote)
            guard let type else { return reader.inferred(column) }
            switch reader.read(column, as: type) {
            case .success(let storage): return .values(storage)
            case .failure(let fault):
                // What was found out, and not said, becomes text.
                guard format.types[names[column]] != nil else { return .values(.string(TextValues())) }
                throw error(fault, column, type, piece, fields, at: range.lowerBound)
            }
        }
    }

    /// Reads a column once more in the pieces whose type is not that of the whole.
    private func unify(_ pieces: inout [[PieceColumn]], _ column: Int, _ ranges: [Range<Int>]) throws {
        var type: DataTable.ColumnType?
        for piece in pieces {
            guard let next = piece[column].type else { continue }
            type = type == nil ? next : type?.joined(with: next) ?? .string
            if type == .string { break }
        }
        if type == nil, pieces.contains(where: { $0[column].hasWords }) { type = .string }
        guard var type else { return }
        while true {
            let other = pieces.indices.filter {
                let found = pieces[$0][column].type
                return found != type && (found != nil || type == .string)
            }
            guard !other.isEmpty else { return }
            var types = [DataTable.ColumnType?](repeating: nil, count: names.count)
            types[column] = type
            let again = try read(other.map { ranges[$0] }, columns: [column], as: types)
            // Whole numbers that a double would round: all is text.
            if type != .string, again.contains(where: { $0[0].type == .string }) {
                type = .string
                continue
            }
            for (index, piece) in zip(other, again) { pieces[index][column] = piece[0] }
        }
    }

    /// The pieces of a column one below the other; each is released as soon as it is copied.
    private func joined(_ pieces: consuming [PieceColumn], _ declared: DataTable.ColumnType?) -> ColumnStorage
    {
        let type = declared ?? pieces.lazy.compactMap(\.type).first ?? .double
        if pieces.count == 1, case .values(let storage) = pieces[0] { return storage }
        let counts = pieces.map(\.count)
        let rows = counts.reduce(0, +)
        let bytes = pieces.reduce(0) { sum, piece in
            if case .values(.string(let texts)) = piece { sum + texts.bytes.count } else { sum }
        }
        // Taken out one by one, so that no more than one piece is there twice.
        var rest = pieces
        var next = 0
        func part() -> ColumnStorage? {
            defer { next += 1 }
            let part = rest[next]
            rest[next] = .missing(0)
            if case .values(let storage) = part { return storage }
            return nil
        }
        switch type {
        case .double:
            return .double(
                [Double](unsafeUninitializedCapacity: rows) { target, filled in
                    for count in counts {
                        if case .double(let values)? = part() {
                            _ = target[filled..<filled + count].initialize(fromContentsOf: values)
                        } else {
                            target[filled..<filled + count].initialize(repeating: .nan)
                        }
                        filled += count
                    }
                })
        case .int:
            return .int(
                Masked(joining: counts, placeholder: 0) {
                    if case .int(let values)? = part() { values } else { nil }
                })
        case .bool:
            return .bool(
                Masked(joining: counts, placeholder: false) {
                    if case .bool(let values)? = part() { values } else { nil }
                })
        case .date:
            return .date(
                Masked(joining: counts, placeholder: Date(timeIntervalSinceReferenceDate: 0)) {
                    if case .date(let values)? = part() { values } else { nil }
                })
        case .string:
            var texts = TextValues()
            texts.reserve(rows: rows, bytes: bytes)
            for count in counts {
                if case .string(let more)? = part() {
                    texts.append(contentsOf: more)
                } else {
                    for _ in 0..<count { texts.appendMissing() }
                }
            }
            return .string(texts)
        }
    }

    private func error(
        _ fault: PieceColumns.NotOfType, _ column: Int, _ type: DataTable.ColumnType,
        _ piece: UnsafeBufferPointer<UInt8>, _ fields: FieldList, at start: Int
    ) -> TableError {
        let text = fields[fault.row * names.count + column].text(in: piece)
        let offset = text.baseAddress.flatMap { base in piece.baseAddress.map { base - $0 } } ?? 0
        let wanted: String =
            switch type {
            case .int: "a whole number (Int)"
            case .double: "a number (Double)"
            case .bool: "true or false (Bool)"
            case .date: "a date in ISO 8601 (Date)"
            case .string: "text"
            }
        return source.error(
            at: start + offset, column: names[column], "\"\(fault.text.prefix(60))\" should be \(wanted)")
    }
}
