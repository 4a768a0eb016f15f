import Foundation

/// How the text of a file is read as a table.
struct TableFormat {
    /// Between two fields; nil if it is to be found out.
    var separator: UInt8?
    /// Before the decimals of a number; nil if it is to be found out.
    var decimal: UInt8?
    /// Around fields that hold separators, line ends or quotes; nil if quotes are ordinary characters.
    var quote: UInt8?
    /// What lines that are no part of the table begin with.
    var comment: [UInt8] = []
    /// Whether the first record has the names of the columns.
    var hasHeader = true
    /// The names of the columns, instead of those of the header.
    var names: [String]?
    /// The types of columns by their names.
    var types: [String: DataTable.ColumnType] = [:]
    /// Whether the types of other columns are found out; otherwise they are text.
    var infersTypes = true
    var markers = MissingMarkers(nil)
}

/// What a cell says that has no value.
struct MissingMarkers {
    /// In every column, if no quotes stand around it.
    private let everywhere: [[UInt8]]
    /// In columns of numbers, dates and truth values, where they could be nothing else.
    private let besideNumbers: [[UInt8]]
    /// With which bytes a marker begins.
    private let first: [Bool]
    /// Whether a marker could be read as a number, a date or a truth value.
    let mayBeNumbers: Bool
    /// The markers that are numbers, which are meant however they are written: -999 as -999.0, too.
    let numbers: [Double]

    /// The given markers, or else the usual ones.
    init(_ given: [String]?) {
        everywhere = (given ?? DataTable.missingMarkers).filter { !$0.isEmpty }.map { Array($0.utf8) }
        besideNumbers =
            everywhere
            + (given == nil
                ? ["null", "NULL", "None", "-nan", "-NaN", "NAN", "#NA", "N.A.", "n.a.", "."].map {
                    Array($0.utf8)
                } : [])
        var first = [Bool](repeating: false, count: 256)
        for marker in besideNumbers { first[Int(marker[0])] = true }
        self.first = first
        mayBeNumbers = given != nil
        let number = CellNumbers(decimal: UInt8(ascii: "."), rounds: true)
        numbers =
            given == nil
            ? []
            : everywhere.compactMap { marker in marker.withUnsafeBufferPointer { number.double($0) } }
    }

    /// Whether a text without quotes says that a value is missing, in a column of any type.
    @inline(__always)
    func contains(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard text.count > 0 else { return true }
        return first[Int(text[0])] && everywhere.contains { $0.elementsEqual(text) }
    }

    /// Whether a text, without spaces around it, says in a column of numbers that a value is missing.
    @inline(__always)
    func containsBesideNumbers(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard text.count > 0 else { return true }
        return first[Int(text[0])] && besideNumbers.contains { $0.elementsEqual(text) }
    }
}

extension DataTable {
    /// What an unquoted cell says, unless told otherwise, that has no value; one that is empty has none either.
    public static let missingMarkers = ["n/a", "N/A", "NA", "NaN", "nan", "<NA>", "#N/A"]
}
